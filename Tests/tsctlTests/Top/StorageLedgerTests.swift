import Testing

@testable import Taskstats
@testable import tsctl

/// The accounting of storage traffic, thread by thread.
@Suite struct StorageLedgerTests {
    private func record(age: UInt64, read: UInt64, written: UInt64 = 0) -> TaskRecord {
        var record = TaskRecord(kind: .task)
        record.set(.acEtime, to: age)
        record.set(.readBytes, to: read)
        record.set(.writeBytes, to: written)
        return record
    }

    private let second: UInt64 = 1_000_000

    /// A ledger that knows the process 5 with the threads 5 and 6, at an age of 10 s.
    private var ledger: StorageLedger {
        var ledger = StorageLedger()
        ledger.list([5, 6], of: 5)
        ledger.add(record(age: 10 * second, read: 1_024), thread: 5, owner: 5)
        ledger.add(record(age: 10 * second, read: 4_096, written: 2_048), thread: 6, owner: 5)
        ledger.finish(livingOwners: [5])
        return ledger
    }

    @Test func `the traffic of a process is the growth of its threads`() {
        var ledger = ledger
        ledger.add(record(age: 11 * second, read: 2_048), thread: 5, owner: 5)
        ledger.add(record(age: 11 * second, read: 4_096, written: 6_144), thread: 6, owner: 5)
        #expect(ledger.traffic(of: 5, elapsedAtMost: second) == StorageTraffic(read: 1_024, written: 4_096))
    }

    @Test func `a process that was not queried because it did not run had no traffic`() {
        var ledger = ledger
        #expect(ledger.traffic(of: 5, elapsedAtMost: second) == StorageTraffic())
        #expect(ledger.traffic(of: 7, elapsedAtMost: second) == nil)
        ledger.finish(livingOwners: [5])
        #expect(ledger.isKnown(5))
        ledger.finish(livingOwners: [])
        #expect(!ledger.isKnown(5))
    }

    @Test func `a process that was there before its first sample has unknown traffic, a new one that of its life`() {
        var ledger = ledger
        ledger.add(record(age: 100 * second, read: 8_192), thread: 7, owner: 7)
        ledger.add(record(age: second / 2, read: 8_192), thread: 8, owner: 8)
        #expect(ledger.traffic(of: 7, elapsedAtMost: second) == nil)
        #expect(ledger.traffic(of: 8, elapsedAtMost: second) == StorageTraffic(read: 8_192))
        ledger.finish(livingOwners: [7, 8])
        ledger.add(record(age: 101 * second, read: 9_216), thread: 7, owner: 7)
        #expect(ledger.traffic(of: 7, elapsedAtMost: second) == StorageTraffic(read: 1_024))
    }

    @Test func `the last record of a thread counts once, whether its last sample comes before or after it`() {
        for isSampledFirst in [true, false] {
            var ledger = ledger
            if isSampledFirst { ledger.add(record(age: 11 * second, read: 5_120, written: 2_048), thread: 6, owner: 5) }
            ledger.end(record(age: 11 * second + 1, read: 6_144, written: 2_048), thread: 6, owner: 5)
            // The first thread is sampled as long as another one lives, even if it has ended.
            ledger.end(record(age: 11 * second, read: 2_048), thread: 5, owner: 5)
            ledger.add(record(age: 11 * second, read: 2_048), thread: 5, owner: 5)
            #expect(ledger.traffic(of: 5, elapsedAtMost: second) == StorageTraffic(read: 3_072))
        }
    }

    @Test func `a reused id is another thread`() {
        var ledger = ledger
        ledger.list([5, 6], of: 5)
        ledger.add(record(age: second / 2, read: 512, written: 4_096), thread: 6, owner: 5)
        #expect(ledger.traffic(of: 5, elapsedAtMost: second) == StorageTraffic(read: 512, written: 4_096))
    }

    @Test func `a process that ended takes its growth along`() {
        var ledger = ledger
        ledger.end(record(age: 11 * second, read: 3_072), thread: 5, owner: 5)
        let growth = ledger.endOwner(5)
        #expect(growth?.traffic(elapsedAtMost: second) == StorageTraffic(read: 2_048))
        ledger.add(record(age: 1, read: 1_024), thread: 5, owner: 5)
        #expect(ledger.traffic(of: 5, elapsedAtMost: second) == StorageTraffic(read: 1_024))
    }

    @Test func `withheld bytes are missing, not 0`() {
        var ledger = ledger
        ledger.add(record(age: 11 * second, read: 2_048), thread: 5, owner: 5)
        ledger.end(TaskRecord(kind: .task), thread: 6, owner: 5)
        let traffic = ledger.traffic(of: 5, elapsedAtMost: second)
        #expect(traffic == StorageTraffic(read: 1_024, isComplete: false))
        #expect(traffic?.rate(.readBytes, in: second) == "1.0K+")
        #expect(traffic?.rate(.writeBytes, in: second) == nil)
        ledger.end(TaskRecord(kind: .task), thread: 9, owner: 9)
        #expect(ledger.traffic(of: 9, elapsedAtMost: second) == nil)
    }

    @Test func `a process with too many threads is unknown until it is queried again`() {
        var ledger = ledger
        ledger.forget(5)
        #expect(ledger.traffic(of: 5, elapsedAtMost: second) == nil)
        ledger.finish(livingOwners: [5])
        #expect(!ledger.isKnown(5))
    }

    @Test func `threads that are not listed any more are forgotten`() {
        var ledger = ledger
        ledger.list([5], of: 5)
        ledger.add(record(age: 11 * second, read: 1_024), thread: 5, owner: 5)
        ledger.finish(livingOwners: [5])
        ledger.add(record(age: second / 2, read: 7_168), thread: 6, owner: 5)
        #expect(ledger.traffic(of: 5, elapsedAtMost: second) == StorageTraffic(read: 7_168))
    }
}
