import Glibc
import LinuxSystem
import TaskstatsKernel
import TestSupport
import Testing

/// Growth of the receive buffer after losses.
///
/// Four records of one thread fit into the initial buffer of these tests.
@Suite struct ExitListenerGrowthTests {
    private static let first = 4 * FakeKernel.Cost.taskRecord

    private func listener(upTo largest: Int?) throws -> FakeListener {
        try .registered(receiveBufferBytes: Self.first, largestReceiveBufferBytes: largest)
    }

    /// Ends one more task than fit, and reads.
    private func lose(_ fake: FakeListener) throws {
        fake.exit(fake.socket.receiveBufferBytes / FakeKernel.Cost.taskRecord + 1)
        let lost = fake.listener.lost
        try fake.drain()
        #expect(fake.listener.lost == lost + 1)
    }

    @Test func `a loss doubles it, up to the limit and not beyond`() throws {
        let fake = try listener(upTo: 5 * Self.first)
        var sizes: [Int] = []
        for _ in 0..<5 {
            try lose(fake)
            #expect(fake.socket.receiveBufferBytes == fake.listener.receiveBufferBytes)
            sizes.append(fake.listener.receiveBufferBytes)
        }
        #expect(sizes == [2, 4, 5, 5, 5].map { $0 * Self.first })
    }

    @Test func `a load that caused a loss causes none after it`() throws {
        let fake = try listener(upTo: 2 * Self.first)
        fake.exit(8)
        try fake.drain()
        fake.exit(8)
        try fake.drain()
        #expect(fake.events == (1...4).exits + [.lost(4)] + (9...16).exits)
    }

    @Test func `several losses of one drain double it once`() throws {
        let fake = try listener(upTo: 64 * Self.first)
        for _ in 0..<3 {
            fake.socket.receiveBufferBytes = 1 << 20
            fake.exit(2)
            fake.socket.receiveBufferBytes = 0
            fake.exit(2)
        }
        try fake.drain()
        #expect(fake.listener.lost == 6)
        #expect(fake.listener.receiveBufferBytes == 2 * Self.first)
    }

    @Test func `without a loss, or without a higher limit, it keeps its size`() throws {
        let quiet = try listener(upTo: 4 * Self.first)
        quiet.exit(4)
        try quiet.drain()
        #expect(quiet.listener.receiveBufferBytes == Self.first)
        for largest in [nil, Self.first, 0] {
            let fake = try listener(upTo: largest)
            try lose(fake)
            #expect(fake.listener.receiveBufferBytes == Self.first)
        }
    }

    @Test func `if the kernel refuses it keeps its size, and is retried after the next loss`() throws {
        let fake = try listener(upTo: 2 * Self.first)
        fake.socket.failures[.setReceiveBuffer] = SystemError("setsockopt SO_RCVBUFFORCE", errno: ENOMEM)
        try lose(fake)
        #expect(fake.listener.receiveBufferBytes == Self.first)
        try lose(fake)
        #expect(fake.listener.receiveBufferBytes == 2 * Self.first)
    }

    @Test func `a command with a larger buffer restores the grown size`() throws {
        let fake = try listener(upTo: 2 * Self.first)
        try lose(fake)
        try fake.listener.deregister()
        #expect(fake.socket.receiveBufferBytes == 2 * Self.first)
    }
}
