import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

/// Tests on the running kernel.
@Suite struct TaskQueryKernelTests {
    private let batch = MessageBatch()

    @Test(.enabled(if: isRoot, "needs root"))
    func `the record of this process has its values`() throws {
        var query = try query()
        let record = try query.task(pid: UInt32(getpid()))
        let comm = try #require(try Descriptor.open("/proc/self/comm").readText())
        #expect(record.command == String(comm.dropLast()))
        #expect(record[.acPid] == UInt64(getpid()))
        #expect(record[.acPpid] == UInt64(getppid()))
        #expect(record[.acUid] == UInt64(getuid()))
        #expect(record[.acTgid].map { $0 == UInt64(getpid()) } != false)
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `the sums of this process are a process record`() throws {
        var query = try query()
        let record = try query.process(tgid: UInt32(getpid()))
        #expect(record.kind == .process)
        #expect((record[.cpuRunVirtualTotal] ?? 0) > 0)
        #expect(record[.acUid] == nil)
    }

    @Test(.enabled(if: isRoot, "needs root"), arguments: [0, 1 << 22 + 1, .max] as [UInt32])
    func `a pid beyond all pids is refused with ESRCH`(pid: UInt32) throws {
        var query = try query()
        let error = #expect(throws: NetlinkError.self) { _ = try query.task(pid: pid) }
        #expect(error?.errno == ESRCH)
    }

    @Test func `a descriptor that is not a cgroup is unanswered`() throws {
        var query = try query()
        #expect(throws: NetlinkError.unanswered(operation: "get the cgroup")) { _ = try query.cgroup(directory: -1) }
    }

    private func query() throws -> TaskQuery<NetlinkSocket> {
        let port = try NetlinkSocket.open()
        let family = try TaskstatsFamily.lookUp(over: port, batch: batch)
        return TaskQuery(port: port, family: family, batch: batch)
    }
}
