import Netlink
import ProcessTracking
import TaskstatsModel

/// Messages of the proc connector, and the table of processes that they change.
///
/// The bytes are read twice: as one message, and as a sequence of short events. Whatever happens to the table, its memory
/// is bounded, and nothing is left of it when every process has ended.
enum ProcessTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe ProcessEvent(payload: bytes.bytes)
        let limit = 16_384
        var table = ProcessTable(memoryLimit: limit)
        var time: UInt64 = 1
        var pending: [ProcessTable.Reading] = []
        for start in stride(from: 0, to: bytes.count - 3, by: 4) {
            let (code, first, second, step) = unsafe (
                bytes[start], UInt32(bytes[start + 1] % 32), UInt32(bytes[start + 2] % 32), bytes[start + 3]
            )
            time += UInt64(step) * 1_000_000
            let snapshot = ProcessSnapshot(
                commandLine: ProcessCommandLine(["\(second)"]), cgroup: ControlGroup(path: "/\(first)"),
                command: "\(second)", parent: second, session: first, start: time)
            switch code % 9 {
            case 0: _ = table.take(ProcessEvent(.fork(parent: first, child: second), time: time), at: time)
            case 1:
                if let reading = table.take(ProcessEvent(.exec(first), time: time), at: time) {
                    pending.append(reading)
                }
            case 2: if let reading = pending.popLast() { _ = table.complete(reading, with: snapshot) }
            case 3: _ = table.take(ProcessEvent(.exit(first), time: time), at: time)
            case 4: table.scanned(first, snapshot)
            case 5: table.loseEvents()
            case 6: table.purge(before: time) { $0 == second }
            case 7: _ = table.take(ProcessEvent(.user(first, effective: second), time: time), at: time)
            default:
                let record = RecordIdentity(
                    pid: first, age: UInt64(step), isLast: second > 16, executable: nil, readAt: time)
                let origin = table.origin(of: record, bootTime: 0)
                precondition(origin?.parents?.count ?? 0 <= ProcessOrigin.parentLimit, "too many parents")
            }
            // What is stored at the limit may exceed it once.
            precondition(table.memoryBytes < limit + 1_024, "more memory than the limit")
        }
        for pid in UInt32(0)..<32 { _ = table.take(ProcessEvent(.exit(pid), time: time), at: time) }
        table.purge(before: .max) { _ in false }
        precondition(table.count == 0 && table.memoryBytes == 0, "something is left of processes that have ended")
    }
}
