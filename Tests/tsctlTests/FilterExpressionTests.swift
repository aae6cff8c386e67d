import Taskstats
import TestSupport
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

    @Test func `conditions on the origin end up in the filter, and several are alternatives`() throws {
        let filter = try FilterExpression.filter([
            "unit=nginx.service", "unit=ssh*", "cgroup=/user.slice/*", "container=4f3c", "container=ab",
            "command_line=*--config=/etc/*",
        ])
        #expect(filter.units?.map(\.text) == ["nginx.service", "ssh*"])
        #expect(filter.cgroups?.map(\.text) == ["/user.slice/*"])
        #expect(filter.containers == ["4f3c", "ab"])
        #expect(filter.commandLines?.map(\.text) == ["*--config=/etc/*"])
        #expect(filter.originConditions == ["unit", "cgroup", "container", "command line"])
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
        ("min_elapsed=5m", "--filter min_elapsed=5m: \(DurationArgument.expectation)"),
        ("unit=[a", "--filter unit=[a: must be a pattern like 'git*', with closed brackets"),
        ("command_line=a\\", "--filter command_line=a\\: must be a pattern like 'git*', with closed brackets"),
        ("container=", "--filter container= requires a value"),
        (
            "colour=red",
            "unknown condition 'colour'; --filter takes uid, gid, ppid, comm, exit, min_elapsed, unit, cgroup, "
                + "container and command_line"
        ),
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

    @Test func `a time without a unit is in seconds`() throws {
        #expect(try FilterExpression.filter(["min_elapsed=5"]).minElapsedMicroseconds == 5_000_000)
        #expect(try FilterExpression.filter(["min_elapsed=0.5"]).minElapsedMicroseconds == 500_000)
    }

    private static let shortOptions: [(option: [String], expression: [String])] = [
        (["--failed"], ["exit=failed"]), (["--comm", "git*"], ["comm=git*"]), (["--uid", "root,7"], ["uid=root,7"]),
        (["--longer-than", "1500ms"], ["min_elapsed=1500ms"]), (["--longer-than", "2"], ["min_elapsed=2"]),
        (["--comm", "a", "--comm", "b"], ["comm=a", "comm=b"]), (["--uid", "1", "--uid", "2"], ["uid=1,2"]),
    ]

    @Test(arguments: shortOptions) func `a short option is an expression`(option: [String], expression: [String]) throws
    {
        let options = try FilterOptions.parse(option)
        #expect(try options.filter() == FilterExpression.filter(expression))
        let long = try FilterOptions.parse(expression.flatMap { ["--filter", $0] })
        #expect(try options.filter() == long.filter())
    }

    @Test func `short options and expressions together must all hold`() throws {
        let options = try FilterOptions.parse([
            "--failed", "--comm", "git*", "--longer-than", "1", "--filter", "uid=7", "--filter", "min_elapsed=500ms",
        ])
        let filter = try options.filter()
        func matches(uid: UInt32 = 7, comm: String = "git", exit: UInt64 = 0x100, elapsed: UInt64 = 1_000_000) -> Bool {
            var record = SampleRecords.task(command: comm, exitcode: exit)
            record.set(.acUid, to: UInt64(uid))
            record.set(.acEtime, to: elapsed)
            return filter.matches(record)
        }
        #expect(matches())
        #expect(!matches(uid: 8))
        #expect(!matches(comm: "make"))
        #expect(!matches(exit: 0))
        #expect(!matches(elapsed: 999_999))
    }

    @Test func `one condition in both forms gives alternatives`() throws {
        let options = try FilterOptions.parse(["--uid", "7", "--filter", "uid=8", "--comm", "a", "--filter", "comm=b"])
        let filter = try options.filter()
        #expect(filter.uids == [7, 8])
        #expect(Set(filter.commands?.map(\.text) ?? []) == ["a", "b"])
    }
}
