package import CLinux
import Glibc
import LinuxSystem

/// Buffers for the datagrams of one receive call, allocated once and used again for each.
@safe package final class MessageBatch {
    /// The most datagrams that one call receives.
    package static let capacity = clinux_batch_limit
    /// The room of each: the 8 KiB that netlink recommends, and an odd piece so that slots do not share cache sets.
    package static var slotBytes: Int { 8_192 + 704 }

    @usableFromInline let buffer: UnsafeMutableRawBufferPointer
    @usableFromInline let datagrams: UnsafeMutableBufferPointer<clinux_datagram>
    /// How many datagrams the last call received.
    @usableFromInline package private(set) var count = 0

    /// Empty buffers.
    package init() {
        unsafe buffer = .allocate(byteCount: Self.capacity * Self.slotBytes, alignment: 64)
        unsafe datagrams = .allocate(capacity: Self.capacity)
        unsafe datagrams.initialize(repeating: clinux_datagram())
    }

    deinit {
        unsafe buffer.deallocate()
        unsafe datagrams.deallocate()
    }

    /// Receives what a socket has now, at most `limit` datagrams; 0 when there is nothing.
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

    /// Puts datagrams in as if they had been received, for a kernel that is not real.
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

    /// Lends a datagram that came from the kernel; nil instead when it came from anybody else or was cut off.
    @inlinable @inline(__always)
    package func withDatagram<Result>(
        _ index: Int, _ body: (RawSpan) throws(NetlinkError) -> Result
    ) throws(NetlinkError) -> Result {
        precondition(index < count, "no such datagram in the batch")
        let datagram = unsafe datagrams[index]
        guard datagram.sender == 0 else { throw .malformed("a message from port \(datagram.sender), not the kernel") }
        guard !datagram.truncated else { throw .malformed("a message longer than \(Self.slotBytes) bytes") }
        let start = index * Self.slotBytes
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<start + Int(datagram.length)])
        return try body(unsafe bytes.bytes)
    }

    /// Whether a datagram came from the kernel.
    @inlinable
    package func isFromKernel(_ index: Int) -> Bool { unsafe datagrams[index].sender == 0 }
}
