import TaskstatsClient
import TaskstatsProtocol

extension ExitRecord {
    /// The record with only some members, as the protocol writes `params`; of what getdelays wrote no CPU and no number
    /// are known.
    func json(fields: FieldSet) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { writer in
            if cpu >= 0 {
                writer.member("cpu", cpu)
                writer.member("seq", sequence)
            }
            if time > 0 { writer.member("time", time) }
            if pid > 0 { writer.member("pid", pid) }
            if let tgid { writer.member("tgid", tgid) }
            if let isLast { writer.member("last", isLast) }
            if let exit {
                writer.key("exit")
                writer.value { RecordEncoder.appendExit(exit, to: &$0) }
            }
            if !redacted.isEmpty { writer.member("redacted", redacted.map(\.rawValue)) }
            writer.key("stats")
            writer.value { RecordEncoder.appendStats(task, fields: fields, to: &$0) }
            if let process {
                writer.key("tgid_stats")
                writer.value { RecordEncoder.appendStats(process, fields: fields, to: &$0) }
            }
        }
        return writer.finish().array
    }
}
