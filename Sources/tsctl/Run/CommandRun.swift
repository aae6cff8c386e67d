import CLinux
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// A command from its start to its end, and the records of all its descendants that ended in between.
///
/// The subscription starts before the command. The kernel queues the record of a task before its parent can notice the
/// exit, and the reply to unsubscribe follows all records queued earlier. So once the command was reaped and that reply
/// has arrived, nothing is missing, without any timed wait. Orphans are adopted, so that the parent of every
/// descendant is a descendant too, or tsctl.
struct CommandRun {
    /// The reason why a command could not be started.
    struct NotStarted: Error {
        let error: SystemError
    }

    private var outcome = RunOutcome()
    private let connection: TaskstatsConnection
    private var family: ProcessFamily
    /// The processes of the family as a tree, if the daemon knows their origin.
    private var tree: ProcessTree?
    /// The family over time, if it is wanted.
    private var trace: TraceCollector?
    /// The start of the command.
    private var start = ContinuousClock.now
    /// Whether a signal requested the end.
    private var isInterrupted = false

    /// The fields that are added up, and those that identify parents.
    static let fields = Usage.added.union(Usage.largest).union(FieldSet(group: .identity)).union(FieldSet(group: .time))

    private init(_ connection: TaskstatsConnection, traced isTraced: Bool) {
        self.connection = connection
        let before = Set((LivingDescendants.children(of: getpid()) ?? []).map { UInt32($0) })
        let tick = connection.server.tick ?? CPUTime.longestTick
        family = ProcessFamily(root: UInt32(getpid()), unrelated: before, tick: tick) { id in
            kill(pid_t(bitPattern: id), 0) == 0 || errno == EPERM
        }
        if OriginFeature.isOffered(by: connection.server) {
            tree = ProcessTree(root: UInt32(getpid()), unrelated: before, tick: tick)
        }
        if isTraced { trace = TraceCollector(root: UInt32(getpid()), unrelated: before, tick: tick) }
    }

    /// Runs a command to its end, and with a timeline of its processes if that is wanted.
    static func run(
        _ command: [String], connection: TaskstatsConnection, traced isTraced: Bool
    ) throws -> (outcome: RunOutcome, trace: TraceCollector?) {
        var run = CommandRun(connection, traced: isTraced)
        let fields = isTraced ? fields.union(TraceCollector.fields) : fields
        try connection.subscribe(Subscription(fields: fields, origin: run.tree != nil))
        // Otherwise orphans go to another process and are missed; no kernel since 3.4 refuses.
        _ = clinux_adopt_orphans()
        let endings = [SIGTERM, SIGHUP, SIGINT, SIGQUIT]
        let signals = try Self.queue([SIGCHLD] + endings)
        try run.follow(command, signals, ending: try Self.queue(endings))
        signals.end()
        return (run.outcome, run.trace)
    }

    private static func queue(_ signals: [Int32]) throws(Failure) -> SignalQueue {
        do throws(SystemError) { return try SignalQueue(signals) } catch {
            throw Failure("cannot watch for signals: \(error)")
        }
    }

    private mutating func follow(
        _ command: [String], _ signals: borrowing SignalQueue, ending: borrowing SignalQueue
    ) throws(NotStarted) {
        start = .now
        var request = ProgramStart(command)
        // With tsctl's original signal settings, except for an ignored SIGCHLD; tsctl ignores SIGPIPE for itself.
        request.signalMask = signals.previousMask
        request.defaultSignals = ProgramStart.signals(SIGPIPE)
        let program: StartedProgram
        do throws(SystemError) {
            program = try request.start()
        } catch {
            throw NotStarted(error: error)
        }
        family.command = UInt32(bitPattern: program.pid)
        tree?.command = family.command
        trace?.command = family.command
        outcome.status = untilEnd(of: program, signals)
        outcome.elapsedMicroseconds = (ContinuousClock.now - start).wholeMicroseconds

        let found = LivingDescendants.of(getpid())
        family.setLiving(found ?? [])
        takeRemaining(interruptedBy: ending)
        (outcome.own, outcome.isCommandSeen) = (family.own, family.isCommandComplete)
        (outcome.family, outcome.unlinked) = (family.usage, family.unlinked)
        outcome.living = found == nil ? nil : family.living.count
        (outcome.tree, outcome.omittedFromTree) = (tree?.entries, tree?.omitted ?? 0)
    }

    private mutating func untilEnd(of program: StartedProgram, _ signals: borrowing SignalQueue) -> ExitStatus {
        while true {
            var status: ExitStatus?
            while let signal = signals.next() {
                isInterrupted = isInterrupted || signal != SIGCHLD
                switch signal {
                case SIGCHLD: status = program.reapAll().map(ExitStatus.init(waitStatus:)) ?? status
                // The terminal also sends these to the command, which decides itself whether to end.
                case SIGINT, SIGQUIT: break
                default: program.send(signal: signal)
                }
            }
            if let status { return status }
            guard outcome.connectionError == nil else {
                signals.wait()
                continue
            }
            do throws(TaskstatsError) {
                if let event = try connection.next(interruptedBy: signals.descriptor) { take(event) }
            } catch {
                outcome.connectionError = error
                outcome.countedMicroseconds = (ContinuousClock.now - start).wholeMicroseconds
            }
        }
    }

    /// Takes the records of all earlier exits within the time limit of a reply, which is short after a signal.
    private mutating func takeRemaining(interruptedBy ending: borrowing SignalQueue) {
        guard outcome.connectionError == nil else { return }
        let connection = connection
        let limits = isInterrupted ? Interruption.timeout : Interruption.timeoutWithoutSignal
        var left = isInterrupted ? Interruption.mostRecords : .max
        do throws(TaskstatsError) {
            let isConfirmed = try connection.unsubscribe(within: limits, interruptedBy: ending.descriptor) {
                (event: TaskstatsEvent) in
                take(event)
                left -= 1
                return left > 0
            }
            if !isConfirmed { outcome.connectionError = .timedOut }
        } catch {
            outcome.connectionError = error
        }
        // The signal has had its effect: the report follows.
        while ending.next() != nil {}
    }

    private mutating func take(_ event: TaskstatsEvent) {
        switch event {
        case .exit(let record):
            family.ended(record)
            tree?.ended(record)
            trace?.ended(record)
        case .lost(let loss):
            outcome.lost += loss.count ?? 0
            trace?.lost(LossText.of(loss))
        // The next wait throws the reason.
        case .closing, .start, .live: break
        }
    }
}
