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

    private var outcome = RunOutcome()
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
    static func run(_ command: [String], connection: TaskstatsConnection) throws -> RunOutcome {
        var run = CommandRun(connection)
        try connection.subscribe(Subscription(fields: fields))
        // Without it orphans go to another process and are missed; no kernel since 3.4 refuses.
        _ = clinux_adopt_orphans()
        let signals = try SignalQueue.begin([SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT])
        try run.follow(command, signals)
        signals.end()
        return run.outcome
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
        outcome.status = untilEnd(of: program, signals)
        outcome.elapsedMicroseconds = Self.microseconds(clock.now - start)

        let found = LivingDescendants.of(getpid())
        family.saw(living: found ?? [])
        takeRest()
        (outcome.own, outcome.isCommandSeen) = (family.own, family.isCommandComplete)
        (outcome.all, outcome.unlinked) = (family.total, family.unlinked)
        outcome.living = found == nil ? nil : family.living.count
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
            guard outcome.trouble == nil else {
                signals.wait()
                continue
            }
            do throws(TaskstatsError) {
                if let event = try connection.next(interruptedBy: signals.descriptor) { take(event) }
            } catch {
                outcome.trouble = error
            }
        }
    }

    private static func microseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    }

    private mutating func takeRest() {
        guard outcome.trouble == nil else { return }
        do throws(TaskstatsError) {
            try connection.unsubscribe { take($0) }
        } catch {
            outcome.trouble = error
        }
    }

    private mutating func take(_ event: TaskstatsEvent) {
        switch event {
        case .exit(let record): family.ended(record)
        case .lost(let loss): outcome.lost += loss.count
        // The next wait throws, with the reason.
        case .closing: break
        }
    }
}
