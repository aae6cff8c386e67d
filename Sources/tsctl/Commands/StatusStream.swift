import CLinux
import Glibc
import TaskstatsClient

/// The status again and again, until a signal comes or the reader goes: in place on a terminal, else one after the other.
struct StatusStream {
    let connection: TaskstatsConnection
    let socket: String
    let json: Bool

    func run(every interval: Duration) throws {
        let style = Style.forStandardOutput()
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var output = StandardOutput()
        var before: (status: DaemonStatus, at: SuspendingClock.Instant)?
        var next = SuspendingClock.now
        let interruption = try Interruption.begin()
        repeat {
            if json {
                output.line(try connection.statusText())
            } else {
                let (status, now) = (try connection.status(), SuspendingClock.now)
                let lines = StatusScreen(
                    server: connection.server, status: status, socket: socket, style: style, showsRates: true,
                    before: before.map { .init(status: $0.status, elapsed: $0.at.duration(to: now)) }
                ).lines
                if isTerminal {
                    output.text(StatusFrame.text(lines, rows: Self.rows, isFirst: before == nil))
                } else {
                    if before != nil { output.line("") }
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
            // What took longer than the interval is not made up for.
            next = max(next + interval, .now)
        } while !Self.wait(for: interruption.descriptor, until: next)
        if interruption.cause() == .signal { Console.endLineOfTerminal() }
        interruption.end()
    }

    /// Whether the descriptor became readable before then.
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

/// A screen that takes the place of the one before.
enum StatusFrame {
    /// The lines, as many as there are rows for, over what the terminal shows; those that are too wide are cut by the
    /// terminal, which goes back to wrapping after that.
    static func text(_ lines: [String], rows: Int?, isFirst: Bool) -> String {
        var lines = lines
        if let rows, lines.count >= rows {
            let kept = max(0, rows - 2)
            lines = lines.prefix(kept) + ["... \(lines.count - kept) lines more"]
        }
        let (noWrap, wrap, home, clear, clearLine, clearBelow) = (
            "\u{1b}[?7l", "\u{1b}[?7h", "\u{1b}[H", "\u{1b}[2J", "\u{1b}[K", "\u{1b}[J"
        )
        let body = lines.map { $0 + clearLine + "\n" }.joined()
        return (isFirst ? clear : "") + home + noWrap + body + clearBelow + wrap
    }
}
