package import CLinux
import Glibc
import LinuxSystem

/// Buffers for the datagrams of one receive call, allocated once and reused for each call.
@safe package final class MessageBatch {
    /// The maximum number of datagrams per call.
    package static let capacity = clinux_batch_limit
    /// The size of each slot: the 8 KiB recommended for netlink, plus an odd amount so that slots do not share cache
    /// sets.
    package static var slotBytes: Int { 8_192 + 704 }

    @usableFromInline let buffer: UnsafeMutableRawBufferPointer
    @usableFromInline let datagrams: UnsafeMutableBufferPointer<clinux_datagram>
    /// The number of datagrams received by the last call.
    @usableFromInline package private(set) var count = 0

    /// Allocates empty buffers.
    package init() {
        unsafe buffer = .allocate(byteCount: Self.capacity * Self.slotBytes, alignment: 64)
        unsafe datagrams = .allocate(capacity: Self.capacity)
        unsafe datagrams.initialize(repeating: clinux_datagram())
    }

    deinit {
        unsafe buffer.deallocate()
        unsafe datagrams.deallocate()
    }

    /// Receives the queued datagrams, at most `limit`; 0 when there are none.
    func receive(from socket: Int32, atMost limit: Int) throws(SystemError) {
        count = 0
        while true {
            let received = unsafe clinux_receive_batch(
                socket, buffer.baseAddress, Self.slotBytes, datagrams.baseAddress, UInt32(min(limit, Self.capacity)))
            if received >= 0 {
                count = Int(received)
                return
            }
            let error = SystemError.last("recvmmsg")
            switch error.errno {
            case EINTR: continue
            case EAGAIN: return
            default: throw error
            }
        }
    }

    /// Inserts datagrams as if they had been received, for a fake kernel.
    package func replace(with datagrams: [(sender: UInt32, bytes: [UInt8])]) {
        precondition(datagrams.count <= Self.capacity, "more datagrams than a batch holds")
        count = datagrams.count
        for (index, (sender, bytes)) in datagrams.enumerated() {
            let kept = bytes.prefix(Self.slotBytes)
            let slot = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[(index * Self.slotBytes)...])
            unsafe slot.copyBytes(from: kept)
            unsafe self.datagrams[index] = clinux_datagram(
                length: UInt32(kept.count), sender: sender, truncated: kept.count < bytes.count)
        }
    }

    /// Passes on a datagram from the kernel; throws if it came from another sender or was truncated.
    @inlinable @inline(__always)
    package func withDatagram<Result>(
        _ index: Int, _ body: (RawSpan) throws(NetlinkError) -> Result
    ) throws(NetlinkError) -> Result {
        precondition(index < count, "no such datagram in the batch")
        let datagram = unsafe datagrams[index]
        guard datagram.sender == 0 else { throw .malformed("message from port \(datagram.sender), not the kernel") }
        guard !datagram.truncated else { throw .malformed("message longer than \(Self.slotBytes) bytes") }
        let start = index * Self.slotBytes
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<start + Int(datagram.length)])
        return try body(unsafe bytes.bytes)
    }

    /// Returns whether a datagram came from the kernel.
    @inlinable
    package func isFromKernel(_ index: Int) -> Bool { unsafe datagrams[index].sender == 0 }
}
