import Glibc
import Taskstats
import TaskstatsProtocol

/// The events that the adapter prints: what the library has decoded, encoded again, as one object on a line.
enum Events {
    static func ready() {
        printEvent("ready") { $0.field("can", ["get", "subscribe", "follow", "since", "exact", "frames"]) }
    }

    static func show(_ event: TaskstatsEvent) {
        switch event {
        case .exit(let record):
            var line = ByteBuffer(capacity: RecordEncoder.exitLineLimit)
            RecordEncoder.appendExitLine(
                record, fields: .all, redacted: record.redacted, origin: record.origin.map(EncodedOrigin.init),
                to: &line)
            notification("exit", line)
        case .start(let start): notification("start", ServerLine.start(start))
        case .lost(let lost): notification("lost", ServerLine.lost(lost))
        case .live(let index): notification("live", ServerLine.live(index: index))
        // The error that follows has the reason.
        case .closing: break
        }
    }

    static func result(of target: QueryTarget, _ record: TaskRecord) {
        let line = ServerLine.stats(.integer(1), of: target, record, fields: .all)
        printEvent("result", line, after: #"{"jsonrpc":"2.0","id":1,"result":{"#)
    }

    static func reconnected(isNewInstance: Bool) {
        printEvent("reconnected") { $0.field("new_instance", isNewInstance) }
    }

    /// Shows the end of a connection, which has a reason if the daemon or the library gave one.
    static func closed(_ error: TaskstatsError) {
        printEvent("closed") { writer in
            if error.code != .disconnected { writer.field("reason", error.message) }
        }
    }

    /// Shows the refusal of a request, or the end of the connection in its place.
    static func error(_ error: TaskstatsError) {
        guard let kind = kinds[error.code] else { return closed(error) }
        printEvent("error") { $0.field("kind", kind.rawValue) }
    }

    private static let kinds: [TaskstatsError.Code: ProtocolError.Name] = [
        .permissionDenied: .permissionDenied, .noSuchTask: .noSuchTask, .invalidParameters: .invalidParams,
        .limitExceeded: .limitExceeded, .kernelError: .kernelError, .unavailable: .unavailable,
        .daemonError: .internalError,
    ]

    private static func notification(_ method: String, _ line: consuming ByteBuffer) {
        printEvent(method, line, after: #"{"jsonrpc":"2.0","method":"\#(method)","params":{"#)
    }

    /// Prints an event with the keys of an object in a line of the daemon.
    private static func printEvent(_ event: String, _ line: consuming ByteBuffer, after start: String) {
        let keys = String(decoding: line.array.dropFirst(start.utf8.count).dropLast("}\n".utf8.count), as: UTF8.self)
        printNow(#"{"event":"\#(event)",\#(keys)"#)
    }

    private static func printEvent(_ event: String, _ keys: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("event", event)
            keys(&writer)
        }
        printNow(String(decoding: writer.finish().array, as: UTF8.self))
    }

    private static func printNow(_ line: String) {
        print(line)
        fflush(nil)
    }
}
