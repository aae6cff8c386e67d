import Taskstats

/// top for a file, a pipe or a program: one interval after another, as text, as CSV or as JSON.
struct TopStream: ~Copyable {
    private var session: TopSession
    private var output = StandardOutput()
    private let form: OutputForm
    private let csv: TopCSV
    private var left: Int

    init(_ session: TopSession, as form: OutputForm, times: TimeFormat, count: Int?) {
        self.session = session
        self.form = form
        csv = TopCSV(subject: session.state.subject, by: session.view.grouping, times: times)
        left = count ?? .max
    }

    /// Runs until the number of intervals is reached, a signal ends it, or the reader goes away.
    mutating func run() throws {
        let wakeups = try Wakeups.begin(keys: nil, updates: session.descriptor, hasScreen: false)
        let interval = session.view.interval
        do {
            if form == .csv { output.line(csv.heading) }
            session.startSample()
            while left > 0 {
                wakeups.wait()
                if wakeups.isEnding { throw StandardOutput.Stop.interrupted }
                if wakeups.isReaderGone { return }
                if wakeups.nextSignal() != nil { session.startSample() }
                let effect = try session.takeUpdates()
                if effect.isNewInterval {
                    try show(wakeups)
                    left -= 1
                }
                if let spent = effect.sampleMilliseconds {
                    wakeups.setTimer(after: interval.pauseMilliseconds(afterSampling: effect.isNewInterval ? spent : 0))
                }
            }
        } catch StandardOutput.Stop.interrupted {
            wakeups.end()
            Console.endLineOfTerminal()
        }
    }

    private mutating func show(_ wakeups: borrowing Wakeups) throws(StandardOutput.Stop) {
        switch form {
        case .json:
            if let line = session.json() { output.line(line) }
        case .csv:
            for line in session.lines(csv) { output.line(line) }
            if let lost = session.state.interval?.lost, lost > 0 {
                Console.print("lost \(lost) records in an interval")
            }
        case .text:
            for line in session.lines(width: Terminal.width, height: nil, style: .forStandardOutput()) {
                output.line(line)
            }
            output.line("")
        }
        try output.flush(interruptedBy: wakeups.endingDescriptor)
    }
}
