import CLinux
import Glibc

/// What tsctl says to people beside its output: one line on standard error at a time.
enum Console {
    /// Says a line; there is no one to tell when that fails.
    static func say(_ message: String) {
        let line = Array("tsctl: \(PrintableText.of(message))\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    /// Goes to a new line on a terminal, where Ctrl-C has left its mark.
    static func endLineOfTerminal() {
        if isatty(STDERR_FILENO) == 1 { _ = unsafe write(STDERR_FILENO, "\n", 1) }
    }

    /// Sees to it that the three standard descriptors are taken, so that no socket becomes one of them; writing to one
    /// that was closed still fails as it should.
    static func reserveStandardDescriptors() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// How a terminal shows what matters; on anything else nothing is added.
struct Style: Equatable {
    let isOn: Bool

    /// Colour is for a terminal whose user did not say no.
    static func forStandardOutput() -> Style {
        Style(isOn: isatty(STDOUT_FILENO) == 1 && Environment["NO_COLOR"] == nil && Environment["TERM"] != "dumb")
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
