import CommandSupport
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The conversion of samples and exits to intervals.
@Suite struct TopModelTests {
    /// A machine of its own: processes that live, and a clock.
    private struct Machine {
        struct Process {
            var start: UInt64
            var run: UInt64 = 0
            var waited: UInt64 = 0
            var command = "cmd"
            var isZombie = false
            var threads: UInt64 = 1
        }

        /// On the monotonic clock, in microseconds.
        var time: UInt64 = 1_000_000_000
        var processes: [UInt32: Process] = [:]
        var asked: [RateLimitedQueries.Query] = []

        func answer(_ request: RateLimitedQueries.Query) -> RateLimitedQueries.Reply {
            let id: UInt32
            let kind: TaskRecord.Kind
            switch request.target {
            case .pid(let pid): (id, kind) = (pid, .task)
            case .tgid(let tgid): (id, kind) = (tgid, .process)
            case .cgroup: preconditionFailure("nobody asks for cgroups")
            }
            guard let process = processes[id] else {
                return .failure(.refused(ProtocolError(.noSuchTask, "gone", errno: "ESRCH")))
            }
            return .success(.init(record: record(process, kind), text: []))
        }

        func record(_ process: Process, _ kind: TaskRecord.Kind) -> TaskRecord {
            var record = TaskRecord(kind: kind)
            let isEmpty = process.isZombie && kind == .process
            record.set(.acEtime, to: isEmpty ? 0 : (time - process.start) * (kind == .process ? process.threads : 1))
            record.set(.cpuRunVirtualTotal, to: isEmpty ? 0 : process.run)
            record.set(.cpuDelayTotal, to: isEmpty ? 0 : process.waited)
            if kind == .task {
                record.set(command: Array(process.command.utf8))
                record.set(.acUid, to: 7)
            }
            return record
        }

        /// The record with which a process ends now.
        func end(of id: UInt32, exitcode: UInt64 = 0) -> ExitRecord {
            var record = record(processes[id] ?? Process(start: time), .task)
            record.set(.acTgid, to: UInt64(id))
            record.set(.acTgetime, to: record[.acEtime] ?? 0)
            record.set(.acExitcode, to: exitcode)
            record.set(.acFlag, to: 0x20)
            return ExitRecord(cpu: 0, pid: id, task: record)
        }

        /// Runs a round like top; `meanwhile` happens between the sample and the reported exits.
        mutating func round(
            _ model: inout TopModel, meanwhile: (inout Machine, inout TopModel) -> Void = { _, _ in }
        ) -> TopInterval? {
            let requests = model.requests(for: processes.keys.sorted())
            asked = requests
            model.update(with: requests.map { ($0, answer($0)) }, during: time...time)
            meanwhile(&self, &model)
            let doubts = model.doubts
            asked += doubts
            model.resolveDoubts(with: doubts.map { ($0, answer($0)) }, during: time...time)
            return model.finish(at: time)
        }
    }

    private func row(_ id: UInt32, _ interval: TopInterval?) throws -> TopRow {
        try #require(interval?.rows.first { $0.id == id })
    }

    @Test func `the first sample has no figures, the second has those of the time between`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 40, waited: 100)])
        var model = TopModel(subject: .process)
        let interval1 = machine.round(&model)
        #expect(interval1 == nil)
        machine.time += 2_000_000
        machine.processes[5]?.run += 7
        machine.processes[5]?.waited += 1_000_000_000
        let round = machine.round(&model)
        let interval = try #require(round)
        let row = try row(5, interval)
        #expect(row.spent?[.run] == 7)
        #expect(row.spent?.waited == 1_000_000_000)
        #expect(interval.permille(1_000_000_000) == 500)
        #expect(row.identity == TopRow.Identity(command: "cmd", uid: 7))
        #expect(row.end == nil)
    }

    @Test func `each sample queries the sums of a process, and its identity only now and then`() throws {
        var machine = Machine(processes: [5: .init(start: 0)])
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        #expect(machine.asked.map(\.target) == [.tgid(5), .pid(5)])
        var identities = 0
        for _ in 0..<32 {
            machine.time += 1_000_000
            _ = machine.round(&model)
            identities += machine.asked.count { $0.target == .pid(5) }
        }
        // In the second sample, because it was new in the first.
        #expect((2...3).contains(identities))
    }

    @Test func `a name that changes soon after the start is updated in the next sample`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 1_000_000
        machine.processes[9] = .init(start: machine.time - 1_000, command: "bash")
        let interval2 = machine.round(&model)
        #expect(try row(9, interval2).identity?.command == "bash")
        machine.time += 1_000_000
        machine.processes[9]?.command = "make"
        let interval3 = machine.round(&model)
        #expect(try row(9, interval3).identity?.command == "make")
    }

    @Test func `a new process has all its activity, an older one that was not seen before has none`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 1_000_000
        machine.processes[3] = .init(start: machine.time - 400_000, run: 300)
        machine.processes[4] = .init(start: 5, run: 99_999)
        let interval = machine.round(&model)
        #expect(try row(3, interval).spent?[.run] == 300)
        #expect(try row(4, interval).spent == nil)
    }

    @Test func `no differences are taken between two processes with the same id`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 1_000), 6: .init(start: 0, run: 1_000)])
        var model = TopModel(subject: .process)
        // After these no name is queried again, so that only ages can decide.
        for _ in 0..<3 {
            _ = machine.round(&model)
            machine.time += 1_000_000
        }
        // No exit of either was reported; the second has even higher totals than the first.
        machine.processes[5] = .init(start: machine.time - 200_000, run: 30, command: "new")
        machine.processes[6] = .init(start: machine.time - 200_000, run: 5_000, command: "new")
        let interval = machine.round(&model)
        #expect(try row(5, interval).spent?[.run] == 30)
        #expect(try row(6, interval).spent?[.run] == 5_000)
        #expect(try row(6, interval).identity?.command == "new")
    }

    @Test func `a multithreaded process with a reused id is detected by the exit of the first`() throws {
        var machine = Machine(processes: [5: .init(start: 999_900_000, run: 1_000)])
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 500_000
        model.ended(machine.end(of: 5))
        machine.time += 500_000
        machine.processes[5] = .init(start: machine.time - 400_000, run: 5_000, threads: 50)
        let round = machine.round(&model)
        let interval = try #require(round)
        let rows = interval.rows.filter { $0.id == 5 }
        #expect(rows.count == 2)
        #expect(rows.first { $0.end == nil }?.spent?[.run] == 5_000)
        #expect(rows.first { $0.end != nil }?.spent?[.run] == 0)
    }

    @Test func `an ended process has its activity since the last sample`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 1_000)])
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 700_000
        machine.processes[5]?.run += 50
        model.ended(machine.end(of: 5, exitcode: 9))
        machine.processes[5] = nil
        machine.time += 300_000
        let round = machine.round(&model)
        let interval = try #require(round)
        let row = try row(5, interval)
        #expect(row.spent?[.run] == 50)
        #expect(row.end == TopRow.End(status: .signal(9, coreDumped: false), ageMicroseconds: 1_000_700_000))
        #expect((interval.ended, interval.failed) == (1, 1))
        machine.time += 1_000_000
        let interval4 = machine.round(&model)
        #expect(interval4?.rows.isEmpty == true)
    }

    @Test func `a process that lived between two samples has the activity of its whole life`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        for id in [7, 7, 8] as [UInt32] {
            machine.time += 100_000
            machine.processes[id] = .init(start: machine.time - 90_000, run: 11)
            model.ended(machine.end(of: id))
            machine.processes[id] = nil
        }
        machine.time += 100_000
        let round = machine.round(&model)
        let interval = try #require(round)
        #expect(interval.rows.map(\.id) == [7, 7, 8])
        #expect(interval.rows.allSatisfy { $0.spent?[.run] == 11 && $0.end?.ageMicroseconds == 90_000 })
    }

    @Test func `a zombie is shown once, as ended`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 1_000)])
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 1_000_000
        machine.processes[5]?.run += 50
        model.ended(machine.end(of: 5))
        machine.processes[5]?.isZombie = true
        let round = machine.round(&model)
        let interval = try #require(round)
        #expect(interval.rows.count == 1)
        #expect(interval.rows.first?.spent?[.run] == 50)
        #expect(interval.rows.first?.end != nil)
    }

    @Test func `a process that ends between the sample and the reported exits is shown once`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 1_000)])
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 1_000_000
        machine.processes[6] = .init(start: machine.time - 1_000, run: 3)
        let interval = machine.round(&model) { machine, model in
            for id in [5, 6] as [UInt32] {
                model.ended(machine.end(of: id))
                machine.processes[id] = nil
            }
        }
        #expect(interval?.rows.map(\.id) == [5, 6])
        #expect(interval?.rows.allSatisfy { $0.end != nil } == true)
    }

    @Test func `exits that could not be read in time are counted, but not listed`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        model.ended(machine.end(of: 7))
        for _ in 0..<3 { model.addUnreadExit() }
        machine.time += 1_000_000
        let round = machine.round(&model)
        let interval = try #require(round)
        #expect(interval.ended == 4)
        #expect(interval.omitted == 3)
        #expect(interval.rows.map(\.id) == [7])
    }

    @Test func `the number of kept exits is bounded, all are counted`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        machine.time += 1_000_000
        for id in 0..<UInt32(TopModel.mostEnds + 10) { model.ended(machine.end(of: id + 1)) }
        model.lost(4)
        let round = machine.round(&model)
        let interval = try #require(round)
        #expect(interval.ended == UInt64(TopModel.mostEnds + 10))
        #expect(interval.omitted == 10)
        #expect(interval.lost == 4)
        #expect(interval.rows.count == TopModel.mostEnds)
    }

    @Test func `the time that the last records of threads lack is missing from the sums of their process`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 1_000)])
        var model = TopModel(subject: .process, tick: .milliseconds(4))
        _ = machine.round(&model)
        machine.time += 1_000_000
        machine.processes[5]?.run += 50
        for id in 100..<110 as Range<UInt32> {
            machine.processes[id] = .init(start: machine.time - 900)
            var record = machine.end(of: id)
            (record.tgid, record.isLast) = (5, false)
            model.ended(record)
            machine.processes[id] = nil
        }
        let round = machine.round(&model)
        let interval = try #require(round)
        #expect(interval.ended == 0)
        // Each lived for 900 microseconds, and the kernel counted none of it.
        #expect(
            try row(5, interval).spent?.cpuTime == CPUTime(lowerNanoseconds: 50, upperNanoseconds: 50 + 10 * 901_000))
    }

    @Test func `threads are queried individually, with their identity`() throws {
        var machine = Machine(processes: [5: .init(start: 0, run: 1)])
        var model = TopModel(subject: .thread)
        _ = machine.round(&model)
        #expect(machine.asked.map(\.target) == [.pid(5)])
        machine.time += 1_000_000
        machine.processes[5]?.run += 10
        let interval5 = machine.round(&model)
        #expect(try row(5, interval5).spent?[.run] == 10)
    }
}
