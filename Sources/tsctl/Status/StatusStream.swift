import CLinux
import Glibc
import Taskstats

/// The repeated status, until a signal or the loss of the reader: in place on a terminal, otherwise one after another.
struct StatusStream {
    let connection: TaskstatsConnection
    let socket: String
    let json: Bool
    /// Without a reconnector the end of the connection is an error.
    let reconnector: Reconnector?

    /// Runs until a signal or the loss of the reader ends it, or until this number of intervals is over.
    func run(every interval: Duration, count: Int?) throws {
        let style = Style.forStandardOutput()
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var output = StandardOutput()
        var before: (status: DaemonStatus, at: SuspendingClock.Instant)?
        var next = SuspendingClock.now
        var isFirst = true
        var left = count ?? .max
        let interruption = try Interruption.begin()
        var lastGap: Gap?
        repeat {
            if json {
                guard
                    let text = try answer(interruption, { gap in output.line(gap.json) }, to: connection.statusText)
                else { break }
                output.line(text)
            } else {
                let status = try answer(
                    interruption,
                    { gap in
                        if isTerminal { lastGap = gap } else { Console.print(gap.text) }
                        // A restarted daemon counts from 0.
                        before = nil
                    }, to: connection.status)
                guard let status else { break }
                let now = SuspendingClock.now
                let lines = StatusScreen(
                    server: connection.server, status: status, socket: socket, style: style, showsRates: true,
                    before: before.map { .init(status: $0.status, elapsed: $0.at.duration(to: now)) }
                ).lines
                if isTerminal {
                    let lines = lines + (lastGap.map { ["", $0.text] } ?? [])
                    output.text(StatusFrame.text(lines, rows: Self.rows, isFirst: isFirst))
                    isFirst = false
                } else {
                    if !isFirst { output.line("") }
                    isFirst = false
                    for line in lines { output.line(line) }
                }
                before = (status, now)
            }
            do throws(StandardOutput.Stop) {
                try output.flush(interruptedBy: interruption.descriptor)
            } catch {
                if error == .interrupted { break }
                throw error
            }
            // The first screen is the beginning of the first interval.
            left -= 1
            guard left >= 0 else { break }
            // Overruns of the interval are not made up for.
            next = max(next + interval, .now)
        } while !Self.wait(for: interruption.descriptor, until: next)
        if interruption.cause() == .signal { Console.endLineOfTerminal() }
        interruption.end()
    }

    /// Returns the reply to a request, reconnecting if needed; nil if interrupted.
    private func answer<Answer>(
        _ interruption: borrowing Interruption, _ report: (Gap) -> Void,
        to request: (Int32) throws(TaskstatsError) -> Answer?
    ) throws(TaskstatsError) -> Answer? {
        while true {
            do throws(TaskstatsError) {
                return try request(interruption.descriptor)
            } catch {
                guard let reconnector else { throw error }
                switch try reconnector.restore(connection, after: error, interruptedBy: interruption.descriptor) {
                case .restored(let gap, _): report(gap)
                case .interrupted: return nil
                }
            }
        }
    }

    /// Waits until this time; returns whether the descriptor became readable first.
    private static func wait(for descriptor: Int32, until end: SuspendingClock.Instant) -> Bool {
        var descriptors = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let milliseconds = SuspendingClock.now.duration(to: end) / .milliseconds(1)
            if milliseconds <= 0 { return false }
            if unsafe poll(&descriptors, 1, Int32(min(milliseconds.rounded(.up), 86_400_000))) > 0 { return true }
        }
    }

    private static var rows: Int? {
        var (rows, columns) = (UInt16(0), UInt16(0))
        guard unsafe clinux_terminal_size(STDOUT_FILENO, &rows, &columns) == 0, rows > 1 else { return nil }
        return Int(rows)
    }
}

/// A screen that replaces the previous one.
enum StatusFrame {
    /// Returns the text that overwrites the screen with the lines that fit; the terminal cuts lines that are too wide.
    static func text(_ lines: [String], rows: Int?, isFirst: Bool) -> String {
        var lines = lines
        if let rows, lines.count >= rows {
            let kept = max(0, rows - 2)
            lines = lines.prefix(kept) + ["... \(lines.count - kept) more lines"]
        }
        let (noWrap, wrap, home, clear, clearLine, clearBelow) = (
            "\u{1b}[?7l", "\u{1b}[?7h", "\u{1b}[H", "\u{1b}[2J", "\u{1b}[K", "\u{1b}[J"
        )
        let body = lines.map { $0 + clearLine + "\n" }.joined()
        return (isFirst ? clear : "") + home + noWrap + body + clearBelow + wrap
    }
}
