import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// Waits that are no facts are missing in every figure, and that is reported.
@Suite struct OmittedWaitsTests {
    private let note =
        "3 waits of 1 task omitted: the kernel reports a wait that is longer than the life of the task"

    /// A task with a wait as long as the uptime, as the daemon delivers it.
    private func implausible() -> ExitRecord {
        var record = SampleRecords.exit()
        record.task.setAside(WaitKind.blkio.fields)
        return record
    }

    private func uncounted() -> ExitRecord {
        var record = SampleRecords.exit()
        record.task.present = record.task.present.subtracting(WaitKind.delayAccountingFields)
        record.task.hasUncountedDelays = true
        return record
    }

    @Test func `a summary leaves them out, and says how many of how many tasks`() {
        var summary = Summary(scope: .task)
        summary.add(implausible())
        summary.add(SampleRecords.exit())
        #expect(summary.total[.blkioDelayTotal] == 4_500_000)
        let context = SummaryContext(elapsedMicroseconds: 1)
        let lines = SummaryScreen(summary, context: context, style: Style(isOn: false), width: nil).lines
        #expect(lines.contains(note))
        #expect(
            String(decoding: summary.json(context), as: UTF8.self).contains(
                #""implausible":{"waits":3,"tasks":1},"uncounted_tasks":0,"#))
    }

    @Test func `run leaves them out, and says so`() {
        var usage = FamilyUsage()
        usage.add(implausible())
        usage.add(uncounted())
        #expect(usage.total.stats[.blkioDelayTotal] == nil)
        #expect(
            usage.total.omitted.notes() == [
                note,
                "waits of 1 task not counted, except for a CPU: delay accounting was not always on during their life",
            ])
    }

    @Test func `a report names the reason in place of figures`() {
        func lines(_ record: TaskRecord) -> [String] {
            TaskScreen(
                TaskRow(key: .init(kind: .task, id: 812), counters: record), tick: .milliseconds(4),
                style: Style(isOn: false)
            ).lines(selected: nil)
        }
        #expect(
            lines(implausible().task).contains(
                "block I/O         implausible              -           -           -"))
        let uncounted = lines(uncounted().task)
        #expect(uncounted.contains { $0.hasPrefix("swap-in           not counted ") })
        #expect(uncounted.contains { $0.hasPrefix("CPU                      1204") })
    }

    @Test func `top does not sort by them, and keeps the task`() {
        var model = TopModel(subject: .thread)
        func sample(_ record: TaskRecord, at time: UInt64) -> TopInterval? {
            let requests = model.requests(for: [812])
            model.update(with: requests.map { ($0, .success(.init(record: record, text: []))) }, during: time...time)
            model.resolveDoubts(with: [], during: time...time)
            return model.finish(at: time)
        }
        _ = sample(SampleRecords.task(), at: 100_000_000)
        var now = implausible().task
        now.set(.acEtime, to: 9_123_456)
        now.set(.cpuRunVirtualTotal, to: 16_734_000)
        let interval = sample(now, at: 101_000_000)
        #expect(interval?.rows.first?.spent?[.blockIO] == nil)
        #expect(interval?.rows.first?.spent?[.run] == 1_000_000)
        #expect(interval?.omittedWaits.notes() == [note])
    }

    @Test func `the difference to a record that lacked a wait is not known`() {
        var now = SampleRecords.task()
        now.set(.blkioDelayTotal, to: 5_000_000)
        #expect(now.since(implausible().task)[.blkioDelayTotal] == nil)
        #expect(now.since(SampleRecords.task())[.blkioDelayTotal] == 500_000)
        #expect(TimeSpent(now).since(TimeSpent(implausible().task))[.blockIO] == nil)
    }
}
