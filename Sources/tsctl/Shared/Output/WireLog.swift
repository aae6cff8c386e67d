import LinuxSystem
import Taskstats

/// The output of `--debug` on standard error: each line of the connection, with its time.
///
/// Times start at the first connection. Standard output is no longer buffered, so that on a terminal everything appears
/// in order.
enum WireLog {
    /// The number of bytes shown of a line, enough for a whole handshake.
    static let limit = 1_024

    private static let start = SuspendingClock.now

    /// Prints the path of the connection, and returns the trace that prints its lines.
    static func begin(connectingTo path: String) -> LineTrace {
        StandardOutput.writesEachLine.store(true, ordering: .relaxed)
        let start = start
        StandardError.print(text("*", Array("connecting to \(path)".utf8), at: start.duration(to: .now)))
        return LineTrace { direction, line in
            StandardError.print(text(direction == .sent ? ">" : "<", line, at: start.duration(to: .now)))
        }
    }

    /// Formats a line after its time in seconds and its mark; a line that is too long is cut, with its length.
    static func text(_ mark: String, _ line: [UInt8], at time: Duration) -> String {
        let (seconds, attoseconds) = time.components
        let microseconds = String(attoseconds / 1_000_000_000_000)
        let time = "\(seconds)." + String(repeating: "0", count: 6 - microseconds.count) + microseconds
        let shown = PrintableText.of(String(decoding: line.prefix(limit), as: UTF8.self))
        let rest = line.count > limit ? "... (\(line.count) bytes)" : ""
        return String(repeating: " ", count: max(0, 11 - time.count)) + "\(time) \(mark) \(shown)\(rest)"
    }
}
