import Taskstats
import TaskstatsProtocol

/// Events as documents of the Elastic Common Schema; what that does not define is in `taskstats`, with the keys of the
/// protocol.
enum ECSDocument {
    private static let version = "8.11.0"

    /// Encodes the exit of a task.
    static func exit(_ record: ExitRecord, id: String?, host: String) -> [UInt8] {
        let times = ExportedTimes(record)
        return document(time: record.time, host: host) { writer in
            writer.key("event")
            writer.object { writer in
                if let id { writer.field("id", id) }
                describe("process", "end", "exited", dataset: "taskstats.exit", &writer)
                if let exit = record.exit { writer.field("outcome", exit.isSuccess ? "success" : "failure") }
                if let start = times.start { writer.field("start", text(start)) }
                writer.field("end", text(record.time))
                if let duration = times.duration { writer.field("duration", duration) }
            }
            user(record.task[.acUid], &writer)
            writer.key("process")
            writer.object { writer in
                writer.field("pid", record.tgid ?? record.pid)
                if let name = record.task.commandBytes {
                    writer.key("name")
                    writer.string(bytes: name)
                }
                if record.tgid != record.pid {
                    writer.key("thread")
                    writer.object { $0.field("id", record.pid) }
                }
                if case .code(let code) = record.exit { writer.field("exit_code", code) }
                writer.field("end", text(record.time))
                parent(record.task[.acPpid], record.origin, &writer)
                process(record.origin, pid: record.tgid ?? record.pid, host: host, start: times.start, &writer)
            }
            container(record.origin, &writer)
            var rest = record
            rest.origin = nil
            writer.key("taskstats")
            writer.encoded(
                JSONWriter.object(
                    rest.json(fields: .all),
                    behind: { writer in
                        if let unit = record.origin?.unit { writer.field("unit", unit) }
                        if let cgroup = record.origin?.cgroup { writer.field("cgroup", cgroup.path) }
                    }))
        }
    }

    /// Encodes the start of a program.
    static func start(_ start: ProcessStart, id: String, host: String) -> [UInt8] {
        document(time: start.time, host: host) { writer in
            writer.key("event")
            writer.object { writer in
                writer.field("id", id)
                describe("process", "start", "executed", dataset: "taskstats.start", &writer)
                writer.field("start", text(start.time))
            }
            user(start.uid.map(UInt64.init), &writer)
            writer.key("process")
            writer.object { writer in
                writer.field("pid", start.pid)
                if let name = start.commandBytes {
                    writer.key("name")
                    writer.string(bytes: name)
                }
                parent(start.ppid.map(UInt64.init), start.origin, &writer)
                process(
                    start.origin, pid: start.pid, host: host, start: start.origin.startedNanoseconds, &writer)
            }
            container(start.origin, &writer)
        }
    }

    /// Encodes a loss or a gap.
    static func notice(_ notice: ExportedNotice, host: String) -> [UInt8] {
        document(time: notice.time, host: host) { writer in
            writer.field("message", notice.message)
            writer.key("event")
            writer.object { writer in
                writer.field("id", notice.id)
                describe("process", "info", notice.action, dataset: "taskstats.\(notice.key)", &writer)
                writer.field("outcome", "unknown")
            }
            writer.key("taskstats")
            writer.encoded(notice.json)
        }
    }

    // MARK: Parts

    private static func document(time: UInt64, host: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { writer in
            writer.field("@timestamp", text(time))
            writer.key("ecs")
            writer.object { $0.field("version", version) }
            writer.key("host")
            writer.object { $0.field("name", host) }
            body(&writer)
        }
        return writer.finish().array
    }

    private static func describe(
        _ category: String, _ type: String, _ action: String, dataset: String, _ writer: inout JSONWriter
    ) {
        writer.field("kind", "event")
        writer.field("category", [category])
        writer.field("type", [type])
        writer.field("action", action)
        writer.field("module", "taskstats")
        writer.field("dataset", dataset)
    }

    private static func user(_ uid: UInt64?, _ writer: inout JSONWriter) {
        guard let uid else { return }
        writer.key("user")
        writer.object { $0.field("id", String(uid)) }
    }

    private static func parent(_ pid: UInt64?, _ origin: ProcessOrigin?, _ writer: inout JSONWriter) {
        guard let pid else { return }
        writer.key("parent")
        writer.object { writer in
            writer.field("pid", pid)
            // The parent at the end is another one than that at the start if that ended before.
            if let first = origin?.parents?.first, UInt64(first.pid) == pid, !first.commandBytes.isEmpty {
                writer.key("name")
                writer.string(bytes: first.commandBytes)
            }
        }
    }

    private static func process(
        _ origin: ProcessOrigin?, pid: UInt32, host: String, start: UInt64?, _ writer: inout JSONWriter
    ) {
        if let start { writer.field("start", text(start)) }
        guard let origin else { return }
        // Only the start that the daemon observed is the same in all records of a process.
        if let started = origin.startedNanoseconds { writer.field("entity_id", "\(host)-\(pid)-\(started)") }
        if let executable = origin.executable { writer.field("executable", executable) }
        if let commandLine = origin.commandLine {
            writer.field("args", commandLine.arguments)
            writer.field("command_line", commandLine.text)
        }
        if let session = origin.session {
            writer.key("session_leader")
            writer.object { $0.field("pid", session) }
        }
    }

    private static func container(_ origin: ProcessOrigin?, _ writer: inout JSONWriter) {
        guard let container = origin?.container else { return }
        writer.key("container")
        writer.object { writer in
            writer.field("id", container.id)
            if let runtime = container.runtime { writer.field("runtime", runtime.rawValue) }
        }
    }

    private static func text(_ nanoseconds: UInt64) -> String {
        TimeFormat.utc.rfc3339(nanoseconds: nanoseconds, decimals: 9)
    }
}

/// The times of a task, in nanoseconds.
struct ExportedTimes {
    /// The start: that of the process if it is known, otherwise from the elapsed time of the task.
    let start: UInt64?
    let duration: UInt64?

    init(_ record: ExitRecord) {
        duration = record.task[.acEtime].map { $0 &* 1_000 }
        let isProcess = record.tgid == record.pid
        let observed = isProcess ? record.origin?.startedNanoseconds : nil
        start = observed ?? duration.map { record.time - min($0, record.time) }
    }
}
