import Glibc
import TaskstatsClient

/// top on the screen of a terminal, from its first look to its end.
struct TopLive: ~Copyable {
    private var session: TopSession
    private var output = StandardOutput()
    private var frame = FrameWriter()
    private let style = Style.forStandardOutput()
    /// Intervals still to be shown.
    private var left: Int

    /// The first interval is short, so that there is soon something to see.
    private static let firstMilliseconds = 500

    init(_ session: TopSession, count: Int?) {
        self.session = session
        left = count ?? .max
    }

    /// Runs until a key or a signal ends it, or enough was shown.
    mutating func run() throws {
        let terminal = try TerminalSession.begin()
        let wakeups = try Wakeups.begin(keys: terminal.keys, hasScreen: true)
        do {
            try run(terminal, wakeups)
        } catch StandardOutput.Stop.interrupted, StandardOutput.Stop.readerGone {
            return
        }
    }

    private mutating func run(_ terminal: borrowing TerminalSession, _ wakeups: borrowing Wakeups) throws {
        try show(wakeups)
        try start(wakeups)
        while left > 0 {
            try waitForSomething(wakeups)
            if wakeups.isEnding { return }
            // One at a time, so that keys have their turn.
            if let signal = wakeups.nextSignal() { try take(signal, terminal, wakeups) }
            guard wakeups.hasKeys else { continue }
            guard let keys = terminal.readKeys() else { return }
            for key in keys where try press(key, wakeups) { return }
            try show(wakeups)
        }
    }

    /// The first look, the second soon after.
    private mutating func start(_ wakeups: borrowing Wakeups) throws {
        try look(wakeups)
        wakeups.setTimer(after: min(session.view.interval.milliseconds, Self.firstMilliseconds))
    }

    private mutating func waitForSomething(_ wakeups: borrowing Wakeups) throws {
        do throws(TaskstatsError) {
            if try session.collect(interruptedBy: wakeups.descriptor) { return }
        } catch {
            session.lost(error)
            try show(wakeups)
        }
        wakeups.wait()
    }

    private mutating func take(
        _ signal: Int32, _ terminal: borrowing TerminalSession, _ wakeups: borrowing Wakeups
    ) throws {
        switch signal {
        case SIGALRM:
            return try look(wakeups)
        case SIGTSTP:
            terminal.leave()
            wakeups.stop()
            terminal.enter()
        // Whoever had the terminal meanwhile has set it up for itself.
        case SIGCONT:
            terminal.enter()
        default:
            break
        }
        frame.invalidate()
        try show(wakeups)
    }

    /// A key; whether it ends top.
    private mutating func press(_ key: Key, _ wakeups: borrowing Wakeups) throws -> Bool {
        switch session.view.press(key, page: TopScreen.page(height: TerminalSession.size.rows)) {
        case .none, .redraw: break
        case .look: try look(wakeups)
        case .changeInterval(let interval):
            wakeups.setTimer(after: interval.milliseconds)
        case .changeSubject:
            try attempt { session in try session.changeSubject() }
            try start(wakeups)
        case .quit: return true
        }
        return left == 0
    }

    private mutating func look(_ wakeups: borrowing Wakeups) throws {
        var isNew = false
        let begin = Moment.monotonicMicroseconds
        try attempt { session in isNew = try session.look() }
        if isNew { left -= 1 }
        try show(wakeups)
        let spent = Int(Moment.monotonicMicroseconds - begin) / 1_000
        wakeups.setTimer(after: session.view.interval.rest(afterSpending: spent))
    }

    /// Does what needs the daemon; that it is gone is shown and is no reason to end.
    private mutating func attempt(_ body: (inout TopSession) throws -> Void) throws {
        do {
            try body(&session)
        } catch let error as TaskstatsError {
            session.lost(error)
        }
    }

    private mutating func show(_ wakeups: borrowing Wakeups) throws(StandardOutput.Stop) {
        let size = TerminalSession.size
        let lines = session.lines(width: size.columns, height: size.rows, style: style)
        output.text(frame.text(showing: lines))
        try output.flush(interruptedBy: wakeups.endingDescriptor)
    }
}
