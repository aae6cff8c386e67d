import CommandSupport
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// Rows of exits and starts with their origin.
@Suite struct OriginScreenTests {
    private func screen(
        _ additions: WatchColumn.Additions = .origin, width: Int? = nil, fields: FieldSelection? = nil,
        style: Bool = false
    ) -> WatchScreen {
        WatchScreen(fields: fields, additions, scope: .task, style: Style(isOn: style), width: width)
    }

    @Test func `the unit and the command line are columns, of which the latter is last`() {
        var screen = screen()
        #expect(screen.heading.contains(" USER     UNIT                 EXIT     ELAPSED ms "))
        #expect(screen.heading.hasSuffix("   MEM ms COMMAND LINE"))
        let row = screen.row(SampleOrigin.exit())
        #expect(row.contains(" root     nginx.service        0            8123.5 "))
        #expect(row.hasSuffix("    0.000 /usr/sbin/nginx -g daemon off;"))
    }

    @Test func `an unknown unit is a dash, and an unknown command line the name in brackets`() {
        var screen = screen()
        let row = screen.row(SampleOrigin.exit(command: "kworker/0:1", nil))
        #expect(row.contains(" root     -                    0 "))
        #expect(row.hasSuffix(" [kworker/0:1]"))
        #expect(screen.row(SampleOrigin.exit(SampleOrigin.process(nil))).hasSuffix(" [git]"))
    }

    @Test func `a long unit and a long command line are cut on a terminal only`() {
        let origin = SampleOrigin.process(
            Array(repeating: "argument", count: 400), cgroup: "/system.slice/a-very-long-name-of-a-unit.service")
        var piped = screen()
        let whole = piped.row(SampleOrigin.exit(origin))
        #expect(whole.contains(" a-very-long-name-of-a-unit.service "))
        #expect(whole.hasSuffix(Array(repeating: "argument", count: 400).joined(separator: " ")))
        for width in [20, 60, 80, 120, 160, 200] {
            var screen = screen([.origin, .starts], width: width)
            let lines = [
                screen.heading, screen.row(SampleOrigin.exit(origin)), screen.row(SampleOrigin.start(origin)),
            ]
            for line in lines { #expect(line.unicodeScalars.count <= width, "\(line)") }
            #expect(lines[1].hasSuffix("+"))
        }
    }

    @Test func `80 columns have room for the time, the pid, the unit, the status and the command line`() {
        #expect(screen(width: 80).heading == "TIME             PID UNIT                 EXIT     COMMAND LINE")
        #expect(
            screen([.origin, .starts], width: 80).heading
                == "TIME             PID    PPID UNIT                 EXIT     COMMAND LINE")
    }

    @Test func `a start has its mark in place of the status, and nothing where the end would be`() {
        var screen = screen([.origin, .starts], width: 120)
        let lines = [screen.heading, screen.row(SampleOrigin.start())]
        #expect(
            lines[0]
                == "TIME         CPU     PID    PPID UNIT                 EXIT     ELAPSED ms COMMAND LINE")
        #expect(
            lines[1].dropFirst(12)
                == "   1     813     812 nginx.service        start               /usr/sbin/nginx -g daemon off;")
    }

    @Test func `a start of which nothing is known has dashes`() {
        var screen = screen([.origin, .starts], width: 80)
        let start = ProcessStart(cpu: 0, pid: 9, origin: ProcessOrigin(sources: .init()))
        #expect(screen.row(start) == "-                  9       - -                    start    -")
    }

    @Test func `a start is green, and without colour it still differs`() {
        var coloured = screen([.origin, .starts], style: true)
        #expect(coloured.row(SampleOrigin.start()).contains("\u{1b}[32mstart   \u{1b}[0m"))
        var plain = screen([.origin, .starts])
        #expect(!plain.row(SampleOrigin.start()).contains("\u{1b}"))
    }

    @Test func `named fields are between the pid and the origin`() throws {
        var screen = screen(
            [.origin, .starts], fields: try FieldSelection(parsing: "nvcsw"))
        #expect(
            screen.heading
                == "TIME         CPU     PID    PPID EXIT        nvcsw UNIT                 COMMAND LINE")
        #expect(
            screen.row(SampleOrigin.start()).hasSuffix(
                " start             nginx.service        /usr/sbin/nginx -g daemon off;"))
        #expect(screen.fields.contains(.acPpid))
    }

    @Test func `control characters of a process cannot reach the terminal`() {
        let origin = SampleOrigin.process(["a\u{1b}[2J", "b\nc"], cgroup: "/system.slice/\u{9b}x.service")
        var screen = screen([.origin, .starts])
        for row in [screen.row(SampleOrigin.exit(origin)), screen.row(SampleOrigin.start(origin))] {
            #expect(row.hasSuffix(" a\\x1b[2J b\\x0ac"))
            #expect(row.contains(" \\x9bx.service "))
        }
    }

    @Test func `a truncated command line has dots at its end`() {
        let origin = ProcessOrigin(commandLine: .init(["cat", "x"], isTruncated: true), sources: .init())
        #expect(OriginText.commandLine(origin) == "cat x...")
    }

    @Test func `CSV has columns for the origin, with formulas made harmless`() {
        let csv = ExitCSV(fields: try? FieldSelection(parsing: "nvcsw"), origin: true, scope: .task, times: .screen)
        #expect(csv.heading.hasSuffix(",nvcsw,unit,container,cgroup,command_line\r"))
        #expect(
            csv.row(SampleOrigin.exit(SampleOrigin.process(["=cmd", "a,b"])))
                .hasSuffix(#",201,nginx.service,,/system.slice/nginx.service,"\x3dcmd a,b""# + "\r"))
        #expect(
            csv.row(SampleOrigin.exit(SampleOrigin.process(nil, cgroup: SampleOrigin.inContainer)))
                .contains(",\(SampleOrigin.container),/system.slice/docker-"))
        #expect(csv.row(SampleOrigin.exit(nil)).hasSuffix(",201,,,,\r"))
    }

    @Test func `starts are counted apart from records`() {
        #expect(
            LossText.of(LostRecords(.starts, count: 1)) == "lost 1 start between the kernel and taskstatsd")
        #expect(
            LossText.summary(12, "shown", lost: 0, starts: StartCounts(shown: 1))
                == "12 records and 1 start shown, none lost")
        #expect(
            LossText.summary(1, "shown", lost: 2, starts: StartCounts(shown: 3, lost: 4))
                == "1 record and 3 starts shown, 2 records and 4 starts lost")
    }
}
