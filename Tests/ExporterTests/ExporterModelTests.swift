import CommandSupport
import Taskstats
import TaskstatsModel
import TestSupport
import Testing

@testable import taskstats_exporter

@Suite struct ExporterModelTests {
    private var model = ExporterModel(by: .command, limit: 10)
    private static let second: UInt64 = 1_000_000
    private static let run = TaskCounters.Place.run

    private func task(
        _ command: String, age: UInt64, waited: UInt64 = 0, ran: UInt64 = 0, user: UInt64 = 0, system: UInt64 = 0
    ) -> TaskRecord {
        var record = TaskRecord(kind: .task)
        record.set(command: Array(command.utf8))
        for (field, value) in [
            (Field.acEtime, age), (.cpuDelayTotal, waited), (.cpuRunVirtualTotal, ran), (.acUtime, user),
            (.acStime, system),
        ] { record.set(field, to: value) }
        return record
    }

    private func exit(
        _ id: UInt32, of process: UInt32? = nil, _ record: TaskRecord, isLast: Bool = true,
        _ status: TaskstatsModel.ExitStatus = .code(0)
    ) -> ExitRecord {
        var exit = ExitRecord(cpu: 0, pid: id, task: record)
        (exit.tgid, exit.isLast, exit.exit) = (process ?? id, isLast, status)
        return exit
    }

    private mutating func sample(_ tasks: [(UInt32, TaskRecord)], at time: UInt64, listed: [UInt32]? = nil) {
        model.beginSample()
        model.finishSample(
            tasks.map { .init(id: $0.0, process: $0.0, record: $0.1, cgroup: nil) },
            listed: Set(listed ?? tasks.map(\.0)), during: time...time)
    }

    private func totals(_ name: String) -> GroupTotals? { model.groups.entries.first { $0.name == name }?.totals }

    private func waited(_ name: String) -> UInt64? { totals(name)?.sums.waited(.cpu) }

    @Test mutating func `a task that was never sampled counts by its last record`() {
        model.ended(exit(7, task("sh", age: 100, waited: 40), .signal(9, coreDumped: false)), at: 0)
        #expect(waited("sh") == 40)
        #expect(totals("sh")?.signals == [9: 1])
        #expect(totals("sh")?.lifetimes.nanoseconds == 100_000)
        #expect(totals("sh")?.cpuWaits.nanoseconds == 40)
    }

    @Test mutating func `a sampled task counts once, with what it grew until its end`() {
        sample([(7, task("sh", age: 100, waited: 40))], at: Self.second)
        #expect(waited("sh") == 40)
        model.ended(exit(7, task("sh", age: Self.second, waited: 50)), at: 2 * Self.second)
        #expect(waited("sh") == 50)
    }

    @Test mutating func `a last record that is less than a sample makes nothing fall`() {
        sample([(7, task("sh", age: 100, waited: 40))], at: Self.second)
        model.ended(exit(7, task("sh", age: Self.second, waited: 10)), at: 2 * Self.second)
        #expect(waited("sh") == 40)
    }

    @Test mutating func `what a task did before it executed another program stays with the first`() {
        sample([(7, task("sh", age: 100, waited: 40))], at: Self.second)
        sample([(7, task("make", age: 100 + Self.second, waited: 45))], at: 2 * Self.second)
        model.ended(exit(7, task("cc", age: 3 * Self.second, waited: 47)), at: 3 * Self.second)
        #expect(["sh", "make", "cc"].map(waited) == [40, 5, 2])
    }

    @Test mutating func `an end that arrives during a sample counts by its last record alone`() {
        model.beginSample()
        model.ended(exit(7, task("sh", age: 100, waited: 40)), at: Self.second)
        model.finishSample(
            [.init(id: 7, process: 7, record: task("sh", age: 90, waited: 30), cgroup: nil)], listed: [7],
            during: Self.second...Self.second)
        #expect(waited("sh") == 40)
        #expect(model.living == 0)
    }

    @Test mutating func `a query that answers just after the end counts nothing`() {
        model.ended(exit(7, task("sh", age: 100, waited: 40)), at: Self.second)
        sample([(7, task("sh", age: 150, waited: 40))], at: Self.second + 50)
        #expect(waited("sh") == 40)
    }

    @Test mutating func `a new task with the id of one that has just ended counts`() {
        model.ended(exit(7, task("sh", age: 5 * Self.second, waited: 40)), at: 10 * Self.second)
        sample([(7, task("sh", age: 100, waited: 3))], at: 10 * Self.second + 200)
        #expect(waited("sh") == 43)
    }

    @Test mutating func `after a lost end, a new task with the same id counts from its start`() {
        sample([(7, task("sh", age: 5 * Self.second, waited: 40))], at: 10 * Self.second)
        sample([(7, task("sh", age: 100, waited: 3))], at: 20 * Self.second)
        #expect(waited("sh") == 43)
        model.ended(exit(7, task("sh", age: Self.second, waited: 9)), at: 21 * Self.second)
        #expect(waited("sh") == 49)
    }

    @Test mutating func `a thread that executes a program is not counted again under the id of its process`() {
        model.beginSample()
        model.finishSample(
            [
                .init(id: 7, process: 7, record: task("sh", age: 100, waited: 40), cgroup: nil),
                .init(id: 8, process: 7, record: task("sh", age: 90, waited: 30), cgroup: nil),
            ], listed: [7, 8], during: Self.second...Self.second)
        model.ended(exit(7, of: 7, task("sh", age: Self.second, waited: 41), isLast: false), at: 2 * Self.second)
        sample([(7, task("cc", age: 5 * Self.second, waited: 33))], at: 6 * Self.second)
        model.ended(exit(7, task("cc", age: 9 * Self.second, waited: 34)), at: 10 * Self.second)
        #expect(["sh", "cc"].map(waited) == [71, 4])
        #expect(totals("cc")?.exits == 1)
    }

    @Test mutating func `a thread that executes a program and ends unsampled is not counted again either`() {
        model.beginSample()
        model.finishSample(
            [.init(id: 8, process: 7, record: task("sh", age: 90, waited: 30), cgroup: nil)], listed: [8],
            during: Self.second...Self.second)
        model.ended(exit(7, of: 7, task("sh", age: Self.second, waited: 1), isLast: false), at: 2 * Self.second)
        model.ended(exit(7, task("cc", age: 3 * Self.second, waited: 34)), at: 3 * Self.second)
        #expect(["sh", "cc"].map(waited) == [31, 4])
    }

    @Test mutating func `neither part of the run time falls when the ratio of ticks changes`() {
        sample([(7, task("sh", age: 100, ran: 100, user: 4_000))], at: Self.second)
        #expect(totals("sh")?.sums[TaskCounters.Place.user] == 100)
        sample([(7, task("sh", age: 100 + Self.second, ran: 120, user: 4_000, system: 8_000))], at: 2 * Self.second)
        #expect(totals("sh")?.sums[TaskCounters.Place.user] == 100)
        #expect(totals("sh")?.sums[TaskCounters.Place.system] == 20)
    }

    @Test mutating func `a wait that the kernel does not count is absent`() {
        model.ended(exit(7, task("sh", age: 100)), at: 0)
        #expect(totals("sh")?.sums.waited(.blkio) == nil)
        var record = task("sh", age: 100)
        record.set(.blkioDelayTotal, to: 0)
        model.ended(exit(8, record), at: 0)
        #expect(totals("sh")?.sums.waited(.blkio) == 0)
    }

    @Test mutating func `only the last task of a process counts as an exit`() {
        model.ended(exit(8, of: 7, task("sh", age: 10), isLast: false), at: 0)
        model.ended(exit(7, task("sh", age: 10), .code(3)), at: 0)
        #expect(totals("sh")?.exits == 1)
        #expect(totals("sh")?.failed == 1)
    }

    @Test func `the end of a task that was moved to another unit counts where it was sampled`() {
        var model = ExporterModel(by: .unit, limit: 10)
        let session = ControlGroup(path: "/user.slice/session-1.scope")
        model.beginSample()
        model.finishSample(
            [.init(id: 7, process: 7, record: task("sshd", age: 100, waited: 40), cgroup: session)], listed: [7],
            during: Self.second...Self.second)
        var end = exit(7, task("sshd", age: Self.second, waited: 50))
        end.origin = ProcessOrigin(
            cgroup: ControlGroup(path: "/system.slice/ssh.service"), sources: ProcessOrigin.Sources())
        model.ended(end, at: 2 * Self.second)
        #expect(model.groups.entries.map(\.name) == ["session-1.scope"])
    }

    @Test mutating func `a command cannot take the name of a group that is none`() {
        for name in ["other", "(evicted)", "(none)", "\\x6fther"] { model.ended(exit(7, task(name, age: 1)), at: 0) }
        #expect(model.groups.entries.map(\.name) == ["\\x6fther", "\\x28evicted)", "\\x28none)", "\\\\x6fther"])
    }
}
