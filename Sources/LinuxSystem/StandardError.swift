import Glibc

/// Messages for people, on standard error.
package enum StandardError {
    /// Writes one line; there is nobody to tell when that fails.
    package static func print(_ line: String) {
        var text = line + "\n"
        text.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
