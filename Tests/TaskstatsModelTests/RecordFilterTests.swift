import Testing

@testable import TaskstatsModel

@Suite struct RecordFilterTests {
    /// uid 1000, gid 100, parent 7, "make", code 2, five seconds old.
    private let record: TaskRecord = {
        var record = TaskRecord(kind: .task)
        record.set(.acUid, to: 1000)
        record.set(.acGid, to: 100)
        record.set(.acPpid, to: 7)
        record.set(.acExitcode, to: 0x0200)
        record.set(.acFlag, to: 0x20)
        record.set(.acEtime, to: 5_000_000)
        record.set(command: Array("make".utf8))
        return record
    }()

    private func filter(_ change: (inout RecordFilter) -> Void) -> RecordFilter {
        var filter = RecordFilter()
        change(&filter)
        return filter
    }

    private func ended(_ waitStatus: UInt64) -> TaskRecord {
        var record = record
        record.set(.acExitcode, to: waitStatus)
        return record
    }

    @Test func `a filter without conditions matches everything, even a record without fields`() {
        #expect(RecordFilter().isEmpty)
        #expect(RecordFilter().matches(record))
        #expect(RecordFilter().matches(TaskRecord(kind: .task)))
    }

    @Test func `any of several users matches`() {
        #expect(filter { $0.uids = [1000] }.matches(record))
        #expect(filter { $0.uids = [0, 1000, 5] }.matches(record))
        #expect(!filter { $0.uids = [0, 5] }.matches(record))
        #expect(!filter { $0.uids = [100, 7] }.matches(record))
    }

    @Test func `any of several groups matches`() {
        #expect(filter { $0.gids = [100] }.matches(record))
        #expect(filter { $0.gids = [0, 100] }.matches(record))
        #expect(!filter { $0.gids = [1000, 7] }.matches(record))
    }

    @Test func `any of several parents matches`() {
        #expect(filter { $0.ppids = [7] }.matches(record))
        #expect(filter { $0.ppids = [1, 7] }.matches(record))
        #expect(!filter { $0.ppids = [1000, 100] }.matches(record))
    }

    @Test func `an empty choice matches nothing`() {
        #expect(!filter { $0.uids = [] }.matches(record))
        #expect(!filter { $0.gids = [] }.matches(record))
        #expect(!filter { $0.ppids = [] }.matches(record))
        #expect(!filter { $0.uids = [] }.isEmpty)
    }

    @Test func `the highest ids are valid`() {
        var record = record
        record.set(.acUid, to: 4_294_967_294)
        #expect(filter { $0.uids = [4_294_967_294] }.matches(record))
        #expect(!filter { $0.uids = [.max] }.matches(record))
    }

    @Test func `a command must match the pattern`() {
        #expect(filter { $0.commands = GlobPattern("m*e").map { [$0] } }.matches(record))
        #expect(!filter { $0.commands = GlobPattern("cc*").map { [$0] } }.matches(record))
        #expect(filter { $0.commands = ["cc*", "m*e"].compactMap(GlobPattern.init) }.matches(record))
    }

    @Test(
        arguments: [(0, false, false), (0x0100, true, false), (9, true, true), (0x8b, true, true)]
            as [(UInt64, Bool, Bool)])
    func `an exit is a failure, a signal, or neither`(waitStatus: UInt64, isFailure: Bool, isSignal: Bool) {
        #expect(filter { $0.exit = .failed }.matches(ended(waitStatus)) == isFailure)
        #expect(filter { $0.exit = .signaled }.matches(ended(waitStatus)) == isSignal)
        #expect(filter { $0.exit = .ok }.matches(ended(waitStatus)) == !isFailure)
    }

    @Test func `a task must be at least as old as the limit`() {
        #expect(filter { $0.minElapsedMicroseconds = 0 }.matches(record))
        #expect(filter { $0.minElapsedMicroseconds = 4_999_999 }.matches(record))
        #expect(filter { $0.minElapsedMicroseconds = 5_000_000 }.matches(record))
        #expect(!filter { $0.minElapsedMicroseconds = 5_000_001 }.matches(record))
        #expect(!filter { $0.minElapsedMicroseconds = .max }.matches(record))
    }

    /// The values with which each condition holds and fails.
    private static let conditions:
        [(holds: @Sendable (inout RecordFilter) -> Void, fails: @Sendable (inout RecordFilter) -> Void)] = [
            ({ $0.uids = [1000] }, { $0.uids = [1] }),
            ({ $0.gids = [100] }, { $0.gids = [1] }),
            ({ $0.ppids = [7] }, { $0.ppids = [1] }),
            ({ $0.commands = GlobPattern("make").map { [$0] } }, { $0.commands = GlobPattern("cmake").map { [$0] } }),
            ({ $0.exit = .failed }, { $0.exit = .ok }),
            ({ $0.minElapsedMicroseconds = 1 }, { $0.minElapsedMicroseconds = 6_000_000 }),
        ]

    @Test(arguments: Self.conditions.indices)
    func `all conditions must hold: one that fails is enough`(failing: Int) {
        let all = filter { filter in Self.conditions.forEach { $0.holds(&filter) } }
        #expect(all.matches(record))
        let one = filter { filter in
            for (index, condition) in Self.conditions.enumerated() {
                index == failing ? condition.fails(&filter) : condition.holds(&filter)
            }
        }
        #expect(!one.matches(record))
    }

    @Test(arguments: Self.conditions.indices)
    func `a condition on an absent field fails`(index: Int) throws {
        let wanted = filter { Self.conditions[index].holds(&$0) }
        #expect(!wanted.isEmpty)
        #expect(wanted.matches(record))
        #expect(!wanted.matches(TaskRecord(kind: .task)))
        #expect(!wanted.matches(try TaskstatsFixture.version1.record()))
    }

    @Test func `zero is a value, and differs from absent`() throws {
        var root = TaskRecord(kind: .task)
        root.set(.acUid, to: 0)
        let wanted = filter { $0.uids = [0] }
        #expect(wanted.matches(root))
        #expect(!wanted.matches(try TaskstatsFixture.process16.record()))
    }
}
