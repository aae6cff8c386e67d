import CommandSupport
import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// Tasks of top that are added up.
@Suite struct TopGroupTests {
    private func spent(run: UInt64, cpu: UInt64 = 0) -> TimeSpent {
        var record = TaskRecord(kind: .process)
        record.set(.cpuRunVirtualTotal, to: run)
        record.set(.cpuDelayTotal, to: cpu)
        return TimeSpent(record)
    }

    private func row(
        _ id: UInt32, _ command: String, uid: UInt32 = 0, run: UInt64, cgroup: String?,
        exit: TaskstatsModel.ExitStatus? = nil
    ) -> TopRow {
        TopRow(
            id: id, identity: .init(command: command, uid: uid), spent: spent(run: run),
            end: exit.map { .init(status: $0, ageMicroseconds: 9) }, cgroup: cgroup.map { ControlGroup(path: $0) })
    }

    private var interval: TopInterval {
        TopInterval(
            microseconds: 1_000_000, time: 1_795_400_000_123_456_789,
            rows: [
                row(10, "nginx", run: 100_000_000, cgroup: "/system.slice/nginx.service"),
                row(11, "nginx", uid: 4_000_000_000, run: 50_000_000, cgroup: "/system.slice/nginx.service"),
                row(12, "sh", run: 30_000_000, cgroup: "/system.slice/nginx.service", exit: .code(1)),
                row(13, "sshd", run: 1_000_000, cgroup: "/system.slice/ssh.service"),
                row(14, "kworker", run: 2_000_000, cgroup: "/"),
                row(15, "gone", run: 3_000_000, cgroup: nil, exit: .code(0)),
            ], ended: 2, failed: 1, lost: 0, omitted: 0, isPartial: false)
    }

    private func view(_ grouping: Grouping, sort: TopColumn = .run) -> TopView {
        var view = TopView(interval: DurationArgument(seconds: 1))
        (view.grouping, view.sort) = (grouping, sort)
        return view
    }

    private func rows(_ view: TopView) -> [TopRow] {
        var names = AccountNames()
        return view.rows(of: interval, groupingEnded: true, &names)
    }

    private func screen(_ view: TopView, width: Int?) -> [String] {
        var names = AccountNames()
        return TopScreen(
            state: TopScreen.State(interval: interval), view: view, style: Style(isOn: false), width: width, height: 24
        ).lines(&names)
    }

    @Test func `living and ended tasks of a unit are one row`() {
        let rows = rows(view(.unit))
        #expect(rows.map(\.identity?.command) == ["nginx.service", "(unknown)", "(none)", "ssh.service"])
        #expect(rows.map(\.spent?[.run]) == [180_000_000, 3_000_000, 2_000_000, 1_000_000])
        #expect(rows.map(\.members?.living) == [2, 0, 1, 1])
        #expect(rows.map(\.members?.ended) == [1, 1, 0, 0])
        #expect(rows.map(\.members?.failed) == [1, 0, 0, 0])
    }

    @Test(
        arguments: [
            (.command, ["nginx", "sh", "gone", "kworker", "sshd"]), (.user, ["root", "4000000000"]),
            (.container, ["(none)", "(unknown)"]),
            (.cgroup, ["/system.slice/nginx.service", "(unknown)", "/", "/system.slice/ssh.service"]),
        ] as [(Grouping, [String])])
    func `each property has groups of its own`(grouping: Grouping, names: [String]) {
        #expect(rows(view(grouping)).map(\.identity?.command) == names)
    }

    @Test func `the screen has the numbers of tasks, and the property as the last column`() {
        let lines = screen(view(.unit), width: 80)
        #expect(lines[3].hasPrefix("shown     % of one thread's time, added up by unit in 1.000 s, by RUN"))
        #expect(lines[4].hasPrefix("  TASKS       RUN    ALL CPUWAIT  BLKIO "))
        #expect(lines[4].contains("  ENDED UNIT "))
        #expect(lines[5].hasPrefix("      2      18.0 ") && lines[5].hasSuffix("      1 nginx.service"))
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test func `it sorts by the numbers of tasks, and selects by the name of a group`() {
        #expect(rows(view(.unit, sort: .pid)).first?.identity?.command == "nginx.service")
        #expect(rows(view(.unit, sort: .end)).map(\.members?.ended) == [1, 1, 0, 0])
        var named = view(.unit)
        named.filter = "ssh"
        #expect(rows(named).map(\.identity?.command) == ["ssh.service"])
        named.filter = "0"
        #expect(rows(named).isEmpty)
    }

    @Test func `hidden exits are not added up`() {
        var living = view(.unit)
        living.showsEnded = false
        #expect(rows(living).map(\.members?.ended) == [0, 0, 0])
        #expect(rows(living).first?.spent?[.run] == 150_000_000)
    }

    @Test func `in JSON and CSV each group has its value and its numbers`() {
        let rows = rows(view(.unit))
        let json = String(
            decoding: interval.json(rows, system: SystemFigures(), subject: .process, by: .unit), as: UTF8.self)
        #expect(ReferenceJSON.validate(Array(json.utf8)) == .valid)
        #expect(json.contains(#""units":[{"unit":"nginx.service","tasks":2,"ended":1,"failed":1,"cpu_time_ns":{"#))
        #expect(json.contains(#"{"tasks":0,"ended":1,"failed":0,"#))
        #expect(json.contains(#"{"unit":null,"tasks":1,"#))
        let csv = TopCSV(subject: .process, by: .unit, times: .screen)
        #expect(csv.heading.hasPrefix("time_ns,interval_us,unit,tasks,ended,failed,cpu_time_lower_ns,"))
        #expect(csv.lines(interval, rows)[0].hasPrefix("1795400000123456789,1000000,nginx.service,2,1,1,180000000,"))
    }

    @Test func `a daemon without origins is noted`() {
        var names = AccountNames()
        let state = TopScreen.State(interval: interval, lacksOrigins: true)
        let lines = TopScreen(state: state, view: view(.unit), style: Style(isOn: false), width: nil, height: nil)
            .lines(&names)
        #expect(lines.contains("note      \(TopScreen.originNote)"))
    }

    @Test func `the control group of a running process is read from proc`() throws {
        var interval = TopInterval(
            microseconds: 1, time: 1,
            rows: [row(1, "init", run: 0, cgroup: nil), row(2, "x", run: 0, cgroup: nil, exit: .code(0))],
            ended: 1, failed: 0, lost: 0, omitted: 0, isPartial: false)
        interval.readControlGroups()
        #expect(interval.rows[0].cgroup?.path.hasPrefix("/") == true)
        #expect(interval.rows[1].cgroup == nil)
        #expect(ControlGroup.current(of: 4_194_305) == nil)
    }
}
