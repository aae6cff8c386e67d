import Taskstats
import TaskstatsProtocol

/// Events as log records of OpenTelemetry, each one a request of OTLP/JSON: attributes by its semantic conventions, and
/// `taskstats.` and the name for what these do not define.
enum OTLPDocument {
    private enum Severity: Int {
        case information = 9
        case warning = 13

        var text: String { self == .information ? "INFO" : "WARN" }
    }

    /// Encodes the exit of a task.
    static func exit(_ record: ExitRecord, id: String?, _ export: LineExport) -> [UInt8] {
        let name = String(decoding: record.task.commandBytes ?? [], as: UTF8.self)
        let isSuccess = record.exit?.isSuccess ?? true
        return document(
            export, time: record.time, "process.exit", message: "\(name) \(text(record.exit))",
            isSuccess ? .information : .warning
        ) { attributes in
            if let id { attributes.string("log.record.uid", id) }
            attributes.integer("process.pid", record.tgid ?? record.pid)
            if record.tgid != record.pid { attributes.integer("thread.id", record.pid) }
            if let parent = record.task[.acPpid] { attributes.integer("process.parent_pid", parent) }
            if let uid = record.task[.acUid] { attributes.integer("process.real_user.id", uid) }
            if !name.isEmpty { attributes.string("process.executable.name", name) }
            if case .code(let code) = record.exit { attributes.integer("process.exit.code", code) }
            attributes.string("process.exit.time", TimeFormat.utc.rfc3339(nanoseconds: record.time, decimals: 9))
            if let start = ExportedTimes(record).start { attributes.created(start) }
            attributes.origin(record.origin)
            attributes.statistics(record)
        }
    }

    /// Encodes the start of a program.
    static func start(_ start: ProcessStart, id: String, _ export: LineExport) -> [UInt8] {
        document(
            export, time: start.time, "process.start", message: "\(start.command ?? "a process") started", .information
        ) { attributes in
            attributes.string("log.record.uid", id)
            attributes.integer("process.pid", start.pid)
            if let parent = start.ppid { attributes.integer("process.parent_pid", parent) }
            if let uid = start.uid { attributes.integer("process.real_user.id", uid) }
            if let name = start.command { attributes.string("process.executable.name", name) }
            if let started = start.origin.startedNanoseconds { attributes.created(started) }
            attributes.origin(start.origin)
        }
    }

    /// Encodes a loss or a gap.
    static func notice(_ notice: ExportedNotice, _ export: LineExport) -> [UInt8] {
        document(export, time: notice.time, "taskstats.\(notice.key)", message: notice.message, .warning) {
            attributes in
            attributes.string("log.record.uid", notice.id)
            attributes.string("taskstats.action", notice.action)
            attributes.string("taskstats.\(notice.key)", String(decoding: notice.json, as: UTF8.self))
        }
    }

    private static func text(_ exit: ExitStatus?) -> String {
        switch exit {
        case .code(let code): "exited with status \(code)"
        case .signal(let signal, _): "was killed by signal \(signal)"
        case nil: "ended"
        }
    }

    private static func document(
        _ export: LineExport, time: UInt64, _ event: String, message: String, _ severity: Severity,
        _ attributes: (inout OTLPAttributes) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 8_192)
        writer.object { writer in
            writer.list("resourceLogs") { writer in
                writer.key("resource")
                writer.object { writer in
                    writer.attributes { resource in
                        resource.string("service.name", "taskstatsd")
                        if !export.instance.isEmpty { resource.string("service.instance.id", export.instance) }
                        resource.string("host.name", export.host)
                    }
                }
                writer.list("scopeLogs") { writer in
                    writer.key("scope")
                    writer.object { writer in
                        writer.field("name", "taskstats")
                        writer.field("version", Release.version)
                    }
                    writer.list("logRecords") { writer in
                        writer.field("timeUnixNano", String(time))
                        writer.field("observedTimeUnixNano", String(time))
                        writer.field("severityNumber", severity.rawValue)
                        writer.field("severityText", severity.text)
                        writer.field("eventName", event)
                        writer.key("body")
                        writer.object { $0.field("stringValue", message) }
                        writer.attributes(attributes)
                    }
                }
            }
        }
        return writer.finish().array
    }
}

/// The attributes of a log record or a resource of OpenTelemetry.
struct OTLPAttributes: ~Copyable {
    fileprivate var writer: JSONWriter

    /// Adds text.
    mutating func string(_ key: String, _ value: String) { add(key) { $0.field("stringValue", value) } }

    /// Adds an integer, which OTLP/JSON writes as text.
    mutating func integer(_ key: String, _ value: some BinaryInteger) {
        add(key) { $0.field("intValue", String(value)) }
    }

    /// Adds a truth value.
    mutating func bool(_ key: String, _ value: Bool) { add(key) { $0.field("boolValue", value) } }

    /// Adds several texts.
    mutating func strings(_ key: String, _ values: some Sequence<String>) {
        add(key) { writer in
            writer.key("arrayValue")
            writer.object { writer in
                writer.key("values")
                writer.array { writer in
                    for value in values { writer.object { $0.field("stringValue", value) } }
                }
            }
        }
    }

    private mutating func add(_ key: String, _ value: (inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.field("key", key)
            writer.key("value")
            writer.object(value)
        }
    }

    /// Adds the start of a process.
    mutating func created(_ nanoseconds: UInt64) {
        string("process.creation.time", TimeFormat.utc.rfc3339(nanoseconds: nanoseconds, decimals: 9))
    }

    /// Adds what a process ran, and where it belonged.
    mutating func origin(_ origin: ProcessOrigin?) {
        guard let origin else { return }
        if let executable = origin.executable { string("process.executable.path", executable) }
        if let commandLine = origin.commandLine { strings("process.command_args", commandLine.arguments) }
        if let session = origin.session { integer("process.session_leader.pid", session) }
        if let container = origin.container {
            string("container.id", container.id)
            if let runtime = container.runtime { string("container.runtime", runtime.rawValue) }
        }
        if let cgroup = origin.cgroup { string("process.linux.cgroup", cgroup.path) }
        if let unit = origin.unit { string("taskstats.unit", unit) }
    }

    /// Adds the statistics of a record, and what is uncertain about them.
    mutating func statistics(_ record: ExitRecord) {
        if record.cpu != ExitRecord.unknownCPU { integer("taskstats.cpu", record.cpu) }
        if let index = record.index { integer("taskstats.index", index) }
        if let isLast = record.isLast { bool("taskstats.last", isLast) }
        if case .signal(let signal, let coreDumped) = record.exit {
            integer("taskstats.signal", signal)
            bool("taskstats.core_dumped", coreDumped)
        }
        statistics(record.task, prefix: "taskstats.")
        if let process = record.process { statistics(process, prefix: "taskstats.tgid.") }
        if !record.redacted.isEmpty { strings("taskstats.redacted", record.redacted.map(\.rawValue)) }
    }

    private mutating func statistics(_ task: TaskRecord, prefix: String) {
        for field in task.present {
            switch field.kind {
            case .command: break
            case .device:
                if let device = task.executableDevice {
                    string(prefix + field.name, "\(device.major):\(device.minor)")
                }
            case .identifier: if let value = task[field] { string(prefix + field.name, String(value)) }
            case .i8: if let value = task[field] { integer(prefix + field.name, Int64(bitPattern: value)) }
            default: if let value = task[field] { integer(prefix + field.name, value) }
            }
        }
        if task.hasUncountedDelays { bool(prefix + "uncounted", true) }
        if !task.implausible.isEmpty { strings(prefix + "implausible", task.implausible.map(\.name)) }
    }
}

extension JSONWriter {
    /// Writes a key with an array of one object.
    fileprivate mutating func list(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        array { writer in writer.object(body) }
    }

    fileprivate mutating func attributes(_ body: (inout OTLPAttributes) -> Void) {
        key("attributes")
        array { writer in
            var attributes = OTLPAttributes(writer: JSONWriter())
            swap(&attributes.writer, &writer)
            body(&attributes)
            swap(&attributes.writer, &writer)
        }
    }
}
