import ArgumentParser
import Glibc
import TaskstatsClient
import TaskstatsProtocol

/// `tsctl get`: what the kernel has counted so far for tasks, processes or a cgroup.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows what was counted so far for tasks, processes or a cgroup.",
        discussion: """
            One task or process is shown as a report, several as a table. In the table RUN is the time on a CPU; CPU, BLKIO, \
            SWAP and so on are the times waited for a CPU, block I/O, swap-in, reclaim, thrashing pages, compaction, \
            copy-on-write and interrupts. PEAK (resident memory), READ and WRITTEN (storage) are those of a process's first \
            thread, as the kernel does not sum them up. A narrow terminal shows fewer columns.

            With --interval a row is shown for each interval and task, with what was counted in that interval: the first \
            one after the first interval, until Ctrl-C or --count.

            --sort takes a column in small letters (run, cpu, blkio, command...) or a field. Numbers come largest first.

            A task that is gone is told on standard error and makes the exit status 1; the others are shown.

            Examples:
              tsctl get --pid 1                         the report of one task
              tsctl get --tgid $$                       all threads of the shell together
              tsctl get -p $(pgrep -d, postgres)        a table
              tsctl get --pid 812 --threads             each thread of a process, and the sums
              tsctl get --all --sort blkio --limit 10   who waited longest for disks
              tsctl get --pid 812 --interval 1          what it does each second
              tsctl get --pid 1 --fields delay,nvcsw    some members only
              tsctl get --pid 1 --json | jq .stats.cpu_delay_total
              tsctl get --cgroup /sys/fs/cgroup/cpu/web how many tasks are in which state
            """)

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Tasks, by their thread ids.", valueName: "id,..."),
        transform: IDList.init(parsing:))
    var pid: [IDList] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("All tasks of a process together, by process ids.", valueName: "id,..."),
        transform: IDList.init(parsing:))
    var tgid: [IDList] = []

    @Flag(help: "Every process that you may see.")
    var all = false

    @Option(
        help: ArgumentHelp("The tasks of a cgroup, by its version 1 directory.", valueName: "directory"),
        completion: .directory)
    var cgroup: String?

    @Flag(help: "Each thread of these processes, and all of them together.")
    var threads = false

    @Option(
        help: ArgumentHelp("Fields or groups to show, between commas.", valueName: "names"),
        completion: FieldSelection.completion, transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @OptionGroup var arrangement: ArrangementOptions

    @Option(
        help: ArgumentHelp("Show what is counted in each interval.", valueName: "seconds"),
        transform: Interval.init(parsing:))
    var interval: Interval?

    @Option(help: ArgumentHelp("End after so many intervals.", valueName: "number"))
    var count: Int?

    @Flag(
        help: ArgumentHelp(
            "Print answers as lines of JSON.",
            discussion: """
                One object for each answer of taskstatsd. --all prints two for a process: its first thread, and the sums \
                over all. With --interval the objects have the differences, and time and interval_us besides.
                """))
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        let named = !pid.isEmpty || !tgid.isEmpty
        guard [named, all, cgroup != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("Give --pid or --tgid, or --all, or --cgroup.")
        }
        if cgroup != nil, fields != nil || interval != nil || arrangement.isGiven {
            throw ValidationError("--fields, --interval, --sort, --reverse and --limit do not go with --cgroup.")
        }
        if threads, !named { throw ValidationError("--threads goes with --pid or --tgid.") }
        if count != nil, interval == nil { throw ValidationError("--count goes with --interval.") }
        if let count, count < 1 { throw ValidationError("--count is an integer from 1.") }
    }

    func run() throws {
        let connection = try connection.connect()
        connection.keepsText = json
        let targets = pid.ids.map(QueryTarget.pid) + tgid.ids.map(QueryTarget.tgid)
        if cgroup == nil, all || threads || interval != nil || targets.count > 1 || arrangement.isGiven {
            return try showTable(targets, connection)
        }
        let wanted = fields?.set ?? .all
        var output = StandardOutput()
        if json {
            output.line(try text(of: targets.first, from: connection, fields: wanted))
        } else {
            for line in try screen(of: targets.first, from: connection, fields: wanted) { output.line(line) }
        }
        if cgroup == nil { DelayAccountingHint.sayIfNeeded(connection.server, fields: wanted) }
        try output.flush()
    }

    private func showTable(_ targets: [QueryTarget], _ connection: TaskstatsConnection) throws {
        let selection: TaskLook.Selection =
            all ? .all : threads ? .threads((pid + tgid).ids) : .named(targets)
        let table = TaskTable(
            fields: fields, hasTime: interval != nil, style: .forStandardOutput(), width: Terminal.width)
        var report = TableReport(
            selection: selection, order: arrangement.order, table: json ? nil : table,
            fields: json ? fields?.set ?? .all : table.fields, connection: connection)
        let isWhole =
            if let interval { try report.follow(every: interval, count: count) } else { try report.showTotals() }
        if !isWhole { throw ExitCode.failure }
    }

    private func text(
        of target: QueryTarget?, from connection: TaskstatsConnection, fields: FieldSet
    ) throws(TaskstatsError) -> [UInt8] {
        switch target {
        case .pid(let id): try connection.statsText(ofTask: id, fields: fields)
        case .tgid(let id): try connection.statsText(ofProcess: id, fields: fields)
        case .cgroup, nil: try connection.statsText(ofCgroup: directory)
        }
    }

    private func screen(
        of target: QueryTarget?, from connection: TaskstatsConnection, fields: FieldSet
    ) throws(TaskstatsError) -> [String] {
        let style = Style.forStandardOutput()
        switch target {
        case .pid(let id):
            let record = try connection.stats(ofTask: id, fields: fields)
            return TaskScreen(record, id: Int32(id), style: style).lines(selected: self.fields)
        case .tgid(let id):
            let record = try connection.stats(ofProcess: id, fields: fields)
            return TaskScreen(record, id: Int32(id), style: style).lines(selected: self.fields)
        case .cgroup, nil:
            return CgroupScreen.lines(path: directory, try connection.stats(ofCgroup: directory))
        }
    }

    /// The cgroup's directory from the root on and without links: the daemon has another working directory, and
    /// follows none.
    private var directory: String {
        let cgroup = cgroup ?? ""
        guard let path = unsafe realpath(cgroup, nil) else { return cgroup }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
