import CommandSupport
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// The built command, asking a daemon that follows a script for several tasks.
@Suite(.timeLimit(.minutes(1))) struct GetManyTests {
    private func tsctl(_ arguments: [String], _ socket: String) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["get"] + arguments, environment: ["TASKSTATS_SOCKET": socket])
    }

    /// Runs it to its end.
    private func get(_ arguments: [String], _ daemon: FakeDaemon) throws -> ChildProcess.Result {
        let result = try tsctl(arguments, daemon.path).finish()
        _ = try? daemon.finish()
        return result
    }

    /// Answers so many requests with a sample whose counters grow from request to request, or refuses them.
    private func daemon(_ count: Int, refusing refused: Range<Int> = 0..<0) throws -> FakeDaemon {
        try FakeDaemon { peer in
            try peer.sendHello()
            for index in 0..<count {
                let request = try peer.request()
                guard case .get(let target, let fields, _) = request.call else { throw UnexpectedValue(request.call) }
                if refused.contains(index) {
                    let limit = ProtocolError.Limit("requests_per_second", allowed: 1_000, used: 1_000)
                    try peer.send(ServerLine.error(request.id, ProtocolError(.limitExceeded, "too many", limit: limit)))
                } else {
                    try peer.send(ServerLine.stats(request.id, of: target, record(target, index), fields: fields))
                }
            }
        }
    }

    private func record(_ target: QueryTarget, _ index: Int) -> TaskRecord {
        var record = SampleRecords.process()
        if case .pid(let pid) = target { record = SampleRecords.task(pid: UInt64(pid), command: "task\(pid)") }
        record.set(.cpuDelayTotal, to: 35_120_000 + 1_000_000 * UInt64(index))
        record.set(.acEtime, to: 8_000_000 + 60_000_000 * UInt64(index))
        return record
    }

    private func words(_ line: Substring) -> [Substring] { line.split(separator: " ") }

    @Test func `several tasks are a table, in the sendCommand in which they were named`() throws {
        let daemon = try daemon(3)
        let run = try get(["--pid", "7,5", "-p", "7", "-p", "6"], daemon)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(words(lines[0]).prefix(6) == ["PID", "USER", "RUN", "ms", "CPUWAIT", "ms"])
        #expect(words(lines[1]).prefix(4) == ["7", "root", "15.7–25.8", "35.120"])
        #expect(lines.dropFirst().map { words($0).last } == ["task7", "task5", "task6"])
        #expect(run.status == 0)
        #expect(run.errors == "")
    }

    @Test func `a missing task is reported, the others are shown, and the status is 1`() throws {
        let daemon = try ServedDaemon(tasks: 6)
        let run = try tsctl(["--pid", "5,404,6"], daemon.path).finish()
        #expect(run.output.split(separator: "\n").count == 3)
        #expect(run.errors == "tsctl: pid 404: no task with id 404 (ESRCH)\n")
        #expect(run.status == 1)
    }

    @Test func `processes are shown with their sums and with the name of the first task`() throws {
        let daemon = try daemon(4)
        let run = try get(["--tgid", "5,6", "--fields", "cpu_delay_total,nvcsw"], daemon)
        #expect(
            run.output == """
                    PID cpu_delay_total    nvcsw COMMAND
                      5       35.120 ms      201 task5
                      6       37.120 ms      201 task6

                """)
        #expect(
            try daemon.finish().map(\.call).prefix(2) == [
                .get(.tgid(5), fields: [.cpuDelayTotal, .nvcsw, .acComm]),
                .get(.pid(5), fields: [.cpuDelayTotal, .nvcsw, .acComm]),
            ])
    }

    @Test func `rows are sorted by a column or a field, and no more than wanted are shown`() throws {
        let run = try get(["-p", "5,6,7", "--sort", "cpuwait", "--limit", "2"], daemon(3))
        #expect(run.output.split(separator: "\n").dropFirst().map { words($0)[0] } == ["7", "6"])
        let reversed = try get(["-p", "5,6,7", "--sort", "cpu_delay_total", "--reverse"], daemon(3))
        #expect(reversed.output.split(separator: "\n").dropFirst().map { words($0)[0] } == ["5", "6", "7"])
    }

    @Test func `what is refused for the rate of requests is asked again`() throws {
        let daemon = try daemon(6, refusing: 1..<4)
        let run = try get(["-p", "5,6,7"], daemon)
        #expect(run.output.split(separator: "\n").dropFirst().map { words($0)[0] } == ["5", "6", "7"])
        #expect(run.status == 0)
        let asked = try daemon.finish().map { request -> UInt32? in
            if case .get(.pid(let pid), _, _) = request.call { pid } else { nil }
        }
        #expect(asked == [5, 6, 7, 6, 7, 6])
    }

    @Test func `in JSON each answer is a line as the daemon wrote it`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.answer(#"{"pid":5,"stats":{"new":1,"nvcsw":2}, "later":[1]}"#)
            try peer.answer(#"{"pid":6,"stats":{"nvcsw":3}}"#)
        }
        let run = try get(["-p", "5,6", "--json", "--fields", "nvcsw"], daemon)
        #expect(
            run.output == #"{"pid":5,"stats":{"new":1,"nvcsw":2}, "later":[1]}"# + "\n"
                + #"{"pid":6,"stats":{"nvcsw":3}}"# + "\n")
    }

    @Test func `at intervals the differences are shown, from the second sample on`() throws {
        let run = try get(["-p", "5", "--interval", "0.1", "--count", "2"], daemon(3))
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(words(lines[0]).prefix(3) == ["TIME", "PID", "USER"])
        for line in lines.dropFirst() where words(line).count > 5 {
            #expect(words(line).prefix(5).suffix(4) == ["5", "root", "0.000", "1.000"])
        }
        #expect(run.status == 0)
    }

    @Test func `differences in JSON say for how long`() throws {
        let run = try get(
            ["-p", "5", "--interval", "0.1", "--count", "1", "--json", "--fields", "cpu_delay_total"], daemon(2))
        #expect(run.output.hasPrefix(#"{"pid":5,"time":"#))
        #expect(run.output.contains(#","interval_us":1"#))
        #expect(run.output.hasSuffix(#","stats":{"cpu_delay_total":1000000}}"# + "\n"))
    }

    @Test func `watching ends with 1 when all that was named is gone`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let run = try tsctl(["-p", "404", "--interval", "0.1"], daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: pid 404: no task with id 404 (ESRCH)\n")
    }

    @Test func `a signal ends it quietly with 0`() throws {
        let daemon = try daemon(1_000)
        var run = try tsctl(["-p", "5", "--interval", "0.1"], daemon.path)
        for _ in 0..<2 { #expect(try run.line() != nil) }
        run.send(signal: 2)
        let result = try run.finish()
        #expect(result.status == 0)
        #expect(result.errors == "")
        _ = try? daemon.finish()
    }

    @Test func `threads are those that /proc lists, and the sums come last`() throws {
        let own = "\(ChildProcess.ownID)"
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            while true {
                let request = try peer.request()
                guard case .get(let target, let fields, _) = request.call else { throw UnexpectedValue(request.call) }
                try peer.send(ServerLine.stats(request.id, of: target, record(target, 0), fields: fields))
                if case .tgid = target { return }
            }
        }
        let run = try get(["-p", own, "--threads"], daemon)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count >= 3)
        #expect(lines.last?.hasSuffix("(all threads)") == true)
        #expect(words(lines[1])[0] == own[...])
    }

    @Test(arguments: [
        ["--pid", "5,x"], ["--pid", ","], ["--pid", "1", "--all"], ["--all", "--threads"],
        ["--pid", "1", "--count", "2"],
        ["--pid", "1", "--interval", "0.01"], ["--pid", "1", "--interval", "1e3"],
        ["--pid", "1", "--interval", "1.2345678"], ["--pid", "1", "--interval", "50ms"],
        ["--pid", "1", "--interval", "25h"], ["--pid", "1", "--interval", "1m"],
        ["--all", "--sort", "colour"], ["--all", "--limit", "0"],
        ["--cgroup", "/c", "--sort", "pid"],
    ])
    func `wrong usage is status 64`(arguments: [String]) throws {
        let run = try ChildProcess(ChildProcess.product("tsctl"), ["get"] + arguments).finish()
        #expect(run.status == 64)
        #expect(run.errors.contains("Error: "))
    }

    // MARK: Without a daemon

    @Test func `intervals are seconds with decimals, or have a unit`() throws {
        for (text, milliseconds, seconds) in [
            ("2", 2_000, "2"), ("0.5", 500, "0.5"), ("1.25", 1_250, "1.25"), ("0.125", 125, "0.125"),
            ("86400", 86_400_000, "86400"), ("500ms", 500, "0.5"), ("2min", 120_000, "120"),
            ("1d", 86_400_000, "86400"),
        ] {
            let interval = try DurationArgument.interval(text)
            #expect(interval.milliseconds == milliseconds)
            #expect(interval.secondsText == seconds)
        }
    }

    @Test func `if samples take longer than intervals, there is still time between them`() {
        let interval = DurationArgument(microseconds: 300_000)
        #expect(interval.pauseMilliseconds(afterSampling: 10) == 290)
        #expect(interval.pauseMilliseconds(afterSampling: 200) == 150)
        #expect(interval.pauseMilliseconds(afterSampling: 5_000) == 150)
    }

    @Test func `a task goes on when it has aged by the time that passed, and else is another`() {
        #expect(TaskIdentity.isSame(age: 9_000_000, earlier: 8_000_000, elapsedAtLeast: 1_000_000))
        #expect(TaskIdentity.isSame(age: 8_999_000, earlier: 8_000_000, elapsedAtLeast: 1_000_000))
        #expect(!TaskIdentity.isSame(age: 900_000, earlier: 8_000_000, elapsedAtLeast: 1_000_000))
        #expect(!TaskIdentity.isSame(age: 900_000, earlier: 10_000, elapsedAtLeast: 1_000_000))
        #expect(TaskIdentity.isNew(age: 900_000, elapsedAtMost: 1_000_000))
        #expect(!TaskIdentity.isNew(age: 1_100_000, elapsedAtMost: 1_000_000))
    }

    @Test func `of a record since another, counters are differences, the rest is as it is now`() {
        let earlier = SampleRecords.task()
        var now = earlier
        now.set(.cpuDelayTotal, to: 36_120_000)
        now.set(.blkioDelayTotal, to: 10)
        now.set(.hiwaterRss, to: 9_999)
        let difference = now.since(earlier)
        #expect(difference[.cpuDelayTotal] == 1_000_000)
        #expect(difference[.nvcsw] == 0)
        #expect(difference[.hiwaterRss] == 9_999)
        #expect(difference[.acPid] == 812)
        #expect(difference[.cpuDelayMax] == nil)
        // It began again at 0.
        #expect(difference[.blkioDelayTotal] == 10)
        #expect(now.since(nil)[.cpuDelayTotal] == 36_120_000)
    }

    @Test func `rows without a value come last, whatever the sendCommand of the others`() {
        func row(_ id: UInt32, _ value: UInt64?) -> TaskRow {
            var record = TaskRecord(kind: .task)
            if let value { record.set(.nvcsw, to: value) }
            return TaskRow(key: .init(kind: .task, id: id), counters: record)
        }
        let rows = [row(1, nil), row(2, 5), row(3, 9), row(4, 5)]
        let sendCommand = TaskTable.Order(column: TaskColumn.named("nvcsw"))
        #expect(sendCommand.arrange(rows).map(\.id) == [3, 2, 4, 1])
        #expect(TaskTable.Order(column: TaskColumn.named("pid"), limit: 2).arrange(rows).map(\.id) == [1, 2])
        #expect(TaskTable.Order(limit: 1).arrange(rows).map(\.id) == [1])
    }

    @Test(arguments: [(nil, 15), (200, 15), (120, 11), (80, 7), (20, 4)] as [(Int?, Int)])
    func `a narrow terminal has fewer columns`(width: Int?, count: Int) {
        #expect(TaskColumn.fitting(width).count == count)
    }
}
