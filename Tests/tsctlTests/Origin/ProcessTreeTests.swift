import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The tree of the processes that a command ran.
@Suite struct ProcessTreeTests {
    private static let base: UInt64 = 1_795_400_000_000_000_000

    /// The exit of a process, with times in milliseconds.
    private func exit(
        _ pid: UInt32, _ arguments: [String]?, parents: [UInt32], parent: UInt32? = nil, from start: UInt64,
        to end: UInt64, status: TaskstatsModel.ExitStatus = .code(0)
    ) -> ExitRecord {
        var record = ended(
            pid, parent: parent ?? parents.first ?? 0, at: end, age: end - start, command: "c\(pid)", exit: status)
        record.origin = SampleOrigin.process(
            arguments, parents: parents, startedNanoseconds: Self.base + start * 1_000_000)
        return record
    }

    private func lines(_ tree: ProcessTree) -> [String] { tree.entries.map(\.text) }

    @Test func `children are below their parents, in the order of their starts`() {
        var tree = ProcessTree(root: 1_000)
        tree.ended(exit(12, ["cc", "b.c"], parents: [10, 1_000, 7, 1], from: 30, to: 40))
        tree.ended(exit(11, ["cc", "a.c"], parents: [10, 1_000, 7, 1], from: 20, to: 60))
        tree.ended(exit(13, ["as"], parents: [11, 10, 1_000, 7, 1], from: 25, to: 50))
        tree.ended(exit(10, ["make", "-j2"], parents: [1_000, 7, 1], from: 10, to: 100))
        #expect(lines(tree) == ["make -j2", "  cc a.c", "    as", "  cc b.c"])
    }

    @Test func `processes of others are not in it`() {
        var tree = ProcessTree(root: 1_000)
        tree.ended(exit(10, ["make"], parents: [1_000, 7, 1], from: 10, to: 100))
        tree.ended(exit(20, ["cron"], parents: [8, 1], from: 20, to: 30))
        tree.ended(exit(21, ["deep"], parents: [8, 88, 888, 8_888, 9, 99, 999, 9_999], from: 20, to: 30))
        tree.ended(exit(22, nil, parents: [], from: 20, to: 30))
        #expect(lines(tree) == ["make"])
    }

    @Test func `below the depth that origins have, the parents decide`() {
        var tree = ProcessTree(root: 1_000)
        for depth in (1...20 as ClosedRange<UInt32>).reversed() {
            let parents = (1...depth).reversed().map { $0 == 1 ? 1_000 : 100 + $0 - 1 } + [7, 1]
            tree.ended(
                exit(
                    100 + depth, ["level", "\(depth)"], parents: Array(parents.prefix(8)), from: UInt64(depth),
                    to: 200 - UInt64(depth)))
        }
        let lines = lines(tree)
        #expect(lines.count == 20)
        #expect(lines.last == String(repeating: " ", count: 38) + "level 20")
    }

    @Test func `processes whose known parents end with the command are all in it, however many`() {
        var tree = ProcessTree(root: 1_000)
        tree.command = 10
        for pid in 2_001...4_000 as ClosedRange<UInt32> {
            tree.ended(exit(pid, ["cc"], parents: [10], parent: 10, from: 20, to: 30))
        }
        tree.ended(exit(10, ["make"], parents: [], parent: 1_000, from: 10, to: 100))
        #expect(lines(tree).count == 2_001)
    }

    @Test func `a process whose parent still runs is below its next ancestor`() {
        var tree = ProcessTree(root: 1_000)
        tree.ended(exit(10, ["sh"], parents: [1_000, 1], from: 10, to: 100))
        tree.ended(exit(12, ["child"], parents: [11, 10, 1_000, 1], from: 30, to: 40))
        #expect(lines(tree) == ["sh", "  child"])
    }

    @Test func `an orphan that was adopted is where it was started`() {
        var tree = ProcessTree(root: 1_000)
        tree.ended(exit(10, ["sh"], parents: [1_000, 1], from: 10, to: 20))
        tree.ended(exit(11, ["orphan"], parents: [10, 1_000, 1], parent: 1_000, from: 15, to: 90))
        var unknown = exit(12, nil, parents: [], parent: 1_000, from: 16, to: 95)
        unknown.origin = nil
        tree.ended(unknown)
        #expect(lines(tree) == ["sh", "  orphan", "[c12]"])
    }

    @Test func `an id that was used twice leads to the process that lived at the time`() {
        var tree = ProcessTree(root: 1_000)
        tree.ended(exit(10, ["first"], parents: [1_000, 1], from: 1_000, to: 2_000))
        tree.ended(exit(10, ["second"], parents: [1_000, 1], from: 5_000, to: 6_000))
        tree.ended(exit(11, ["of-first"], parents: [10, 1_000, 1], from: 1_500, to: 1_600))
        tree.ended(exit(12, ["of-second"], parents: [10, 1_000, 1], from: 5_500, to: 5_600))
        #expect(lines(tree) == ["first", "  of-first", "second", "  of-second"])
    }

    @Test func `children from before and their descendants are not in it`() {
        var tree = ProcessTree(root: 1_000, unrelated: [5])
        tree.ended(exit(5, ["before"], parents: [1_000, 1], from: 1, to: 50))
        tree.ended(exit(6, ["below"], parents: [5, 1_000, 1], from: 20, to: 30))
        tree.ended(exit(10, ["sh"], parents: [1_000, 1], from: 10, to: 100))
        #expect(lines(tree) == ["sh"])
    }

    @Test func `threads are not processes, and further processes than the limit are counted`() {
        var tree = ProcessTree(root: 1_000, limit: 2)
        var thread = exit(10, ["java"], parents: [1_000, 1], from: 10, to: 20)
        thread.isLast = false
        tree.ended(thread)
        for pid in 20..<25 as Range<UInt32> {
            tree.ended(exit(pid, ["x"], parents: [1_000, 1], from: UInt64(pid), to: 90))
        }
        #expect(tree.entries.count == 2)
        #expect(tree.omitted == 3)
    }

    // MARK: The report

    private func outcome(_ records: [ExitRecord]) -> RunOutcome {
        var outcome = RunOutcome()
        var tree = ProcessTree(root: 1_000)
        for record in records {
            tree.ended(record)
            outcome.family.add(record)
        }
        (outcome.tree, outcome.omittedFromTree, outcome.isCommandSeen) = (tree.entries, tree.omitted, true)
        return outcome
    }

    private var two: [ExitRecord] {
        [
            exit(11, ["false", "a\u{1b}[2J"], parents: [10, 1_000, 1], from: 20, to: 60, status: .code(1)),
            exit(10, ["sh", "-c", "false"], parents: [1_000, 1], from: 10, to: 100),
        ]
    }

    private let server = ServerInfo(
        server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: 16,
        possibleCPUs: "0-1", onlineCPUs: "0-1", delayAccounting: true, uid: 0, access: .all,
        limits: ServiceLimits(queueBytes: 0, connectionsPerUID: 0))

    private func report(_ outcome: RunOutcome, width: Int? = nil) -> [String] {
        RunReport(outcome, of: ["sh"], server: server, style: Style(isOn: false), width: width).lines
    }

    @Test func `the report ends with the tree`() {
        #expect(
            report(outcome(two)).suffix(3) == [
                "ELAPSED ms  RUN ms  EXIT  COMMAND LINE", "    90.000       -  0     sh -c false",
                "    40.000       -  1       false a\\x1b[2J",
            ])
        #expect(report(outcome(two), width: 40).last == "    40.000       -  1       false a\\x1b+")
    }

    @Test func `a command without children, and a daemon without origins, have no tree`() {
        #expect(!report(outcome([two[1]])).contains { $0.contains("COMMAND LINE") })
        var without = outcome(two)
        without.tree = nil
        #expect(!report(without).contains { $0.contains("COMMAND LINE") })
    }

    @Test func `a long tree is shown in part`() {
        let children = (0..<200 as Range<UInt32>).map {
            exit(20 + $0, ["x"], parents: [10, 1_000, 1], from: 20 + UInt64($0), to: 300)
        }
        let lines = report(outcome(children + [two[1]]))
        #expect(lines.last == "(101 more processes)")
    }

    @Test func `JSON has every process with its depth and its origin`() {
        let json = outcome(two).json(of: ["sh"], server: server)
        #expect(ReferenceJSON.validate(json) == .valid)
        let text = String(decoding: json, as: UTF8.self)
        #expect(
            text.contains(
                #""processes":[{"depth":0,"pid":10,"command":"c10","exit":{"code":0},"elapsed_us":90000,"origin":{"#))
        #expect(text.contains(#"{"depth":1,"pid":11,"#))
        #expect(text.hasSuffix(#""processes_omitted":0}"#))
    }
}
