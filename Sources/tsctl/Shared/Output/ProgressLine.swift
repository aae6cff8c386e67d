import Glibc

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
