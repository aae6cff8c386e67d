import CommandSupport
import LinuxSystem

/// Messages of the exporter: one line on standard error each.
enum Message {
    /// Prints a line; a failure to do so cannot be reported.
    static func print(_ text: String) { StandardError.print("taskstats-exporter: \(PrintableText.of(text))") }
}
