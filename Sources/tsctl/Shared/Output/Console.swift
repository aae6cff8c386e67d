import CLinux
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// Messages of tsctl beside its output: one line on standard error each.
enum Console {
    /// Prints a line; a failure to do so cannot be reported.
    static func print(_ message: String) { StandardError.print("tsctl: \(PrintableText.of(message))") }

    /// Starts a new line on a terminal, where Ctrl-C leaves ^C.
    static func endLineOfTerminal() {
        if isatty(STDERR_FILENO) == 1 { _ = unsafe write(STDERR_FILENO, "\n", 1) }
    }
}

/// The highlighting on a terminal; none anywhere else.
struct Style: Equatable {
    let isOn: Bool

    /// Returns the style for standard output: colours on a terminal, unless the user disabled them.
    static func forStandardOutput() -> Style { on(STDOUT_FILENO) }

    /// Returns the style for another descriptor.
    static func on(_ descriptor: Int32) -> Style {
        Style(isOn: isatty(descriptor) == 1 && Environment["NO_COLOR"] == nil && Environment["TERM"] != "dumb")
    }

    func heading(_ text: String) -> String { isOn ? "\u{1b}[1m\(text)\u{1b}[0m" : text }

    func failure(_ text: String) -> String { isOn ? "\u{1b}[31m\(text)\u{1b}[0m" : text }

    func start(_ text: String) -> String { isOn ? "\u{1b}[32m\(text)\u{1b}[0m" : text }
}

/// The terminal on standard output.
enum Terminal {
    /// Its number of columns; nil if standard output is not a terminal.
    static var width: Int? { width(of: STDOUT_FILENO) }

    /// Returns the number of columns of the terminal on another descriptor; nil if it is not a terminal.
    static func width(of descriptor: Int32) -> Int? {
        var (rows, columns) = (UInt16(0), UInt16(0))
        guard unsafe clinux_terminal_size(descriptor, &rows, &columns) == 0, columns > 0 else { return nil }
        return Int(columns)
    }
}

/// A progress line on a terminal, which is overwritten repeatedly; nothing anywhere else.
struct ProgressLine {
    private let isOn = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now

    /// The elapsed time, in microseconds.
    var elapsedMicroseconds: UInt64 { (ContinuousClock.now - start).wholeMicroseconds }

    /// Replaces the text of the line.
    func show(_ text: @autoclosure () -> String) {
        // Cut at the edge of a narrow terminal, so that it can be overwritten.
        if isOn { write("\r\u{1b}[K\u{1b}[?7l\(text())\u{1b}[?7h") }
    }

    /// Clears the line for the next message.
    func clear() {
        if isOn { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// The progress of work that never waits, on the last line of a terminal: after a second, then five times a second.
struct WorkProgress {
    private let line = ProgressLine()
    private var next = ContinuousClock.now + .seconds(1)

    /// Shows how far the work is, if it is time for that.
    mutating func show(_ text: @autoclosure () -> String) {
        let now = ContinuousClock.now
        guard now >= next else { return }
        next = now + .milliseconds(200)
        line.show(text())
    }

    /// Clears the line for the next message.
    func clear() { line.clear() }
}

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
        let ending = line.count > limit ? "... (\(line.count) bytes)" : ""
        return String(repeating: " ", count: max(0, 11 - time.count)) + "\(time) \(mark) \(shown)\(ending)"
    }
}
