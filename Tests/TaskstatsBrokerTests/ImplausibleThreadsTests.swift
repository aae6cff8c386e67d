import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// Sums with implausible parts, and the proof of whose they are.
@Suite struct ImplausibleThreadsTests {
    private static let second: UInt64 = 1_000_000_000

    /// Returns a thread that ended at a time in seconds; with sums it is the last of its process.
    private func thread(
        _ pid: UInt32, at seconds: UInt64, waits: [WaitKind] = [], processAge: UInt64 = 1_000,
        sums: [Field: UInt64]? = nil
    ) -> ExitRecord {
        var task = TaskRecord(kind: .task)
        task.set(.acTgid, to: 900)
        task.set(.acTgetime, to: processAge * 1_000_000)
        task.set(.acFlag, to: sums == nil ? 0 : UInt64(AccountingFlags.lastOfProcess.rawValue))
        task.set(.cpuCount, to: 2)
        for wait in waits {
            task.set(wait.total, to: .max)
            task.setAside(wait.fields)
        }
        let process = sums.map { values in
            var process = TaskRecord(kind: .process)
            for (field, value) in values { process.set(field, to: value) }
            return process
        }
        return ExitRecord(cpu: 0, time: (10_000 + seconds) * Self.second, pid: pid, task: task, process: process)
    }

    /// Returns the record as it is changed; nil when nothing changes.
    private func completed(_ record: ExitRecord, _ threads: inout ImplausibleThreads) -> ExitRecord? {
        var completed = record
        threads.complete(&completed)
        return completed == record ? nil : completed
    }

    private let sums: [Field: UInt64] = [.blkioCount: 3, .blkioDelayTotal: 5, .swapinCount: 4, .cpuCount: 6]

    @Test func `sums with an implausible wait of an earlier thread are set aside`() {
        var threads = ImplausibleThreads()
        let first = completed(thread(901, at: 1, waits: [.blkio]), &threads)
        let second = completed(thread(902, at: 2), &threads)
        #expect(first == nil && second == nil)
        let last = completed(thread(900, at: 3, sums: sums), &threads)
        #expect(last?.process?.implausibleWaits == [.blkio])
        #expect(last?.process?.implausibleValue(of: .blkioDelayTotal) == 5)
        #expect(last?.process?[.swapinCount] == 4)
        // The next process with this id is unaffected.
        let next = completed(thread(900, at: 4, sums: sums), &threads)
        #expect(next == nil)
    }

    @Test func `a thread of an earlier process with the same id changes nothing`() {
        var threads = ImplausibleThreads()
        _ = completed(thread(901, at: 1, waits: [.blkio]), &threads)
        let later = completed(thread(900, at: 100, processAge: 98, sums: sums), &threads)
        #expect(later == nil)
    }

    @Test func `the number of remembered processes is bounded`() {
        var threads = ImplausibleThreads()
        for tgid in 0..<UInt32(3 * ImplausibleThreads.limit) {
            var record = thread(tgid, at: 1, waits: [.blkio])
            record.tgid = tgid
            _ = completed(record, &threads)
        }
        var last = thread(1, at: 2, sums: sums)
        last.tgid = 1
        let forgotten = completed(last, &threads)
        #expect(forgotten == nil)
        last.tgid = UInt32(3 * ImplausibleThreads.limit - 1)
        let remembered = completed(last, &threads)
        #expect(remembered != nil)
    }

    @Test func `a client receives sums without implausible values`() throws {
        let host = TestHost()
        let client = try host.connect(.root)
        client.subscribe()
        host.exited(thread(901, at: 1, waits: [.blkio]))
        host.exited(thread(900, at: 2, sums: sums))
        client.read()
        #expect(client.exits.map(\.pid) == [901, 900])
        #expect(client.exits.last?.process?.implausibleWaits == [.blkio])
        #expect(client.exits.last?.process?[.blkioDelayTotal] == nil)
    }

    @Test func `an implausible wait for a CPU does not hide the owner of threads`() {
        var own = ThreadSums()
        let isProvenByThread = own.include(thread(901, at: 1, waits: [.cpu]))
        #expect(!isProvenByThread)
        var last = thread(900, at: 2, waits: [.cpu], sums: [.cpuCount: 4])
        last.process?.setAside(WaitKind.cpu.fields)
        let isProven = own.include(last)
        #expect(isProven)
    }
}
