import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

@Suite struct ProcessSumsProbeTests {
    /// Returns the probe's result for a child with two threads, on a fake kernel with this sum for the process.
    private func keepsEndedThreads(
        sum: UInt64?, threads: [UInt64] = [2_100, 2_400], version: UInt16 = 16
    ) throws -> Bool? {
        let kernel = FakeKernel()
        kernel.version = version
        let fake = try FakeListener.registered(kernel)
        for (index, age) in threads.enumerated() {
            let isLast = index == threads.count - 1
            let thread = FakeTask(
                pid: isLast ? 900 : 901 + UInt32(index), tgid: 900, [.acEtime: age, .acPpid: 800])
            fake.kernel.exit(thread, on: 0, process: isLast ? sum.map { [.acEtime: $0] } : nil)
        }
        fake.kernel.exit(FakeTask(pid: 5, [.acEtime: 7]), on: 0)
        var probe = ProcessSumsProbe()
        _ = try fake.listener.drain(budget: 100, time: 1, to: &probe)
        return probe.keepsEndedThreads(child: 900)
    }

    @Test func `sums with both threads are complete`() throws {
        #expect(try keepsEndedThreads(sum: 4_500) == true)
        // The ages in the sums are taken slightly earlier or later than those in the records.
        #expect(try keepsEndedThreads(sum: 4_490) == true)
    }

    @Test func `sums that lack one or both threads are incomplete`() throws {
        #expect(try keepsEndedThreads(sum: 0) == false)
        #expect(try keepsEndedThreads(sum: 2_400) == false)
        #expect(try keepsEndedThreads(sum: 2_405) == false)
    }

    @Test func `it is known even where records do not name their process`() throws {
        #expect(try keepsEndedThreads(sum: 4_500, version: 10) == true)
        #expect(try keepsEndedThreads(sum: 2_400, version: 10) == false)
    }

    @Test func `a missing record leaves it unknown`() throws {
        #expect(try keepsEndedThreads(sum: nil) == nil)
        #expect(try keepsEndedThreads(sum: 4_500, threads: [2_400]) == nil)
        #expect(ProcessSumsProbe().keepsEndedThreads(child: 900) == nil)
    }
}
