import CLinux
import Glibc
import LinuxSystem

/// What tsctl says to people beside its output: one line on standard error at a time.
enum Console {
    /// Says a line; there is no one to tell when that fails.
    static func say(_ message: String) { StandardError.print("tsctl: \(PrintableText.of(message))") }

    /// Goes to a new line on a terminal, where Ctrl-C has left its mark.
    static func endLineOfTerminal() {
        if isatty(STDERR_FILENO) == 1 { _ = unsafe write(STDERR_FILENO, "\n", 1) }
    }
}

/// How a terminal shows what matters; on anything else nothing is added.
struct Style: Equatable {
    let isOn: Bool

    /// Colour is for a terminal whose user did not say no.
    static func forStandardOutput() -> Style { on(STDOUT_FILENO) }

    /// The same for what another descriptor leads to.
    static func on(_ descriptor: Int32) -> Style {
        Style(isOn: isatty(descriptor) == 1 && Environment["NO_COLOR"] == nil && Environment["TERM"] != "dumb")
    }

    func heading(_ text: String) -> String { isOn ? "\u{1b}[1m\(text)\u{1b}[0m" : text }

    func failure(_ text: String) -> String { isOn ? "\u{1b}[31m\(text)\u{1b}[0m" : text }
}

/// The variables of the environment.
enum Environment {
    /// The value of a variable; nil when it is not set or empty.
    static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe value.pointee == 0 ? nil : String(cString: value)
    }
}

/// The terminal that standard output may be.
enum Terminal {
    /// Its columns; nil when standard output is none.
    static var width: Int? {
        var (rows, columns) = (UInt16(0), UInt16(0))
        guard unsafe clinux_terminal_size(STDOUT_FILENO, &rows, &columns) == 0, columns > 0 else { return nil }
        return Int(columns)
    }
}
