import Netlink
import TaskstatsKernel
import TaskstatsModel

/// The test's own socket of one CPU, for the kernel's records.
struct ReferenceListener {
    private struct Log: ExitSink {
        var records: [UInt32: TaskRecord] = [:]
        mutating func exited(_ record: inout ExitRecord) { records[record.pid] = record.task }
        mutating func lost(cpu: Int, count: UInt64) {}
    }

    private let listener: ExitListener<NetlinkSocket>

    init(cpu: Int) throws {
        let batch = MessageBatch()
        let family = try TaskstatsFamily.lookUp(over: try NetlinkSocket.open(), batch: batch)
        listener = try ExitListener(
            cpu: cpu, port: try NetlinkSocket.open(), family: family, batch: batch, receiveBufferBytes: 64 << 20)
        try listener.register()
    }

    /// Returns the records of the ended tasks, by pid, and deregisters.
    func finish() throws -> [UInt32: TaskRecord] {
        var log = Log()
        try listener.drainCompletely(time: 0, to: &log)
        try listener.deregister()
        return log.records
    }
}
