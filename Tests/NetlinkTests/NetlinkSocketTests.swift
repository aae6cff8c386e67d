import Glibc
import LinuxSystem
import Netlink
import TestSupport
import Testing

/// Tests on the running kernel.
@Suite struct NetlinkSocketTests {
    @Test func `a new socket has a port id, no losses and an empty queue`() throws {
        let socket = try NetlinkSocket.open()
        let batch = MessageBatch()
        #expect(socket.portID != 0)
        #expect(socket.descriptor >= 0)
        #expect(try socket.drops() == 0)
        try socket.receive(into: batch, atMost: MessageBatch.capacity)
        #expect(batch.count == 0)
    }

    @Test func `every socket has its own port id and descriptor`() throws {
        let first = try NetlinkSocket.open()
        let second = try NetlinkSocket.open()
        #expect(first.portID != second.portID)
        #expect(first.descriptor != second.descriptor)
    }

    @Test func `the descriptor is closed on exec`() throws {
        let socket = try NetlinkSocket.open()
        #expect(try flags(socket.descriptor) & Int(O_CLOEXEC) != 0)
    }

    @Test(
        .enabled(if: isRoot, "needs root"),
        arguments: [4_608, 212_992, 8 << 20, 64 << 20, 1 << 30])
    func `the receive buffer has the requested size, beyond the limit of an ordinary process`(bytes: Int) throws {
        let socket = try NetlinkSocket.open()
        #expect(try socket.setReceiveBuffer(bytes: bytes) == bytes)
    }

    @Test(.enabled(if: isRoot, "needs root"), arguments: [0, -1, Int.min])
    func `a receive buffer without size becomes the smallest possible`(bytes: Int) throws {
        let socket = try NetlinkSocket.open()
        #expect((1_024...4_608).contains(try socket.setReceiveBuffer(bytes: bytes)))
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `a receive buffer with an excessive size becomes the largest possible`() throws {
        let socket = try NetlinkSocket.open()
        #expect(try socket.setReceiveBuffer(bytes: .max) > 1 << 30)
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `messages that do not fit are counted, and queued ones stay readable`() throws {
        let socket = try NetlinkSocket.open()
        let batch = MessageBatch()
        _ = try socket.setReceiveBuffer(bytes: 0)
        let request = try GenericNetlinkRequest("test", family: 16, command: 200, sequence: 1, .u32(type: 1, 1))
        let sent = 10
        for _ in 0..<sent { try socket.send(request) }
        let drops = try socket.drops()
        try socket.receive(into: batch, atMost: MessageBatch.capacity)
        #expect(drops > 0)
        #expect(batch.count > 0)
        #expect(batch.count + Int(drops) == sent)
    }

    @Test func `no more is received than requested`() throws {
        let socket = try NetlinkSocket.open()
        let batch = MessageBatch()
        for sequence in 1...3 as ClosedRange<UInt32> {
            try socket.send(
                GenericNetlinkRequest("test", family: 16, command: 200, sequence: sequence, .u32(type: 1, 1)))
        }
        try socket.receive(into: batch, atMost: 1)
        #expect(batch.count == 1)
        #expect(batch.isFromKernel(0))
        try socket.receive(into: batch, atMost: MessageBatch.capacity)
        #expect(batch.count == 2)
    }

    private func flags(_ descriptor: Int32) throws -> Int {
        let info = try #require(try Descriptor.open("/proc/self/fdinfo/\(descriptor)").readText())
        let line = try #require(info.split(separator: "\n").first { $0.hasPrefix("flags:") })
        return try #require(Int(line.dropFirst("flags:\t".count), radix: 8))
    }
}
