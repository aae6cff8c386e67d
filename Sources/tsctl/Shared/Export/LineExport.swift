import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// The encoder of events for log shippers and databases.
///
/// Each event has an id that stays the same whenever it is sent again: the instance of the daemon and the index of the
/// record. What has no index is named by its time.
struct LineExport {
    /// The format of the lines.
    let format: LineFormat
    /// The host on which the tasks ended.
    var host: String
    /// The instance of the daemon that numbered the records.
    var instance = ""

    /// Creates an encoder for events of this host.
    init(_ format: LineFormat) {
        self.format = format
        host = HostName.current
    }

    // MARK: Events

    /// Encodes an exit from the text of its JSON, for formats that keep it.
    func exit(text: [UInt8]) -> [UInt8] {
        let index = unsafe text.withUnsafeBytes { unsafe EventReader.index(params: $0) }
        return identified(index.map(id), text)
    }

    /// Encodes an exit.
    func exit(_ record: ExitRecord) -> [UInt8] {
        let id = record.index.map(id)
        return switch format {
        case .ndjson: identified(id, record.json(fields: .all))
        case .ecs: ECSDocument.exit(record, id: id, host: host)
        case .otel: OTLPDocument.exit(record, id: id, self)
        }
    }

    /// Encodes the start of a program.
    func start(_ start: ProcessStart) -> [UInt8] {
        let id = "\(instance)-start-\(start.cpu)-\(start.sequence)"
        return switch format {
        case .ndjson: identified(id, start.json)
        case .ecs: ECSDocument.start(start, id: id, host: host)
        case .otel: OTLPDocument.start(start, id: id, self)
        }
    }

    /// Encodes a loss of records.
    func lost(_ loss: LostRecords) -> [UInt8] {
        let now = SystemClock.realtimeNanoseconds
        let id = "\(instance)-lost-\(loss.index.map { String($0) } ?? "at-\(now)")"
        return notice(
            ExportedNotice(
                id: id, time: now, action: "records-lost", message: LossText.of(loss), key: "lost",
                json: LossText.json(loss)))
    }

    /// Encodes a period without a connection.
    func gap(_ gap: Gap) -> [UInt8] {
        notice(
            ExportedNotice(
                id: "\(instance)-gap-\(gap.from)", time: gap.to, action: "connection-lost", message: gap.textOfStream,
                key: "gap", json: gap.json))
    }

    private func notice(_ notice: ExportedNotice) -> [UInt8] {
        switch format {
        case .ndjson: identified(notice.id, notice.json)
        case .ecs: ECSDocument.notice(notice, host: host)
        case .otel: OTLPDocument.notice(notice, self)
        }
    }

    private func id(_ index: UInt64) -> String { "\(instance)-\(index)" }

    /// Returns an object with the id and the host in front of its keys.
    private func identified(_ id: String?, _ object: [UInt8]) -> [UInt8] {
        JSONWriter.object(
            object,
            behind: { writer in
                if let id { writer.field("event_id", id) }
                writer.field("host", host)
            })
    }
}

extension JSONWriter {
    /// Writes a value that is already encoded.
    mutating func encoded(_ json: [UInt8]) {
        value { bytes in unsafe json.withUnsafeBytes { unsafe bytes.append($0) } }
    }

    /// Returns an encoded object with other keys in front of its own.
    static func object(_ object: [UInt8], behind keys: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 256 + object.count)
        writer.object(keys)
        var line = writer.finish().array
        if line.count > 2 { line[line.count - 1] = UInt8(ascii: ",") } else { line.removeLast() }
        line += object.dropFirst()
        return line
    }
}

/// An event that is not about one task: a loss or a gap.
struct ExportedNotice {
    let id: String
    let time: UInt64
    /// The name of the event.
    let action: String
    let message: String
    /// The key of the object in ``json``.
    let key: String
    /// The line of `--json`.
    let json: [UInt8]
}

/// The name of this host.
enum HostName {
    static var current: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
