import CommandSupport
import TaskstatsProtocol
import Testing

@testable import Taskstats
@testable import tsctl

/// The queries of top for storage traffic, and its parents.
@Suite struct TopStorageTests {
    /// A machine with one process, whose two threads write.
    private struct Machine {
        var time: UInt64 = 1_000_000_000
        var run: UInt64 = 5
        var written: UInt64 = 1_024
        var threads: [UInt32] = [40, 41]
        var asked: [[QueryTarget]] = []

        private func record(_ query: TopModel.Query) -> TaskRecord {
            var record = TaskRecord(kind: .process)
            if case .pid = query.target { record = TaskRecord(kind: .task) }
            record.set(.acEtime, to: time)
            record.set(.cpuRunVirtualTotal, to: run)
            guard record.kind == .task else { return record }
            record.set(command: Array("db".utf8))
            record.set(.acPpid, to: 3)
            record.set(.readBytes, to: 0)
            record.set(.writeBytes, to: written)
            return record
        }

        private func answers(_ queries: [TopModel.Query]) -> [(TopModel.Query, RateLimitedQueries.Reply)] {
            queries.map { ($0, .success(.init(record: record($0), text: []))) }
        }

        /// Runs a round like top.
        mutating func round(_ model: inout TopModel, exits: [ExitRecord] = []) -> TopInterval? {
            let id: [UInt32] = [40]
            model.update(with: answers(model.requests(for: id)), during: time...time)
            let queries = model.storageQueries { [threads] _ in threads }
            asked.append(queries.map(\.target))
            model.addStorage(answers(queries))
            exits.forEach { model.ended($0) }
            let doubts = model.doubts
            model.resolveDoubts(with: answers(doubts), during: time...time)
            defer { time += 1_000_000 }
            return model.finish(at: time)
        }
    }

    @Test func `the threads of a process are queried only after it ran, and their writes are added`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        #expect(machine.round(&model) == nil)
        let idle = machine.round(&model)
        #expect(idle?.rows.first?.traffic == StorageTraffic())
        (machine.run, machine.written) = (9, 3_072)
        let busy = machine.round(&model)
        #expect(busy?.rows.first?.traffic == StorageTraffic(written: 4_096))
        #expect(busy?.rows.first?.parent == 3)
        #expect(machine.asked == [[.pid(40), .pid(41)], [], [.pid(40), .pid(41)]])
    }

    @Test func `a thread that ended is added to its process`() throws {
        var machine = Machine()
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        var end = TaskRecord(kind: .task)
        end.set(.acEtime, to: machine.time)
        end.set(.readBytes, to: 0)
        end.set(.writeBytes, to: 9_216)
        var exit = ExitRecord(cpu: 0, pid: 41, task: end)
        (exit.tgid, exit.isLast) = (40, false)
        let interval = machine.round(&model, exits: [exit])
        #expect(interval?.rows.first?.traffic == StorageTraffic(written: 8_192))
    }

    @Test func `threads have the traffic of their own record`() throws {
        var machine = Machine()
        var model = TopModel(subject: .thread)
        _ = machine.round(&model)
        machine.written += 5_120
        let interval = machine.round(&model)
        #expect(interval?.rows.first?.traffic == StorageTraffic(written: 5_120))
        #expect(machine.asked == [[], []])
    }

    @Test func `a process with too many threads has unknown traffic`() throws {
        var machine = Machine(threads: Array(40...40 + UInt32(TopModel.mostThreadsForStorage)))
        var model = TopModel(subject: .process)
        _ = machine.round(&model)
        let interval = machine.round(&model)
        #expect(machine.asked == [[], []])
        #expect(interval?.rows.count == 1)
        #expect(interval?.rows.first?.traffic == nil)
    }
}
