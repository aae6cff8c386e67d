import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

@Suite struct TaskQueryTests {
    private let kernel = FakeKernel()
    private let family = TaskstatsFamily(id: 31)

    @Test(arguments: [1, 8, 14, 15, 16, 17] as [UInt16])
    func `a task is found by its pid`(version: UInt16) throws {
        kernel.version = version
        kernel.tasks[813] = FakeTask(pid: 813, tgid: 812, command: "worker", [.cpuCount: 5])
        var query = TaskQuery(port: kernel.open(), family: family, batch: MessageBatch())
        let record = try query.task(pid: 813)
        #expect(record.kind == .task)
        #expect(record.version == version)
        #expect(record[.cpuCount] == 5)
        #expect(record.command == (version >= 2 ? "worker" : nil))
        #expect(record[.acTgid] == (version >= 12 ? 812 : nil))
    }

    @Test(arguments: [812, 813] as [UInt32])
    func `a process is found by the id of any of its threads`(tid: UInt32) throws {
        kernel.tasks[812] = FakeTask(pid: 812)
        kernel.tasks[813] = FakeTask(pid: 813, tgid: 812)
        kernel.processes[812] = [.nvcsw: 44]
        var query = TaskQuery(port: kernel.open(), family: family, batch: MessageBatch())
        let record = try query.process(tgid: tid)
        #expect(record.kind == .process)
        #expect(record[.nvcsw] == 44)
        #expect(record[.acUid] == nil)
    }

    @Test func `a task that does not exist is refused with ESRCH, and the next query is answered`() throws {
        kernel.tasks[812] = FakeTask(pid: 812)
        var query = TaskQuery(port: kernel.open(), family: family, batch: MessageBatch())
        let none = SystemError("netlink", errno: ESRCH)
        #expect(throws: NetlinkError.refused(operation: "get pid 5", none)) { try query.task(pid: 5) }
        #expect(throws: NetlinkError.refused(operation: "get tgid 5", none)) { try query.process(tgid: 5) }
        #expect(try query.task(pid: 812)[.acPid] == 812)
    }

    @Test func `a cgroup's tasks are counted by state`() throws {
        let stats = CgroupStats(sleeping: 1, running: 2, stopped: 3, uninterruptible: 4, ioWait: 5)
        kernel.cgroups[9] = stats
        var query = TaskQuery(port: kernel.open(), family: family, batch: MessageBatch())
        #expect(try query.cgroup(directory: 9) == stats)
    }

    @Test func `the kernel's silence about a descriptor that is not a cgroup is unanswered`() {
        var query = TaskQuery(port: kernel.open(), family: family, batch: MessageBatch())
        #expect(throws: NetlinkError.unanswered(operation: "get the cgroup")) { try query.cgroup(directory: 9) }
    }

    @Test(arguments: [0, 8, 39])
    func `a struct cgroupstats cut anywhere is malformed`(length: Int) throws {
        let port = kernel.open()
        let counts = MessageBuilder.attribute(1, [UInt8](repeating: 0, count: length))
        port.socket.deliver(
            MessageBuilder.message(type: 31, sequence: 1, MessageBuilder.generic(command: 5, counts)), cost: 1_280)
        var query = TaskQuery(port: port, family: family, batch: MessageBatch())
        #expect(throws: NetlinkError.malformed("a struct cgroupstats of \(length) bytes")) {
            try query.cgroup(directory: 9)
        }
    }

    @Test func `the answer to an earlier query is not used for this one`() throws {
        kernel.tasks[812] = FakeTask(pid: 812)
        kernel.tasks[813] = FakeTask(pid: 813)
        let port = kernel.open()
        let socket = port.socket
        var query = TaskQuery(port: port, family: family, batch: MessageBatch())
        let failure = SystemError("recvmmsg", errno: ENOMEM)
        socket.failures[.receive] = failure
        #expect(throws: NetlinkError.system(failure)) { try query.task(pid: 812) }
        #expect(socket.queued == 2)
        #expect(try query.task(pid: 813)[.acPid] == 813)
    }

    @Test func `an answer of the wrong kind is unanswered`() {
        kernel.tasks[812] = FakeTask(pid: 812)
        let port = kernel.open()
        let socket = port.socket
        socket.receiveBufferBytes = 1_280 + FakeKernel.Cost.acknowledgement
        let sums = MessageBuilder.aggregate(tgid: 812, MessageBuilder.taskstats(version: 16))
        socket.deliver(
            MessageBuilder.message(type: 31, sequence: 1, MessageBuilder.generic(command: 2, sums)), cost: 1_280)
        var query = TaskQuery(port: port, family: family, batch: MessageBatch())
        #expect(throws: NetlinkError.unanswered(operation: "get pid 812")) { try query.task(pid: 812) }
    }

    @Test(arguments: [EPERM, ENOMEM])
    func `a refusal for lack of capability is an error`(errno: Int32) {
        kernel.refusal = errno
        var query = TaskQuery(port: kernel.open(), family: family, batch: MessageBatch())
        let error = #expect(throws: NetlinkError.self) { try query.task(pid: 812) }
        #expect(error?.errno == errno)
    }
}
