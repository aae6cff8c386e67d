import Taskstats
import TaskstatsProtocol

extension ExitRecord {
    /// Encodes the record with these fields, like `params` in the protocol; records of getdelays have no CPU and no
    /// sequence number.
    func json(fields: FieldSet) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { writer in
            if cpu != Self.unknownCPU {
                writer.field("cpu", cpu)
                writer.field("seq", sequence)
            }
            if time > 0 { writer.field("time", time) }
            if pid > 0 { writer.field("pid", pid) }
            if let tgid { writer.field("tgid", tgid) }
            if let isLast { writer.field("last", isLast) }
            if let exit {
                writer.key("exit")
                writer.value { RecordEncoder.appendExit(exit, to: &$0) }
            }
            let withheld = redacted.map(\.rawValue) + (isProcessWithheld ? [RecordEncoder.processKey] : [])
            if !withheld.isEmpty { writer.field("redacted", withheld) }
            writer.key("stats")
            writer.value { RecordEncoder.appendStats(task, fields: fields, to: &$0) }
            if let process {
                writer.key("tgid_stats")
                writer.value { RecordEncoder.appendStats(process, fields: fields, to: &$0) }
            }
            RecordEncoder.appendOmissions(of: self, fields: fields, hidesProcess: false, to: &writer.bytes)
        }
        return writer.finish().array
    }
}
