import CLinux
import Glibc
import LinuxSystem
import TaskstatsClient

/// A command from its start to its end, and the records of all its descendants that ended in between.
///
/// The subscription stands before the command starts. The kernel queues the record of a task before its parent can
/// learn that it ended, and the answer to unsubscribe comes after all records that were queued before: so when the
/// command was waited for and that answer is here, nothing is missing, and nothing was waited for by the clock.
/// Orphans are adopted, so that every descendant has a parent that is one too, or tsctl.
struct CommandRun {
    /// Why a command could not be started.
    struct NotStarted: Error {
        let error: SystemError
    }

    /// How the command ended.
    private(set) var status = ExitStatus.code(0)
    /// How long it took.
    private(set) var elapsedMicroseconds: UInt64 = 0
    /// What was counted for the command alone.
    private(set) var own = Usage()
    /// What was counted for it and its descendants.
    private(set) var all = Usage()
    /// Whether the record came with which the command ended.
    private(set) var isCommandSeen = false
    /// Records that were lost meanwhile.
    private(set) var lost: UInt64 = 0
    /// Descendants that still lived when the command ended; nil where that cannot be told.
    private(set) var living: Int?
    /// Tasks that may have been descendants.
    private(set) var unlinked: UInt64 = 0
    /// What cut the connection while the command ran.
    private(set) var trouble: TaskstatsError?

    private let connection: TaskstatsConnection
    private var family: ProcessFamily

    /// The members that are added up, and those that tell who is whose.
    static let fields = Usage.added.union(Usage.largest).union(FieldSet(group: .identity)).union(FieldSet(group: .time))

    private init(_ connection: TaskstatsConnection) {
        self.connection = connection
        let before = LivingDescendants.children(of: getpid()) ?? []
        family = ProcessFamily(root: UInt32(getpid()), strangers: Set(before.map { UInt32($0) })) { id in
            kill(pid_t(bitPattern: id), 0) == 0 || errno == EPERM
        }
    }

    /// Runs a command to its end.
    static func run(_ command: [String], connection: TaskstatsConnection) throws -> CommandRun {
        var run = CommandRun(connection)
        try connection.subscribe(Subscription(fields: fields))
        // Without it orphans go to another process and are missed; no kernel since 3.4 refuses.
        _ = clinux_adopt_orphans()
        let signals = try SignalQueue.begin([SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT])
        try run.follow(command, signals)
        signals.end()
        return run
    }

    private mutating func follow(_ command: [String], _ signals: borrowing SignalQueue) throws(NotStarted) {
        let clock = ContinuousClock()
        let start = clock.now
        let program: Program
        do throws(SystemError) {
            program = try Program.start(command, mask: signals.previousMask)
        } catch {
            throw NotStarted(error: error)
        }
        family.command = UInt32(bitPattern: program.pid)
        status = untilEnd(of: program, signals)
        elapsedMicroseconds = Self.microseconds(clock.now - start)

        let living = LivingDescendants.of(getpid())
        takeRest()
        (own, isCommandSeen) = (family.own, family.isCommandComplete)
        all = family.total(living: living ?? [])
        unlinked = family.unlinked(living: living ?? [])
        self.living = living?.count
    }

    private mutating func untilEnd(of program: Program, _ signals: borrowing SignalQueue) -> ExitStatus {
        while true {
            var status: ExitStatus?
            while let signal = signals.next() {
                switch signal {
                case SIGCHLD: status = program.reapAll() ?? status
                // The terminal sends these to the command as well, and whether it ends of them is its own affair.
                case SIGINT, SIGQUIT: break
                default: kill(program.pid, signal)
                }
            }
            if let status { return status }
            guard trouble == nil else {
                signals.wait()
                continue
            }
            do throws(TaskstatsError) {
                if let event = try connection.next(interruptedBy: signals.descriptor) { take(event) }
            } catch {
                trouble = error
            }
        }
    }

    private static func microseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    }

    private mutating func takeRest() {
        guard trouble == nil else { return }
        do throws(TaskstatsError) {
            try connection.unsubscribe()
            while let event = try connection.nextReceived() { take(event) }
        } catch {
            trouble = error
        }
    }

    private mutating func take(_ event: TaskstatsEvent) {
        switch event {
        case .exit(let record): family.ended(record)
        case .lost(let loss): lost += loss.count
        // The next wait throws, with the reason.
        case .closing: break
        }
    }
}
