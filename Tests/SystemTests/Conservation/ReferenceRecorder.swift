import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import Testing

/// Reference sockets of all CPUs, with buffers that never fill: all ended tasks, in order.
///
/// It must be registered first, and read at least once per four hundred thousand exits of a CPU.
final class ReferenceRecorder {
    /// A task that ended.
    struct Ended {
        let pid: UInt32
        let tgid: UInt32
        let isLast: Bool
        let exit: TaskstatsModel.ExitStatus?
        let command: [UInt8]
    }

    private struct Log: ExitSink {
        var ended: [[Ended]]
        var lost: UInt64 = 0

        mutating func exited(_ record: inout ExitRecord) {
            ended[record.cpu].append(
                Ended(
                    pid: record.pid, tgid: record.tgid ?? 0, isLast: record.isLast ?? false, exit: record.exit,
                    command: record.task.commandBytes ?? []))
        }

        mutating func lost(cpu: Int, count: UInt64) { lost += count }
    }

    private static let bufferBytes = 1 << 30
    private var listeners: [ExitListener<NetlinkSocket>] = []
    private var log: Log

    /// Registers every online CPU.
    init() throws {
        let batch = MessageBatch()
        let family = try TaskstatsFamily.lookUp(over: try NetlinkSocket.open(), batch: batch)
        log = Log(ended: Array(repeating: [], count: Host.onlineCPUs))
        for cpu in 0..<Host.onlineCPUs {
            let listener = try ExitListener(
                cpu: cpu, port: try NetlinkSocket.open(), family: family, batch: batch,
                receiveBufferBytes: Self.bufferBytes)
            try listener.register()
            listeners.append(listener)
        }
    }

    deinit {
        for listener in listeners { try? listener.deregister() }
    }

    /// The ended tasks of each CPU, up to the last read.
    var ended: [[Ended]] { log.ended }

    /// The number of ended tasks on all CPUs.
    var count: Int { log.ended.reduce(0) { $0 + $1.count } }

    /// The descriptors, to wait on.
    var descriptors: [Int32] { listeners.map(\.descriptor) }

    /// Reads all available records and returns the number of ended tasks on each CPU.
    @discardableResult
    func read() throws -> [Int] {
        for listener in listeners { try listener.drainCompletely(time: 0, to: &log) }
        try #require(log.lost == 0, "the reference listener must not lose records")
        return log.ended.map(\.count)
    }
}
