import Glibc
import Taskstats

/// The live screen of top on a terminal.
struct TopLiveScreen: ~Copyable {
    private var session: TopSession
    private var output = StandardOutput()
    private var frame = FrameWriter()
    private let style = Style.forStandardOutput()
    /// The number of intervals still to show.
    private var left: Int

    /// The first interval is short, so that figures appear soon.
    private static let firstMilliseconds = 500

    init(_ session: TopSession, count: Int?) {
        self.session = session
        left = count ?? .max
    }

    /// Runs until a key or a signal ends it, or until the number of intervals is reached.
    mutating func run() throws {
        let terminal = try TerminalSession.begin()
        let wakeups = try Wakeups.begin(keys: terminal.keys, updates: session.descriptor, hasScreen: true)
        do {
            try run(terminal, wakeups)
        } catch StandardOutput.Stop.interrupted, StandardOutput.Stop.readerGone {
            return
        }
    }

    private mutating func run(_ terminal: borrowing TerminalSession, _ wakeups: borrowing Wakeups) throws {
        try show(wakeups)
        sample(wakeups)
        while left > 0 {
            wakeups.wait()
            if wakeups.isEnding || wakeups.isReaderGone { return }
            // One signal at a time, so that keys are handled too.
            if let signal = wakeups.nextSignal() { try take(signal, terminal, wakeups) }
            try takeUpdates(wakeups)
            guard left > 0, wakeups.hasKeys else { continue }
            guard let keys = terminal.readKeys() else { return }
            for key in keys where press(key, wakeups) { return }
            try show(wakeups)
        }
    }

    /// Starts a sample, and the timer that detects whether it takes long.
    private mutating func sample(_ wakeups: borrowing Wakeups) {
        session.startSample()
        wakeups.setTimer(after: TopSession.slowSampleSeconds * 1_000)
    }

    private mutating func takeUpdates(_ wakeups: borrowing Wakeups) throws {
        let effect = try session.takeUpdates()
        guard effect.isAny else { return }
        if effect.isNewInterval { left -= 1 }
        if let spent = effect.sampleMilliseconds {
            let interval = session.view.interval
            let isFirst = session.state.interval == nil && session.state.connectionError == nil
            wakeups.setTimer(
                after: isFirst
                    ? min(interval.milliseconds, Self.firstMilliseconds)
                    : interval.pauseMilliseconds(afterSampling: spent))
        }
        try show(wakeups)
    }

    private mutating func take(
        _ signal: Int32, _ terminal: borrowing TerminalSession, _ wakeups: borrowing Wakeups
    ) throws {
        switch signal {
        case SIGALRM:
            sample(wakeups)
            session.updateSecondsOfSample()
            return try show(wakeups)
        case SIGTSTP:
            terminal.leave()
            wakeups.stop()
            terminal.enter()
        // Another program may have changed the terminal in the meantime.
        case SIGCONT:
            terminal.enter()
        default:
            break
        }
        frame.invalidate()
        try show(wakeups)
    }

    /// Handles a key; returns whether it ends top.
    private mutating func press(_ key: Key, _ wakeups: borrowing Wakeups) -> Bool {
        switch session.view.press(key, page: TopScreen.page(height: TerminalSession.size.rows)) {
        case .none, .redraw: break
        case .sample: sample(wakeups)
        case .changeInterval(let interval): wakeups.setTimer(after: interval.milliseconds)
        case .changeSubject: session.changeSubject()
        case .quit: return true
        }
        return false
    }

    private mutating func show(_ wakeups: borrowing Wakeups) throws(StandardOutput.Stop) {
        let size = TerminalSession.size
        let lines = session.lines(width: size.columns, height: size.rows, style: style)
        output.text(frame.text(showing: lines))
        try output.flush(interruptedBy: wakeups.endingDescriptor)
    }
}
