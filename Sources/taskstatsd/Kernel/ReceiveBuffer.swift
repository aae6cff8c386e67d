import LinuxSystem
import Netlink
import TaskstatsKernel

/// The initial size of a CPU's receive buffer, and the size to which losses can grow it.
struct ReceiveBuffer {
    var bytes: Int
    var largestBytes: Int
}

extension NetlinkSocket {
    /// Opens a new socket; throws failures as `NetlinkError`.
    static func openForRecords() throws(NetlinkError) -> NetlinkSocket {
        do throws(SystemError) { return try open() } catch { throw .system(error) }
    }
}

extension KernelFeed {
    /// Creates a listener with a new socket.
    static func listener(
        _ cpu: Int, _ family: TaskstatsFamily, _ batch: MessageBatch, _ receiveBuffer: ReceiveBuffer
    ) throws(NetlinkError) -> ExitListener<NetlinkSocket> {
        try ExitListener(
            cpu: cpu, port: try NetlinkSocket.openForRecords(), family: family, batch: batch,
            receiveBufferBytes: receiveBuffer.bytes, largestReceiveBufferBytes: receiveBuffer.largestBytes)
    }
}

/// The records received and lost on a CPU before its current registration.
struct EarlierCounts {
    private(set) var received: UInt64 = 0
    private(set) var lost: UInt64 = 0

    mutating func add(_ listener: ExitListener<NetlinkSocket>) {
        received += listener.received
        lost += listener.lost
    }
}
