import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TestSupport
import Testing

/// The position of reported losses.
///
/// Three records of one thread fit into the buffer of these tests.
@Suite struct ExitListenerLossTests {
    private static let threeRecords = 3 * FakeKernel.Cost.taskRecord

    private func listener(drops: UInt32 = 0) throws -> FakeListener {
        try .registered(receiveBufferBytes: Self.threeRecords, drops: drops)
    }

    @Test func `a loss without a following record is reported at the end of the same drain`() throws {
        let fake = try listener()
        fake.exit(7)
        #expect(try fake.drain() == .empty(records: 3))
        #expect(fake.events == [1, 2, 3].exits + [.lost(4)])
        #expect(fake.listener.received == 3)
        #expect(fake.listener.lost == 4)
    }

    @Test func `the record after a loss has a number that includes it`() throws {
        let fake = try listener()
        fake.exit(7)
        try fake.drain()
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits + [.lost(4)] + [8, 9].exits)
    }

    @Test func `every loss of a long queue is reported at its position`() throws {
        let kernel = FakeKernel()
        let fake = try FakeListener.registered(kernel)
        // Alternating the buffer size between small and large makes a queue with gaps.
        for lost in 1...3 {
            fake.socket.receiveBufferBytes = 1 << 20
            fake.exit(10)
            fake.socket.receiveBufferBytes = 0
            fake.exit(lost)
        }
        try fake.drain()
        #expect(
            fake.events == (1...10).exits + [.lost(1)] + (12...21).exits + [.lost(2)] + (24...33).exits + [.lost(3)])
    }

    @Test(arguments: [0, 1])
    func `a loss at the end of a drain without remaining budget is reported by the next one`(budget: Int) throws {
        let fake = try FakeListener.registered()
        fake.exit(170)
        for _ in 0..<3 { #expect(try fake.drain(budget: budget) == .more) }
        #expect(try fake.drain(budget: budget) == .empty(records: 0))
        #expect(fake.events == (1...166).exits + [.lost(4)])
    }

    @Test func `records and losses during a read of the drop counter are at their positions`() throws {
        let fake = try listener()
        fake.exit(5)
        fake.once(.readingDrops) {
            // The socket was found empty by now: three records fit, four do not.
            fake.exit(7)
        }
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits + [.lost(2)] + [6, 7, 8].exits + [.lost(4)])
    }

    @Test func `drops after a read of the counter are reported by the same drain`() throws {
        let fake = try listener()
        fake.exit(5)
        fake.once(.readingDrops) { fake.once(.receiving) { fake.exit(5) } }
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits + [.lost(2)] + [6, 7, 8].exits + [.lost(2)])
    }

    @Test func `swapped numbers are not a loss`() throws {
        let fake = try FakeListener.registered()
        fake.exit(2)
        fake.kernel.swapNumbers(on: 0)
        fake.exit(4)
        try fake.drain()
        #expect(fake.events == (1...6).exits)
    }

    @Test func `swapped numbers next to a loss neither add to it nor reduce it`() throws {
        let fake = try listener()
        fake.kernel.swapNumbers(on: 0)
        fake.exit(7)
        try fake.drain()
        fake.kernel.swapNumbers(on: 0)
        fake.exit(3)
        try fake.drain()
        #expect(fake.listener.received == 6)
        #expect(fake.listener.lost == 4)
        #expect(fake.socket.produced == 10)
    }

    @Test func `a number from another CPU is not a loss, and later losses are reported at their positions`() throws {
        let fake = try FakeListener.registered()
        fake.exit(2)
        fake.exit(numberOf: 1)
        fake.exit(2)
        fake.socket.receiveBufferBytes = 0
        fake.exit(3)
        fake.socket.receiveBufferBytes = 1 << 20
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == (1...5).exits + [.lost(3)] + [9, 10].exits)
    }

    @Test(arguments: [false, true])
    func `the smallest receive buffer holds one record, of any size`(isThreaded: Bool) throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 0)
        fake.exit(3, isThreaded: isThreaded)
        try fake.drain()
        #expect(fake.events == [1].exits + [.lost(2)])
        fake.exit(2, isThreaded: isThreaded)
        try fake.drain()
        #expect(fake.events == [1].exits + [.lost(2)] + [4].exits + [.lost(1)])
    }

    @Test func `records of processes with threads fill a receive buffer sooner`() throws {
        let fake = try listener()
        fake.exit(3, isThreaded: true)
        try fake.drain()
        #expect(fake.events == [1].exits + [.lost(2)])
    }

    @Test
    func `every drop is reported, even if few records were read and the buffer seems large enough for more`() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 8 << 20)
        fake.socket.receiveBufferBytes = FakeKernel.Cost.taskRecord
        fake.exit(4)
        try fake.drain()
        #expect(fake.events == [1].exits + [.lost(3)])
    }

    @Test(arguments: [.max, .max - 1, .max - 3] as [UInt32])
    func `a wrap of the drop counter is not a loss`(drops: UInt32) throws {
        let fake = try listener(drops: drops)
        for _ in 0..<3 {
            fake.exit(5)
            try fake.drain()
        }
        #expect(
            fake.events == [1, 2, 3].exits + [.lost(2)] + [6, 7, 8].exits + [.lost(2)] + [11, 12, 13].exits + [.lost(2)]
        )
    }

    @Test func `a wrap of the sequence numbers is not a loss, and a loss across it is reported`() throws {
        let kernel = FakeKernel()
        kernel.nextNumbers[0] = .max - 4
        let fake = try FakeListener.registered(kernel, receiveBufferBytes: Self.threeRecords)
        fake.exit(3)
        try fake.drain()
        fake.exit(5)
        try fake.drain()
        #expect(fake.events == (1...6).exits + [.lost(2)])
    }

    @Test func `a counter that is unreadable at a gap is read at the end, and no record is lost`() throws {
        let fake = try FakeListener.registered()
        fake.exit(2)
        fake.socket.receiveBufferBytes = 0
        fake.exit(3)
        fake.socket.receiveBufferBytes = 1 << 20
        fake.exit(2)
        fake.socket.failures[.drops] = SystemError("getsockopt SO_MEMINFO", errno: ENOBUFS)
        try fake.drain()
        #expect(fake.events == [1, 2].exits + [.exit(pid: 6, sequence: 3), .exit(pid: 7, sequence: 4), .lost(3)])
    }
}
