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
        let wakeups = try Wakeups.begin(keys: nil, hasScreen: false)
        let interval = session.view.interval
        do {
            _ = try session.look()
            wakeups.setTimer(after: interval.milliseconds)
            while left > 0 {
                _ = try session.collect(interruptedBy: wakeups.descriptor)
                if wakeups.isEnding { throw StandardOutput.Stop.interrupted }
                if wakeups.isReaderGone { return }
                guard wakeups.nextSignal() != nil else { continue }
                let begin = Moment.monotonicMicroseconds
                if try session.look() {
                    try show(wakeups)
                    left -= 1
                }
                let spent = Int(Moment.monotonicMicroseconds - begin) / 1_000
                wakeups.setTimer(after: interval.rest(afterSpending: spent))
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
