import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

/// Every record from this layer is validated.
@Suite struct ValidationTests {
    private let impossible: [Field: UInt64] = [.acEtime: 1_000, .blkioCount: 1, .blkioDelayTotal: 5_175_000_000_000]

    private struct Sink: ExitSink {
        var records: [ExitRecord] = []
        mutating func exited(_ record: inout ExitRecord) { records.append(copy record) }
        mutating func lost(cpu: Int, count: UInt64) {}
    }

    @Test func `both parts of an exit are validated`() throws {
        let fake = try FakeListener.registered()
        fake.kernel.exit(FakeTask(pid: 7, tgid: 7, isThreaded: true, impossible), on: 0, process: impossible)
        var sink = Sink()
        _ = try fake.listener.drain(budget: 10, time: 1, to: &sink)
        let record = try #require(sink.records.first)
        #expect(record.task.implausibleWaits == [.blkio])
        #expect(record.process?.implausibleWaits == [.blkio])
        #expect(record.process?[.blkioDelayTotal] == nil)
    }

    @Test func `the listener's validator has the knowledge about the kernel`() throws {
        let fake = try FakeListener.registered()
        fake.listener.validator.incompleteSums = RecordValidator.sumsOfLivingThreads
        fake.listener.validator.delayAccounting.observe(isOn: false, at: 1_000_000_000)
        fake.listener.validator.now = 1_000_000_000
        let values: [Field: UInt64] = [.acEtime: 10, .acTgetime: 10]
        fake.kernel.exit(FakeTask(pid: 7, tgid: 7, values), on: 0, process: [.acEtime: 0, .cpuCount: 3])
        var sink = Sink()
        _ = try fake.listener.drain(budget: 10, time: 1, to: &sink)
        let record = try #require(sink.records.first)
        #expect(record.task.hasUncountedDelays)
        #expect(record.task[.blkioCount] == nil)
        #expect(record.process?.hasUncountedDelays == true)
        #expect(record.process?[.acEtime] == nil)
        #expect(record.process?[.cpuCount] == 3)
    }

    @Test func `answers to queries are validated`() throws {
        let kernel = FakeKernel()
        kernel.tasks[7] = FakeTask(pid: 7, impossible)
        kernel.processes[7] = impossible
        var query = TaskQuery(port: kernel.open(), family: TaskstatsFamily(id: 31), batch: MessageBatch())
        #expect(try query.task(pid: 7).implausibleWaits == [.blkio])
        #expect(try query.process(tgid: 7).implausibleWaits == [.blkio])
    }

    @Test func `the age of a process comes from the record of its task if required`() throws {
        let kernel = FakeKernel()
        kernel.tasks[7] = FakeTask(pid: 7, [.acTgetime: 2_000_000])
        kernel.processes[7] = [.acEtime: 9_000_000, .blkioCount: 1, .blkioDelayTotal: 1_000]
        var query = TaskQuery(port: kernel.open(), family: TaskstatsFamily(id: 31), batch: MessageBatch())
        query.validator.now = 10_000_000_000
        query.validator.delayAccounting.observe(isOn: false, at: 5_000_000_000)
        query.validator.delayAccounting.observe(isOn: true, at: 6_000_000_000)
        // It began at 8 s.
        #expect(try query.process(tgid: 7)[.blkioCount] == 1)
        query.validator.delayAccounting.observe(isOn: false, at: 8_500_000_000)
        let process = try query.process(tgid: 7)
        #expect(process.hasUncountedDelays)
        #expect(process[.blkioCount] == nil)
    }
}
