import CLinux
import Glibc
import LinuxSystem

/// Messages of tsctl beside its output: one line on standard error each.
enum Console {
    /// Prints a line; a failure to do so cannot be reported.
    static func say(_ message: String) { StandardError.print("tsctl: \(PrintableText.of(message))") }

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
}

/// The environment variables.
enum Environment {
    /// The value of a variable; nil if it is unset or empty.
    static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe value.pointee == 0 ? nil : String(cString: value)
    }
}

/// The terminal on standard output.
enum Terminal {
    /// Its number of columns; nil if standard output is not a terminal.
    static var width: Int? {
        var (rows, columns) = (UInt16(0), UInt16(0))
        guard unsafe clinux_terminal_size(STDOUT_FILENO, &rows, &columns) == 0, columns > 0 else { return nil }
        return Int(columns)
    }
}

/// An error that ends a command with status 1, as one line for people.
struct Failure: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}
