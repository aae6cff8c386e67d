import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

@Suite struct ExitListenerDrainTests {
    private static let enomem = SystemError("recvmmsg", errno: ENOMEM)

    @Test func `a record is delivered with its CPU, its number, the time, and the kernel's values`() throws {
        let fake = try FakeListener.registered(cpu: 1)
        fake.kernel.exit(
            FakeTask(pid: 813, tgid: 812, command: "worker", [.acExitcode: 0x0300, .acFlag: 0x20, .nvcsw: 7]), on: 1)
        #expect(try fake.drain() == .empty(records: 1))
        let record = try #require(fake.sink.records.first)
        #expect(record.cpu == 1)
        #expect(record.sequence == 1)
        #expect(record.time == 1_795_400_000_123_456_789)
        #expect(record.pid == 813)
        #expect(record.tgid == 812)
        #expect(record.isLast == true)
        #expect(record.exit == ExitStatus(waitStatus: 0x0300))
        #expect(record.task.command == "worker")
        #expect(record.task[.nvcsw] == 7)
        #expect(record.process == nil)
    }

    @Test(arguments: [false, true])
    func `the sums of a process come with its last record, with or without a version`(omitsVersion: Bool) throws {
        let fake = try FakeListener.registered()
        fake.kernel.omitsVersionOfProcesses = omitsVersion
        fake.kernel.exit(FakeTask(pid: 813, tgid: 812), on: 0, process: [.nvcsw: 44])
        try fake.drain()
        #expect(fake.sink.records.first?.pid == 813)
        #expect(fake.sink.records.first?.process?[.nvcsw] == 44)
        #expect(fake.sink.records.first?.process?.version == 16)
    }

    @Test func `exits of other CPUs belong to other listeners`() throws {
        let kernel = FakeKernel()
        let fakes = try (0...1).map { try FakeListener.registered(kernel, cpu: $0) }
        fakes[1].exit(2)
        fakes[0].exit(1)
        for fake in fakes { try fake.drain() }
        #expect(fakes[0].events == [1].exits)
        #expect(fakes[1].events == [1, 2].exits)
    }

    @Test func `an empty socket is reported as empty`() throws {
        let fake = try FakeListener.registered()
        #expect(try fake.drain() == .empty(records: 0))
        #expect(fake.events == [])
    }

    @Test(arguments: [0, 1, 64])
    func `a drain ends when its budget is used up, at the end of a batch`(budget: Int) throws {
        let fake = try FakeListener.registered()
        fake.exit(150)
        #expect(try fake.drain(budget: budget) == .more)
        #expect(fake.events.count == 64)
        #expect(try fake.drain(budget: budget) == .more)
        #expect(try fake.drain(budget: budget) == .empty(records: 22))
        #expect(fake.events == (1...150).exits)
    }

    @Test func `a socket that is empty at the end of the budget is found empty by the next drain`() throws {
        let fake = try FakeListener.registered()
        fake.exit(64)
        #expect(try fake.drain(budget: 64) == .more)
        #expect(try fake.drain(budget: 64) == .empty(records: 0))
    }

    @Test func `a complete drain delivers everything in the receive buffer`() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 1 << 20)
        fake.exit(2_000)
        var sink = RecordingSink()
        try fake.listener.drainCompletely(time: 0, to: &sink)
        #expect(sink.events == (1...819).exits + [.lost(2_000 - 819)])
    }

    @Test(arguments: FakeKernel.Damage.allCases)
    func `an unreadable record is reported as lost at its position`(damage: FakeKernel.Damage) throws {
        let fake = try FakeListener.registered()
        fake.exit()
        fake.exit(damage: damage)
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1].exits + [.lost(1)] + [3, 4].exits)
        #expect(fake.listener.received == 3)
        #expect(fake.listener.lost == 1)
    }

    @Test func `a record without a task is reported as lost`() throws {
        let fake = try FakeListener.registered()
        let payload = MessageBuilder.generic(command: 2, MessageBuilder.attribute(6, []))
        fake.socket.deliver(MessageBuilder.message(type: 31, sequence: 7, payload), cost: 1_280)
        try fake.drain()
        #expect(fake.events == [.lost(1)])
    }

    @Test func `a record followed by unreadable data is delivered and not lost`() throws {
        let fake = try FakeListener.registered()
        let attributes = MessageBuilder.aggregate(pid: 1, MessageBuilder.taskstats(version: 16))
        let payload = MessageBuilder.generic(command: 2, attributes)
        fake.socket.deliver(MessageBuilder.message(type: 31, sequence: 7, payload) + [1, 2, 3], cost: 1_280)
        try fake.drain()
        #expect(fake.events == [1].exits)
    }

    @Test func `messages of other senders and families, and acknowledgements, are skipped`() throws {
        let fake = try FakeListener.registered()
        fake.exit()
        let attributes = MessageBuilder.aggregate(pid: 666, MessageBuilder.taskstats(version: 16))
        let payload = MessageBuilder.generic(command: 2, attributes)
        fake.socket.deliver(MessageBuilder.message(type: 31, sequence: 9_999, payload), cost: 1_280, sender: 4_242)
        fake.socket.deliver([1, 2, 3], cost: 768, sender: 4_242)
        fake.socket.deliver(MessageBuilder.message(type: 30, sequence: 9_999, payload), cost: 1_280)
        fake.socket.deliver(
            MessageBuilder.message(type: 2, sequence: 9_999, MessageBuilder.bytes(of: Int32(0))), cost: 768)
        fake.exit()
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
        #expect(fake.listener.lost == 0)
    }

    @Test func `a receive error is thrown and loses nothing`() throws {
        let fake = try FakeListener.registered()
        fake.exit(2)
        fake.socket.failures[.receive] = Self.enomem
        #expect(throws: NetlinkError.system(Self.enomem)) { try fake.drain() }
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
    }

    @Test func `an unreadable drop counter is an error, and the next drain reports its loss`() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 4_608)
        fake.exit(5)
        fake.socket.failures[.drops] = Self.enomem
        #expect(throws: NetlinkError.system(Self.enomem)) { try fake.drain() }
        #expect(fake.events == [1, 2, 3].exits)
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits + [.lost(2)])
    }
}
