import Glibc

/// One line on a terminal that says how far a command is, written over again and again; nothing anywhere else.
struct ProgressLine {
    private let isOn = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now

    /// How long it has been going on, in microseconds.
    var elapsedMicroseconds: UInt64 { (ContinuousClock.now - start).wholeMicroseconds }

    /// Shows the text in place of what stood there.
    func show(_ text: @autoclosure () -> String) {
        // Cut at the edge of a narrow terminal, so that it can be written over.
        if isOn { write("\r\u{1b}[K\u{1b}[?7l\(text())\u{1b}[?7h") }
    }

    /// Leaves the line empty, for what is said next.
    func clear() {
        if isOn { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
