import CommandSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// What top shows, and what keys change of it.
@Suite struct TopScreenTests {
    private let plain = Style(isOn: false)

    private func spent(run: UInt64, cpu: UInt64 = 0, blockIO: UInt64 = 0) -> TimeSpent {
        var record = TaskRecord(kind: .process)
        for kind in TimeKind.allCases where kind != .irq { record.set(kind.field, to: 0) }
        record.set(.cpuRunVirtualTotal, to: run)
        record.set(.cpuDelayTotal, to: cpu)
        record.set(.blkioDelayTotal, to: blockIO)
        return TimeSpent(record)
    }

    private var interval: TopInterval {
        TopInterval(
            microseconds: 2_000_000, time: 1_795_400_000_123_456_789,
            rows: [
                TopRow(
                    id: 10, identity: .init(command: "postgres", uid: 0), spent: spent(run: 1, blockIO: 900_000_000),
                    parent: 1, traffic: StorageTraffic(read: 25_600_000, written: 2_048)),
                TopRow(
                    id: 11, identity: .init(command: "make", uid: 4_000_000_000),
                    spent: spent(run: 1_000_000_000, cpu: 2_000_000), parent: 10,
                    traffic: StorageTraffic(read: 4_096, isComplete: false)),
                TopRow(id: 12, identity: .init(command: "idle", uid: 0), spent: spent(run: 0)),
                TopRow(
                    id: 13, identity: .init(command: "cc1", uid: 0), spent: spent(run: 80_000_000),
                    end: .init(status: .code(1), ageMicroseconds: 40_500)),
                TopRow(id: 14, identity: .init(command: "new", uid: 0)),
            ], ended: 1, failed: 1, lost: 0, omitted: 0, isPartial: false)
    }

    private func screen(
        _ view: TopView = TopView(interval: DurationArgument(seconds: 2)), width: Int? = 110, height: Int? = 24,
        style: Style? = nil, change: (inout TopScreen.State) -> Void = { _ in }
    ) -> [String] {
        var state = TopScreen.State(interval: interval, delayAccounting: true)
        state.system.load = ["0.50", "0.25", "0.00"]
        (state.system.tasks, state.system.running) = (180, 2)
        state.system.pressure = [
            .cpu: .init(some: 250_000, full: 0), .io: .init(some: 1_000_000, full: 600_000), .irq: .init(full: 2_000),
        ]
        change(&state)
        var names = AccountNames()
        return TopScreen(state: state, view: view, style: style ?? plain, width: width, height: height).lines(&names)
    }

    @Test func `it shows the machine and each process, the longest waits first`() {
        let lines = screen(width: 170)
        #expect(lines[0].hasSuffix("  every 2 s  load 0.50 0.25 0.00  180 threads, 2 can run"))
        #expect(
            lines[1...3] == [
                "pressure  CPU 12.5 %  I/O 50.0 % (full 30.0 %)  IRQ 0.1 %",
                "processes 4 seen, 2 waited, 1 ended (1 failed), no record lost",
                "shown     % of one thread's time in 2.000 s, by ALL; h: help",
            ])
        // The titles are a bar over the whole width.
        #expect(
            lines[4].hasPrefix(
                "    PID    PPID USER           RUN    ALL CPUWAIT  BLKIO   SWAP RECLAIM THRASH COMPACT    COW    IRQ   READ  "
                    + "WRITE E COMMAND "
            ))
        #expect(lines[4].count == 170)
        #expect(
            lines[5...] == [
                "     10       1 root           0.0   45.0       0   45.0      0       0      0       0      0      -  12.2M   "
                    + "1.0K   postgres",
                "     11      10 4000000+      50.0    0.1     0.1      0      0       0      0       0      0      -  2.0K+      "
                    + "-   make",
                "     13       - root           4.0      0       0      0      0       0      0       0      0      -      -      "
                    + "- F cc1 (exit code 1 after 40.500 ms)",
                "     12       - root             0      0       0      0      0       0      0       0      0      -      -      "
                    + "-   idle",
                "     14       - root             -      -       -      -      -       -      -       -      -      -      -      "
                    + "-   new",
            ])
    }

    @Test func `many short ones that ended share a row, which sorts by what they can have used together`() {
        var changed = interval
        for id in 100..<1_806 as Range<UInt32> {
            var spent = spent(run: 50_000)
            spent.add(uncounted: 850_000)
            changed.rows.append(
                TopRow(
                    id: id, identity: .init(command: "spin", uid: 0), spent: spent,
                    end: .init(status: .code(0), ageMicroseconds: 950)))
        }
        var view = TopView(interval: DurationArgument(seconds: 2))
        view.sort = .run
        let lines = screen(view, width: 170) { $0.interval = changed }
        #expect(
            lines[5]
                == "      -       - root      4.2–76.7      0       0      0      0       0      0       0      0      -      -"
                + "      - e spin (ended, 1706 times)")
        #expect(lines[6].contains(" make"))
        var names = AccountNames()
        #expect(view.rows(of: changed, &names).count == 5 + 1_706)
    }

    @Test(arguments: [(132, 17), (110, 14), (80, 10), (40, 7), (10, 7)])
    func `a narrow screen has fewer columns, and no line is wider than it`(width: Int, columns: Int) {
        #expect(TopColumn.fitting(width, keeping: .all).count == columns)
        #expect(screen(width: width).allSatisfy { PrintableText.width($0) <= width })
    }

    @Test func `the column by which it sorts stays on a narrow screen`() {
        #expect(TopColumn.fitting(80, keeping: .compact).contains(.compact))
        #expect(!TopColumn.fitting(80, keeping: .all).contains(.compact))
        #expect(TopColumn.fitting(80, keeping: .ppid).contains(.ppid))
    }

    @Test func `reads and writes are dropped after everything but the waits, the parent first`() {
        let at80 = TopColumn.fitting(80, keeping: .all)
        #expect(at80 == [.pid, .user, .run, .all, .cpuwait, .blkio, .read, .write, .end, .command])
        #expect(!TopColumn.fitting(131, keeping: .all).contains(.ppid))
        #expect(TopColumn.fitting(71, keeping: .all).contains(.write))
        #expect(!TopColumn.fitting(70, keeping: .all).contains(.write))
    }

    @Test(arguments: [0, 1, 5, 6, 8, 30]) func `there are never more lines than rows`(height: Int) {
        #expect(screen(height: height).count <= height)
    }

    @Test func `errors are shown as notes`() {
        let lines = screen {
            $0.delayAccounting = false
            $0.connectionError = "lost the daemon\u{1b}[2J"
        }
        #expect(lines[4] == "note      lost the daemon\\x1b[2J")
        #expect(lines[5] == "note      delay accounting is off; sysctl kernel.task_delayacct=1 turns it on")
    }

    @Test func `losses and unknown values are shown`() {
        var changed = interval
        (changed.lost, changed.omitted) = (12, 3)
        #expect(
            screen { $0.interval = changed }[2]
                == "processes 4 seen, 2 waited, 1 ended (1 failed), 3 of them not listed, 12 records lost")
        changed.isPartial = true
        #expect(screen { $0.interval = changed }[2].hasSuffix(", more may have ended"))
    }

    @Test func `that records of threads were not read is noted`() {
        var changed = interval
        changed.lacksThreads = true
        #expect(screen { $0.interval = changed }[4].hasPrefix("note      too many threads ended: RUN, READ and WRITE "))
        let json = changed.json([], system: SystemFigures(), subject: .process)
        #expect(String(decoding: json, as: UTF8.self).contains(#""complete":false"#))
    }

    @Test func `before the first interval it says so`() {
        let lines = screen { $0.interval = nil }
        #expect(lines[2] == "processes first figures in a moment")
        #expect(lines.count == 4)
    }

    @Test func `colour marks what ended, and every line ends without it`() {
        let lines = screen(style: Style(isOn: true))
        #expect(lines[7].hasPrefix("\u{1b}[31m     13 "))
        #expect(lines.filter { $0.contains("\u{1b}") }.allSatisfy { $0.hasSuffix("\u{1b}[0m") })
    }

    @Test func `help fits on the smallest terminal`() {
        var view = TopView(interval: DurationArgument(seconds: 1))
        #expect(view.press(.character("h")) == .redraw)
        let lines = screen(view, width: 80, height: 24)
        #expect(lines.count <= 24)
        #expect(!lines.contains { $0.hasSuffix("+") })
        #expect(view.press(.character("q")) == .redraw)
        #expect(view.mode == .table)
    }

    // MARK: Keys

    private func view(_ keys: Key...) -> TopView {
        var view = TopView(interval: DurationArgument(seconds: 2))
        for key in keys { _ = view.press(key) }
        return view
    }

    private func ids(_ view: TopView) -> [UInt32] {
        var names = AccountNames()
        return view.rows(of: interval, &names).map(\.id)
    }

    @Test func `letters and arrows sort`() {
        #expect(ids(view()) == [10, 11, 13, 12, 14])
        #expect(ids(view(.character("R"))) == [11, 13, 10, 12, 14])
        #expect(ids(view(.character("r"))) == [14, 12, 13, 11, 10])
        #expect(ids(view(.character("N"))) == [13, 12, 11, 14, 10])
        #expect(ids(view(.character("P"))) == [10, 11, 12, 13, 14])
        #expect(ids(view(.character("D"))) == [10, 11, 13, 12, 14])
        #expect(ids(view(.character("E")))[0] == 10)
        #expect(ids(view(.character("F"))) == [10, 11, 12, 13, 14])
        #expect(view(.right).sort == .cpuwait)
        #expect(view(.character("P"), .left).sort == .pid)
        #expect(view(.character("P"), .right).sort == .ppid)
    }

    @Test func `a filter is typed live, and Escape brings back what was there before`() {
        #expect(ids(view(.character("/"), .character("P"), .character("o"))) == [10])
        #expect(ids(view(.character("/"), .character("r"), .character("o"))) == [10, 13, 12, 14])
        #expect(ids(view(.character("/"), .character("1"), .character("3"))) == [13])
        let typed = view(.character("/"), .character("m"), .enter, .character("/"), .character("x"), .escape)
        #expect(typed.filter == "m")
        #expect(view(.character("/"), .character("q"), .backspace).filter == "")
        #expect(view(.character("/"), .character("q"), .enter, .escape).filter == "")
    }

    @Test func `idle and ended ones can be left out`() {
        #expect(ids(view(.character("i"))) == [10, 11, 13])
        #expect(ids(view(.character("i"), .character("e"))) == [10, 11])
    }

    @Test func `keys that need more than another view say so`() {
        var view = view()
        #expect(view.press(.character("q")) == .quit)
        #expect(view.press(.character(" ")) == .sample)
        #expect(view.press(.character("t")) == .changeSubject)
        #expect(view.press(.character("+")) == .changeInterval(DurationArgument(seconds: 4)))
        #expect(view.press(.character("p")) == .redraw)
        #expect(view.isPaused)
        #expect(view.press(.character("~")) == .none)
        for _ in 0..<20 { _ = view.press(.character("-")) }
        #expect(view.interval.milliseconds == 100)
        #expect(view.press(.pageDown, page: 15) == .redraw)
        #expect(view.first == 15)
        #expect(view.press(.home) == .redraw)
        #expect(view.first == 0)
    }

    @Test func `keys are read as terminals send them`() {
        #expect(Key.keys(in: Array("q/ä".utf8)) == [.character("q"), .character("/"), .character("ä")])
        #expect(Key.keys(in: [0x1b]) == [.escape])
        #expect(
            Key.keys(in: Array("\u{1b}[A\u{1b}OB\u{1b}[5~\u{1b}[6~x".utf8)) == [
                .up, .down, .pageUp, .pageDown, .character("x"),
            ])
        #expect(Key.keys(in: Array("\u{1b}[1;5C\u{1b}[H\u{1b}[99~".utf8)) == [.right, .home])
        #expect(Key.keys(in: [0x0d, 0x7f, 0x08, 0x01, 0xff]) == [.enter, .backspace, .backspace])
        #expect(Key.keys(in: Array("\u{1b}[".utf8)).isEmpty)
    }

    // MARK: Writing

    @Test func `only lines that differ are written`() {
        var frame = FrameWriter()
        #expect(frame.text(showing: ["a", "b"]) == "\u{1b}[H\u{1b}[2J\u{1b}[1;1H\u{1b}[Ka\u{1b}[2;1H\u{1b}[Kb")
        #expect(frame.text(showing: ["a", "b"]) == "")
        #expect(frame.text(showing: ["a"]) == "\u{1b}[2;1H\u{1b}[K")
        #expect(frame.text(showing: ["x"]) == "\u{1b}[1;1H\u{1b}[Kx")
        frame.invalidate()
        #expect(frame.text(showing: ["x"]).hasPrefix("\u{1b}[H\u{1b}[2J"))
    }

    @Test func `pressure and load are read as the kernel writes them`() {
        let report = PressureReport(
            parsing:
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=100\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n")
        let before = SystemFigures.Pressure(report)
        #expect(before == .init(some: 100, full: 7))
        #expect(SystemFigures.Pressure(some: 160, full: nil).since(before) == .init(some: 60, full: nil))
        #expect(SystemFigures.Pressure(PressureReport(parsing: "nonsense total=x")) == .init())
        var figures = SystemFigures()
        figures.read(load: "9.31 7.35 3.46 11/165 12301\n")
        #expect(figures.load == ["9.31", "7.35", "3.46"])
        #expect((figures.running, figures.tasks) == (11, 165))
        figures.read(load: "")
        #expect(figures.tasks == 165)
    }

    @Test func `an interval in JSON has the kernel's names`() throws {
        var system = SystemFigures()
        system.pressure = [.io: .init(some: 5, full: 2)]
        let text = String(decoding: interval.json(interval.rows, system: system, subject: .process), as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"time":1795400000123456789,"interval_us":2000000,"pressure_us":{"io":{"some":5,"full":2}},"ended":1,"failed":1,"lost":0,"implausible":{"waits":0,"tasks":0},"uncounted_tasks":0,"complete":true,"#
                    + #""processes":[{"tgid":10,"command":"postgres","uid":0,"ppid":1,"cpu_time_ns":{"lower":1,"upper":1},"io_complete":true,"stats":{"cpu_run_virtual_total":1,"#
            ))
        #expect(text.contains(#","read_bytes":25600000,"write_bytes":2048}},{"tgid":11,"#))
        #expect(text.contains(#""io_complete":false,"stats":{"cpu_run_virtual_total":1000000000,"#))
        #expect(text.contains(#","read_bytes":4096}},{"tgid":12,"#))
        #expect(
            text.contains(
                #"{"tgid":13,"command":"cc1","uid":0,"ended":true,"elapsed_us":40500,"exit":{"code":1},"cpu_time_ns":{"lower":80000000,"upper":80000000},"stats":{"#
            ))
        #expect(text.hasSuffix(#"{"tgid":14,"command":"new","uid":0}]}"#))
    }
}
