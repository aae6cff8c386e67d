import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The table of fields.
@Suite(.timeLimit(.minutes(1))) struct FieldsTests {
    private func fields(_ arguments: String...) throws -> ChildProcess.Result {
        try ChildProcess(ChildProcess.product("tsctl"), ["fields"] + arguments, environment: [:]).finish()
    }

    @Test func `JSON has for each field what the daemon's describe has`() throws {
        let described = String(decoding: ServerLine.description(.integer(1)).array, as: UTF8.self)
        let run = try fields("--json")
        #expect(run.status == 0)
        #expect(described.contains(#""fields":"# + run.output.dropLast()))
    }

    @Test func `without a daemon every field is there, in the sendCommand of the struct`() throws {
        let lines = try fields("--socket", "/nonexistent").output.split(separator: "\n")
        #expect(lines.count == Field.allCases.count + 1)
        #expect(lines[0].split(separator: " ") == ["NAME", "UNIT", "SINCE", "GROUP", "PROCESS", "MEANING"])
        #expect(lines.last?.hasPrefix("irq_delay_max_ts") == true)
    }

    @Test func `a group is the fields of that group`() throws {
        let lines = try fields("--group", "context").output.split(separator: "\n")
        #expect(lines.dropFirst().map { $0.split(separator: " ")[0] } == ["nvcsw", "nivcsw"])
        #expect(try fields("--group", "colour").status == 64)
    }

    @Test func `what the kernel of a daemon does not fill is marked`() {
        let server = SampleServer.handshake(version: 16, delayAccounting: false)
        let screen = FieldsScreen(
            fields: [.nvcsw, .blkioCount, .cpuDelayTotal, .irqDelayMaxTs], server: server, style: Style(isOn: false))
        #expect(screen.lines[0].contains("PROCESS  HERE  MEANING"))
        #expect(screen.lines[1].contains("  yes      yes   "))
        #expect(screen.lines[2].contains("  yes      off   "))
        #expect(screen.lines[3].contains("  yes      yes   "))
        #expect(screen.lines[4].contains("      no    "))
    }
}
