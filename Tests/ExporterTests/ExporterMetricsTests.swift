import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

@testable import taskstats_exporter

@Suite struct ExporterMetricsTests {
    /// A snapshot with groups that have every series.
    private func snapshot(groups: Int) -> ExporterSnapshot {
        var model = ExporterModel(by: .command, limit: groups)
        for number in 0..<groups + 3 {
            var exit = ExitRecord(cpu: 0, pid: UInt32(number + 1), task: SampleRecords.task(command: "g\(number)"))
            exit.exit = .code(0)
            model.ended(exit, at: 0)
        }
        return ExporterSnapshot(
            groups: model.groups, losses: model.losses, records: model.records, implausible: 0, uncounted: 0,
            lastIndex: 7, living: 0, isUp: true, delayAccounting: true, server: nil, grouping: .command,
            sampleMicroseconds: 1, serial: 1)
    }

    private func text(_ snapshot: ExporterSnapshot, _ format: MetricsText.Format) -> String {
        String(decoding: Array(ExporterMetrics(snapshot, format).joined()), as: UTF8.self)
    }

    @Test func `the number of series is bounded as documented`() {
        let lines = text(snapshot(groups: 5), .prometheus).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count { $0.contains("group=\"g0\"") } == ExporterMetrics.seriesPerGroup)
        #expect(ExporterMetrics.seriesPerGroup == 61)
        #expect(lines.count { !$0.contains("group=") } == 15)
        #expect(lines.count <= 7 * 61 + 15)
    }

    @Test func `promtool accepts the text format`() throws {
        #expect(try run("promtool check metrics", text(snapshot(groups: 3), .prometheus)) == "")
    }

    @Test func `a parser of OpenMetrics accepts that format`() throws {
        let program = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            families = list(text_string_to_metric_families(sys.stdin.read()))
            print(len(families), sum(len(family.samples) for family in families))
            """
        let lines = text(snapshot(groups: 3), .openMetrics).split(separator: "\n")
        let samples = lines.count { !$0.hasPrefix("#") }
        let families = lines.count { $0.hasPrefix("# TYPE ") }
        let output = try run("/usr/bin/python3 -c '\(program)'", lines.joined(separator: "\n") + "\n")
        #expect(output == "\(families) \(samples)\n")
    }

    private func run(_ command: String, _ input: String) throws -> String {
        let directory = try TemporaryDirectory()
        let path = directory.file("metrics")
        let file = try Descriptor(unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), of: "open")
        try file.writeAll(Array(input.utf8))
        let run = try ChildProcess("/bin/sh", ["-c", "\(command) <'\(path)'"], environment: ["PATH": "/usr/bin"])
            .finish()
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        return run.output
    }
}
