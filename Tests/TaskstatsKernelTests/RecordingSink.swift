import TaskstatsKernel
import TaskstatsModel

/// A sink that records its events.
struct RecordingSink: ExitSink {
    enum Event: Hashable {
        case exit(pid: UInt32, sequence: UInt64)
        case lost(UInt64)
    }

    private(set) var events: [Event] = []
    private(set) var records: [ExitRecord] = []

    mutating func exited(_ record: inout ExitRecord) {
        events.append(.exit(pid: record.pid, sequence: record.sequence))
        records.append(copy record)
    }

    mutating func lost(cpu: Int, count: UInt64) { events.append(.lost(count)) }
}
