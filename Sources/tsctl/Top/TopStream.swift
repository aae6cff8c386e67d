import TaskstatsClient

/// top for a file, a pipe or a program: one interval after the other, as text or as JSON.
struct TopStream: ~Copyable {
    private var session: TopSession
    private var output = StandardOutput()
    private let isJSON: Bool
    private var left: Int

    init(_ session: TopSession, isJSON: Bool, count: Int?) {
        self.session = session
        self.isJSON = isJSON
        left = count ?? .max
    }

    /// Runs until there is enough, a signal ends it, or the reader goes away.
    mutating func run() throws {
        let wakeups = try Wakeups.begin(keys: nil, news: session.descriptor, hasScreen: false)
        let interval = session.view.interval
        do {
            session.look()
            while left > 0 {
                wakeups.wait()
                if wakeups.isEnding { throw StandardOutput.Stop.interrupted }
                if wakeups.isReaderGone { return }
                if wakeups.nextSignal() != nil { session.look() }
                let update = try session.takeNews()
                if update.isNewInterval {
                    try show(wakeups)
                    left -= 1
                }
                if let spent = update.lookMilliseconds {
                    wakeups.setTimer(after: interval.rest(afterSpending: update.isNewInterval ? spent : 0))
                }
            }
        } catch StandardOutput.Stop.interrupted {
            wakeups.end()
            Console.endLineOfTerminal()
        }
    }

    private mutating func show(_ wakeups: borrowing Wakeups) throws(StandardOutput.Stop) {
        if isJSON {
            if let line = session.json() { output.line(line) }
        } else {
            for line in session.lines(width: Terminal.width, height: nil, style: .forStandardOutput()) {
                output.line(line)
            }
            output.line("")
        }
        try output.flush(interruptedBy: wakeups.endingDescriptor)
    }
}
