import Glibc
import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The sums over the processes of a cgroup, from a daemon that follows a script.
@Suite(.timeLimit(.minutes(1))) struct CgroupSamplerTests {
    /// Ids beyond those of any kernel, so that /proc has none of them.
    private static let base: UInt32 = 1_000_000_000

    /// A daemon that answers with a sample record: of 10 s of age and one more second of CPU waits after each question.
    ///
    /// It has no process 404, withholds 403 and fails for 500; ids are relative to `base`.
    private func daemon(access: AccessTier = .all) throws -> FakeDaemon {
        try FakeDaemon { peer in
            try peer.sendHello(access: access)
            var asked: [QueryTarget: UInt64] = [:]
            while let request = try? peer.request() {
                guard case .get(let target, let fields, _) = request.call else { throw UnexpectedValue(request.call) }
                guard let record = Self.record(target, asked[target, default: 0]) else {
                    try peer.send(ServerLine.error(request.id, Self.error(target)))
                    continue
                }
                asked[target, default: 0] += 1
                try peer.send(ServerLine.stats(request.id, of: target, record, fields: fields))
            }
        }
    }

    private static func id(_ target: QueryTarget) -> UInt32 {
        switch target {
        case .pid(let id), .tgid(let id): id >= base ? id - base : 0
        case .cgroup: 0
        }
    }

    private static func record(_ target: QueryTarget, _ asked: UInt64) -> TaskRecord? {
        let id = id(target)
        if [403, 404, 500].contains(id) { return nil }
        var record = SampleRecords.process()
        if case .pid = target { record = SampleRecords.task(pid: UInt64(id)) }
        record.set(.acEtime, to: id == 7 ? 1_000 : 1_000_000_000_000 * (asked + 1))
        record.set(.cpuDelayTotal, to: 1_000_000_000 * (asked + 1))
        record.set(.writeBytes, to: 4_096 * (asked + 1))
        return record
    }

    private static func error(_ target: QueryTarget) -> ProtocolError {
        switch id(target) {
        case 403: ProtocolError(.permissionDenied, "no", errno: "EPERM")
        case 404: ProtocolError(.noSuchTask, "gone", errno: "ESRCH")
        default: ProtocolError(.kernelError, "broken", errno: "EIO")
        }
    }

    private func ids(_ ids: UInt32...) -> [UInt32] { ids.map { $0 + Self.base } }

    @Test func `totals are the sums of the subtree, and each process that is missing is counted`() throws {
        let tree = try CgroupDirectories(["": [], "/a": ids(1, 2, 404) + [0], "/a/b": ids(3, 403, 500)])
        try tree.write("/a/cpu.pressure", "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n")
        let daemon = try daemon()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let sample = try CgroupSampler(tree.cgroup("/a"), on: connection).totals()
        #expect(sample.usage.processes == 3)
        #expect(sample.usage.tasks == 3)
        #expect(sample.usage.stats[.cpuDelayTotal] == 3_000_000_000)
        #expect(sample.usage.stats[.writeBytes] == 3 * 4_096)
        #expect(sample.usage.stats[.hiwaterRss] == 5_324)
        #expect(sample.missing == .init(withheld: 1, ended: 1, outside: 1, failed: 1))
        #expect(sample.problem == "broken (EIO)")
        #expect(sample.cgroups == 2)
        #expect(sample.lackingThreads == 0)
        #expect(!sample.isComplete)
        #expect(sample.pressure[.cpu]?.report.some?.totalMicroseconds == 4)
        #expect(sample.pressure[.io] == nil)
    }

    @Test func `a cgroup without processes has empty sums`() throws {
        let tree = try CgroupDirectories(["": [], "/a": []])
        let daemon = try daemon()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let sample = try CgroupSampler(tree.cgroup("/a"), on: connection).totals()
        #expect(sample.usage == Usage())
        #expect(sample.isComplete)
    }

    @Test func `many processes are queried in pieces`() throws {
        let count: UInt32 = 600
        let tree = try CgroupDirectories(["": Array(Self.base + 1_000..<Self.base + 1_000 + count)])
        let daemon = try daemon()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let sample = try CgroupSampler(tree.cgroup(""), on: connection).totals()
        #expect(sample.usage.processes == UInt64(count))
    }

    @Test func `changes are those of processes at both samples and of new ones, the others are counted`() throws {
        let tree = try CgroupDirectories(["": ids(1, 2, 3)])
        try tree.write("/io.pressure", "some total=100\nfull total=50\n")
        let daemon = try daemon()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        var sampler = CgroupSampler(tree.cgroup(""), on: connection)
        let first = try sampler.changes(interruptedBy: -1)
        #expect(first.intervalMicroseconds == nil)
        #expect(first.usage.processes == 0)
        // 2 and 3 go, 4 comes from elsewhere, and 7 has just started.
        try tree.write("/cgroup.procs", ids(1, 4, 7).map { "\($0)\n" }.joined())
        try tree.write("/io.pressure", "some total=150\nfull total=50\n")
        let second = try sampler.changes(interruptedBy: -1)
        #expect(second.usage.processes == 2)
        #expect(second.usage.stats[.cpuDelayTotal] == 2_000_000_000)
        #expect(second.usage.stats[.writeBytes] == 2 * 4_096)
        #expect(second.missing == .init(left: 2, joined: 1))
        #expect(second.pressure[.io]?.some == 50)
        #expect(second.pressure[.io]?.full == 0)
        let third = try sampler.changes(interruptedBy: -1)
        #expect(third.missing.joined == 0)
        #expect(third.usage.processes >= 2)
    }

    @Test func `a query is interrupted by the descriptor`() throws {
        let tree = try CgroupDirectories(["": ids(1)])
        let daemon = try daemon()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        var sampler = CgroupSampler(tree.cgroup(""), on: connection)
        let pipe = try Pipe()
        _ = unsafe write(pipe.writing.number, "x", 1)
        let descriptor = pipe.reading.number
        #expect(throws: StandardOutput.Stop.interrupted) { try sampler.changes(interruptedBy: descriptor) }
    }

    @Test func `processes of other users are counted without a query`() throws {
        let tree = try CgroupDirectories(["": [1] + ids(404)])
        // The daemon reports uid 0 for this connection; whoever runs the tests, these do not exist or belong to root.
        let daemon = try daemon(access: .own)
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let sample = try CgroupSampler(tree.cgroup(""), on: connection).totals()
        #expect(sample.missing.ended == 1)
    }
}
