import Taskstats

/// The tree of the processes that descend from one process and have ended, as the report of run shows it.
struct ProcessTree {
    /// What the report shows of a process.
    struct Details {
        let command: [UInt8]?
        let exit: ExitStatus?
        let elapsedNanoseconds: UInt64?
        let cpuTime: CPUTime?
        let origin: ProcessOrigin?
    }

    typealias Entry = DescentTree<Details>.Entry

    private let tick: Duration
    private var tree: DescentTree<Details>

    /// The maximum number of descendants.
    static let limit = 4_096

    /// Creates an empty tree below a process, without those of its children that are older than the tree.
    init(root: UInt32, unrelated: Set<UInt32> = [], tick: Duration = CPUTime.longestTick, limit: Int = Self.limit) {
        tree = DescentTree(root: root, unrelated: unrelated, limit: limit)
        self.tick = tick
    }

    /// The process at the top of the tree, while it lives.
    var command: UInt32? {
        get { tree.command }
        set { tree.command = newValue }
    }

    /// Adds the process that ended with a task; other tasks are not processes.
    mutating func ended(_ record: ExitRecord) {
        let process = DescentTree<Details>.Process(
            record,
            details: { exit in
                Details(
                    command: record.task.commandBytes, exit: record.exit, elapsedNanoseconds: exit.elapsedNanoseconds,
                    cpuTime: exit.cpuTime, origin: record.origin)
            }, tick: tick)
        if let process { tree.ended(process) }
    }

    /// The descendants in the order in which they started, each before its own.
    var entries: [Entry] { tree.entries }

    /// The number of descendants beyond the limit.
    var omitted: UInt64 { tree.omitted }
}
