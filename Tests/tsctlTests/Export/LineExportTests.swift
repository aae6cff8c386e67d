import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// Events for log shippers and databases.
@Suite struct LineExportTests {
    private func export(_ format: LineFormat) -> LineExport {
        var export = LineExport(format)
        (export.host, export.instance) = ("vm", "f00d")
        return export
    }

    /// A failed process with one field of statistics.
    private func failed(origin: ProcessOrigin? = nil) -> ExitRecord {
        var task = TaskRecord(kind: .task)
        task.set(command: Array("git".utf8))
        task.set(.acEtime, to: 5_000)
        var record = ExitRecord(
            cpu: 1, sequence: 9, time: 1_795_400_000_000_000_000, pid: 7, tgid: 7, isLast: true, exit: .code(3),
            task: task, process: nil)
        record.index = 12
        record.origin = origin
        return record
    }

    private var origin: ProcessOrigin {
        ProcessOrigin(
            commandLine: ProcessCommandLine(["git", "gc"]), executable: "/usr/bin/git",
            cgroup: ControlGroup(path: "/system.slice/backup.service"),
            parents: [.init(pid: 5, command: "sh")], startedNanoseconds: 1_795_399_999_994_000_000, session: 4,
            sources: ProcessOrigin.Sources())
    }

    private func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }

    @Test func `ndjson has the keys of the protocol behind the id and the host`() {
        let expected = """
            {"event_id":"f00d-12","host":"vm","cpu":1,"seq":9,"index":12,"time":1795400000000000000,"pid":7,"tgid":7,\
            "last":true,"exit":{"code":3},"stats":{"ac_comm":"git","ac_etime":5000}}
            """
        #expect(text(export(.ndjson).exit(failed())) == expected)
    }

    @Test func `the text of the daemon and its record have the same id`() {
        let export = export(.ndjson)
        #expect(export.exit(text: failed().json(fields: .all)) == export.exit(failed()))
    }

    @Test func `ecs describes the end of a process`() {
        let expected = """
            {"@timestamp":"2026-11-23T02:13:20.000000000Z","ecs":{"version":"8.11.0"},"host":{"name":"vm"},\
            "event":{"id":"f00d-12","kind":"event","category":["process"],"type":["end"],"action":"exited",\
            "module":"taskstats","dataset":"taskstats.exit","outcome":"failure",\
            "start":"2026-11-23T02:13:19.994000000Z","end":"2026-11-23T02:13:20.000000000Z","duration":5000000},\
            "process":{"pid":7,"name":"git","exit_code":3,"end":"2026-11-23T02:13:20.000000000Z",\
            "start":"2026-11-23T02:13:19.994000000Z","entity_id":"vm-7-1795399999994000000",\
            "executable":"/usr/bin/git","args":["git","gc"],"command_line":"git gc","session_leader":{"pid":4}},\
            "taskstats":{"unit":"backup.service","cgroup":"/system.slice/backup.service","cpu":1,"seq":9,"index":12,\
            "time":1795400000000000000,"pid":7,"tgid":7,"last":true,"exit":{"code":3},\
            "stats":{"ac_comm":"git","ac_etime":5000}}}
            """
        #expect(text(export(.ecs).exit(failed(origin: origin))) == expected)
    }

    @Test func `otel is one request of OTLP with one log record`() {
        let line = text(export(.otel).exit(failed(origin: origin)))
        let beginning = """
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"taskstatsd"}},\
            {"key":"service.instance.id","value":{"stringValue":"f00d"}},\
            {"key":"host.name","value":{"stringValue":"vm"}}]},"scopeLogs":[{"scope":{"name":"taskstats",\
            "version":"\(Release.version)"},"logRecords":[{"timeUnixNano":"1795400000000000000",\
            "observedTimeUnixNano":"1795400000000000000","severityNumber":13,"severityText":"WARN",\
            "eventName":"process.exit","body":{"stringValue":"git exited with status 3"},"attributes":[\
            {"key":"log.record.uid","value":{"stringValue":"f00d-12"}},
            """
        #expect(line.hasPrefix(beginning))
        let attributes = [
            #"{"key":"process.pid","value":{"intValue":"7"}}"#,
            #"{"key":"process.command_args","value":{"arrayValue":{"values":[{"stringValue":"git"},{"stringValue":"gc"}]}}}"#,
            #"{"key":"taskstats.unit","value":{"stringValue":"backup.service"}}"#,
            #"{"key":"taskstats.ac_etime","value":{"intValue":"5000"}}"#,
        ]
        for attribute in attributes { #expect(line.contains(attribute)) }
    }

    @Test(arguments: LineFormat.allCases)
    func `a loss is an event with an id of its own`(format: LineFormat) {
        let line = text(export(format).lost(LostRecords(.kernel(cpu: 1), count: 3, index: 12)))
        #expect(line.contains("f00d-lost-12"))
        #expect(!line.contains(#""f00d-12""#))
        #expect(line.contains("lost 3 records") != (format == .ndjson))
    }

    @Test(arguments: LineFormat.allCases)
    func `a name of a hostile process cannot leave its string`(format: LineFormat) throws {
        var record = failed()
        record.task.set(command: Array("\"},{\n\u{1b}[2J".utf8) + [0xff])
        let line = export(format).exit(record)
        #expect(line.allSatisfy { 0x20 <= $0 && $0 < 0x7f })
        #expect(text(line).contains(#"\"},{\u000a\u001b[2J"#))
    }
}
