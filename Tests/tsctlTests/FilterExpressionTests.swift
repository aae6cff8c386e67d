import Taskstats
import Testing

@testable import tsctl

@Suite struct FilterExpressionTests {
    private func problem(_ expression: String) -> String? {
        do throws(FilterExpression.Problem) {
            _ = try FilterExpression.filter([expression])
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `every condition ends up in the filter`() throws {
        let filter = try FilterExpression.filter([
            "uid=1000,root", "uid=7", "gid=root", "ppid=1,2", "comm=g=t*", "exit=signaled", "min_elapsed=2s",
            "min_elapsed=1s",
        ])
        #expect(filter.uids == [1_000, 0, 7])
        #expect(filter.gids == [0])
        #expect(filter.ppids == [1, 2])
        #expect(filter.commands?.map(\.text) == ["g=t*"])
        #expect(filter.exit == .signaled)
        #expect(filter.minElapsedMicroseconds == 2_000_000)
    }

    @Test func `no condition is no filter`() throws {
        #expect(try FilterExpression.filter([]).isEmpty)
    }

    @Test(arguments: [
        ("failed", "--filter takes name=value, as in exit=failed; 'failed' has no '='"),
        ("exit=", "--filter exit= requires a value"),
        ("exit=bad", "--filter exit=bad: must be failed, signaled or ok"),
        ("uid=no-such-user", "--filter: unknown user 'no-such-user'"),
        ("uid=1,", "--filter: unknown user ''"),
        ("gid=-1", "--filter: unknown group '-1'"),
        ("ppid=init", "--filter: unknown process id 'init'"),
        ("comm=[a", "--filter comm=[a: must be a pattern like 'git*', with closed brackets"),
        ("min_elapsed=5", "--filter min_elapsed=5: must be a time with a unit, as in 500ms, 2s or 10min"),
        ("colour=red", "unknown condition 'colour'; --filter takes uid, gid, ppid, comm, exit and min_elapsed"),
    ])
    func `what is wrong is message`(expression: String, text: String) {
        #expect(problem(expression) == text)
    }

    @Test func `what can stand once is refused twice`() {
        #expect(throws: FilterExpression.Problem.self) { try FilterExpression.filter(["exit=ok", "exit=ok"]) }
    }

    @Test func `patterns for the command add up`() throws {
        #expect(try FilterExpression.filter(["comm=a", "comm=b*"]).commands?.map(\.text) == ["a", "b*"])
    }

    @Test(
        arguments: [
            ("10us", 10), ("500ms", 500_000), ("1min", 60_000_000), ("1h", 3_600_000_000), ("2d", 172_800_000_000),
            ("0s", 0), ("", nil),
            ("s", nil),
            ("-1s", nil), ("1.5s", nil), ("1 s", nil), ("99999999999999999999s", nil), ("9999999999999h", nil),
            ("٣s", nil),
        ] as [(String, UInt64?)])
    func `times need a unit and must fit`(text: String, microseconds: UInt64?) {
        #expect(TimeSpan(text)?.microseconds == microseconds)
    }
}
