import Glibc
import Logging

/// Formats messages as single lines and queues them for standard error.
struct QueuedLogHandler: LogHandler {
    var metadata = Logger.Metadata()
    var logLevel: Logger.Level
    private let label: String
    private let queue: LogQueue

    init(label: String, level: Logger.Level, queue: LogQueue) {
        self.label = label
        logLevel = level
        self.queue = queue
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = metadata.merging(event.metadata ?? [:]) { _, explicit in explicit }
        queue.append(
            Self.line(event.level, label: label, metadata, source: event.source, "\(event.message)") + "\n")
    }

    /// Formats a log line, without its newline.
    static func line(
        _ level: Logger.Level, label: String, _ metadata: Logger.Metadata, source: String, _ message: String
    ) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "\(timestamp()) \(level) \(label):\(pairs) [\(source)] \(message)"
    }

    /// Returns the local time.
    private static func timestamp() -> String {
        var now = time(nil)
        var local = unsafe tm()
        // Unlike localtime, this reads the time zone file only once.
        _ = unsafe localtime_r(&now, &local)
        var text = [CChar](repeating: 0, count: 64)
        let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S%z", &local)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
