import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

@Suite struct ExitListenerDrainTests {
    private static let enomem = SystemError("recvmmsg", errno: ENOMEM)

    @Test("A record is delivered with its CPU, its number, the time, and the kernel's values")
    func record() throws {
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

    @Test("The sums of a process come with its last record, with or without a version", arguments: [false, true])
    func process(omitsVersion: Bool) throws {
        let fake = try FakeListener.registered()
        fake.kernel.omitsVersionOfProcesses = omitsVersion
        fake.kernel.exit(FakeTask(pid: 813, tgid: 812), on: 0, process: [.nvcsw: 44])
        try fake.drain()
        #expect(fake.sink.records.first?.pid == 813)
        #expect(fake.sink.records.first?.process?[.nvcsw] == 44)
        #expect(fake.sink.records.first?.process?.version == 16)
    }

    @Test("Exits of other CPUs belong to other listeners")
    func otherCPU() throws {
        let kernel = FakeKernel()
        let fakes = try (0...1).map { try FakeListener.registered(kernel, cpu: $0) }
        fakes[1].exit(2)
        fakes[0].exit(1)
        for fake in fakes { try fake.drain() }
        #expect(fakes[0].events == [1].exits)
        #expect(fakes[1].events == [1, 2].exits)
    }

    @Test("An empty socket is reported as empty")
    func empty() throws {
        let fake = try FakeListener.registered()
        #expect(try fake.drain() == .empty(records: 0))
        #expect(fake.events == [])
    }

    @Test("A drain ends when its budget is used up, at the end of a batch", arguments: [0, 1, 64])
    func budget(budget: Int) throws {
        let fake = try FakeListener.registered()
        fake.exit(150)
        #expect(try fake.drain(budget: budget) == .more)
        #expect(fake.events.count == 64)
        #expect(try fake.drain(budget: budget) == .more)
        #expect(try fake.drain(budget: budget) == .empty(records: 22))
        #expect(fake.events == (1...150).exits)
    }

    @Test("A socket that is empty at the end of the budget is found empty by the next drain")
    func budgetMet() throws {
        let fake = try FakeListener.registered()
        fake.exit(64)
        #expect(try fake.drain(budget: 64) == .more)
        #expect(try fake.drain(budget: 64) == .empty(records: 0))
    }

    @Test("A complete drain delivers everything in the receive buffer")
    func completely() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 1 << 20)
        fake.exit(2_000)
        var sink = RecordingSink()
        try fake.listener.drainCompletely(time: 0, to: &sink)
        #expect(sink.events == (1...819).exits + [.lost(2_000 - 819)])
    }

    @Test("An unreadable record is reported as lost at its position", arguments: FakeKernel.Damage.allCases)
    func damaged(damage: FakeKernel.Damage) throws {
        let fake = try FakeListener.registered()
        fake.exit()
        fake.exit(damage: damage)
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1].exits + [.lost(1)] + [3, 4].exits)
        #expect(fake.listener.received == 3)
        #expect(fake.listener.lost == 1)
    }

    @Test("A record without a task is reported as lost")
    func withoutTask() throws {
        let fake = try FakeListener.registered()
        let payload = MessageBuilder.generic(command: 2, MessageBuilder.attribute(6, []))
        fake.socket.deliver(MessageBuilder.message(type: 31, sequence: 7, payload), cost: 1_280)
        try fake.drain()
        #expect(fake.events == [.lost(1)])
    }

    @Test("A record followed by unreadable data is delivered and not lost")
    func trailing() throws {
        let fake = try FakeListener.registered()
        let attributes = MessageBuilder.aggregate(pid: 1, MessageBuilder.taskstats(version: 16))
        let payload = MessageBuilder.generic(command: 2, attributes)
        fake.socket.deliver(MessageBuilder.message(type: 31, sequence: 7, payload) + [1, 2, 3], cost: 1_280)
        try fake.drain()
        #expect(fake.events == [1].exits)
    }

    @Test("Messages of other senders and families, and acknowledgements, are skipped")
    func passedOver() throws {
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

    @Test("A receive error is thrown and loses nothing")
    func receiveError() throws {
        let fake = try FakeListener.registered()
        fake.exit(2)
        fake.socket.failures[.receive] = Self.enomem
        #expect(throws: NetlinkError.system(Self.enomem)) { try fake.drain() }
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
    }

    @Test("An unreadable drop counter is an error, and the next drain reports its loss")
    func dropsError() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 4_608)
        fake.exit(5)
        fake.socket.failures[.drops] = Self.enomem
        #expect(throws: NetlinkError.system(Self.enomem)) { try fake.drain() }
        #expect(fake.events == [1, 2, 3].exits)
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits + [.lost(2)])
    }
}
