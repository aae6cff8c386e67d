import Taskstats
import TaskstatsProtocol

/// The selection of exits from a recording, by the same rules as in the daemon.
struct RecordedExits {
    private let cpus: CPUSet?
    private let scope: RecordScope?
    private let filter: RecordFilter
    private let exit: RecordFilter.Exit?
    /// The number of records that were skipped because they do not show whether a process ended.
    private(set) var undecided: UInt64 = 0

    /// Creates a selection; `cpus` must be nil for a recording without CPUs.
    init(cpus: CPUSet?, scope: RecordScope?, filter: RecordFilter) {
        self.cpus = cpus
        self.scope = scope
        // The exit status is separate from the fields, which may lack it.
        exit = filter.exit
        var filter = filter
        filter.exit = nil
        self.filter = filter
    }

    /// Returns the fields that the conditions need.
    static func fields(of filter: RecordFilter) -> FieldSet {
        var fields = FieldSet()
        if filter.uids != nil { fields.insert(.acUid) }
        if filter.gids != nil { fields.insert(.acGid) }
        if filter.ppids != nil { fields.insert(.acPpid) }
        if filter.commands != nil { fields.insert(.acComm) }
        if filter.minElapsedMicroseconds != nil { fields.insert(.acEtime) }
        return fields
    }

    /// Returns whether an exit is selected.
    mutating func selects(_ record: borrowing ExitRecord) -> Bool {
        if let cpus, !cpus.contains(record.cpu) { return false }
        if scope == .process {
            guard let isLast = record.isLast else {
                undecided += 1
                return false
            }
            if !isLast { return false }
        }
        if let exit {
            guard let status = record.exit, exit.matches(status) else { return false }
        }
        return filter.matches(record.task) && filter.matches(record.origin)
    }

    /// Returns whether a loss may include selected records.
    func selects(_ loss: LostRecords) -> Bool {
        if let cpus, case .kernel(let cpu) = loss.place { return cpus.contains(cpu) }
        return true
    }
}

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
            if let index { writer.field("index", index) }
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
            if let origin {
                writer.key("origin")
                origin.write(to: &writer)
            }
        }
        return writer.finish().array
    }
}
