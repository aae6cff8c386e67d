import TaskstatsClient
import TaskstatsProtocol

/// The `params` of an exit, written anew: of a record that never was a line, or with fewer members.
enum ExitJSON {
    static func params(_ record: ExitRecord, fields: FieldSet) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { writer in
            // What getdelays wrote does not say where and when.
            if record.cpu >= 0 {
                writer.member("cpu", record.cpu)
                writer.member("seq", record.sequence)
                writer.member("time", record.time)
            }
            writer.member("pid", record.pid)
            if let tgid = record.tgid { writer.member("tgid", tgid) }
            if let isLast = record.isLast { writer.member("last", isLast) }
            if let exit = record.exit {
                writer.key("exit")
                write(exit, to: &writer)
            }
            if !record.redacted.isEmpty { writer.member("redacted", record.redacted.map(\.rawValue)) }
            writer.key("stats")
            writer.value { RecordEncoder.appendStats(record.task, fields: fields, to: &$0) }
            if let process = record.process {
                writer.key("tgid_stats")
                writer.value { RecordEncoder.appendStats(process, fields: fields, to: &$0) }
            }
        }
        return writer.finish().array
    }

    /// How a task ended, as the protocol writes it.
    static func write(_ exit: ExitStatus, to writer: inout JSONWriter) {
        writer.object { writer in
            switch exit {
            case .code(let code):
                writer.member("code", code)
            case .signal(let signal, let coreDumped):
                writer.member("signal", signal)
                writer.member("name", SignalName.of(signal))
                writer.member("core", coreDumped)
            }
        }
    }
}
