import LinuxSystem
import TaskstatsClient

/// What `--debug` prints on standard error: each line of the connection as it goes by, and when.
///
/// A time is that since the first connection was begun. What goes to standard output meanwhile is not gathered any more, so
/// that on a terminal everything stands in the order in which it happened.
enum WireLog {
    /// How much of a line is shown, in bytes; a whole greeting is.
    static let limit = 1_024

    private static let start = SuspendingClock.now

    /// Says where the connection goes, and returns the trace that shows its lines.
    static func begin(connectingTo path: String) -> LineTrace {
        StandardOutput.writesEachLine.store(true, ordering: .relaxed)
        let start = start
        StandardError.print(text("*", Array("connecting to \(path)".utf8), at: start.duration(to: .now)))
        return LineTrace { direction, line in
            StandardError.print(text(direction == .sent ? ">" : "<", line, at: start.duration(to: .now)))
        }
    }

    /// A line as it is printed, after its time in seconds and its mark; one that is too long with its length.
    static func text(_ mark: String, _ line: [UInt8], at time: Duration) -> String {
        let (seconds, attoseconds) = time.components
        let microseconds = String(attoseconds / 1_000_000_000_000)
        let time = "\(seconds)." + String(repeating: "0", count: 6 - microseconds.count) + microseconds
        let shown = PrintableText.of(String(decoding: line.prefix(limit), as: UTF8.self))
        let rest = line.count > limit ? "... (\(line.count) bytes)" : ""
        return String(repeating: " ", count: max(0, 11 - time.count)) + "\(time) \(mark) \(shown)\(rest)"
    }
}
