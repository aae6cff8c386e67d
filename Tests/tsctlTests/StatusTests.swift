import CommandSupport
import Glibc
import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The dashboard and its numbers for Prometheus.
@Suite(.timeLimit(.minutes(1))) struct StatusTests {
    private let plain = Style(isOn: false)

    private func screen(_ status: DaemonStatus, before: StatusScreen.Before? = nil) -> [String] {
        StatusScreen(
            server: SampleServer.handshake(), status: status, socket: "/s", style: plain, showsRates: true,
            before: before
        ).lines
    }

    @Test func `limits are named, those in a second where they concern the user`() {
        let own = StatusScreen(
            server: SampleServer.handshake(access: .own), status: SampleServer.ownStatus, socket: "/s", style: plain)
        #expect(
            own.lines.contains(
                "your limits       8.0 MiB queued per connection, 32 connections; "
                    + "per second 100 new connections, 5000 requests"))
        #expect(own.lines.last == "counters          only for users who see every process")
        #expect(
            screen(SampleServer.status()).contains(
                "your limits       8.0 MiB queued per connection, 32 connections"))
    }

    @Test func `rates cover the time since the previous sample, and are unknown at first`() {
        let first = SampleServer.status(received: [100, 7], lost: [0, 1])
        #expect(screen(first).contains("records           107 received, 1 lost"))
        #expect(screen(first).last == "  1            1         7      -     1      -         8.0 MiB")
        let second = SampleServer.status(received: [350, 3], lost: [0, 1])
        let lines = screen(second, before: .init(status: first, elapsed: .milliseconds(2_500)))
        #expect(lines.suffix(3).first == "CPU  subscribers  received  per s  lost  per s  receive buffer")
        #expect(lines.suffix(2).first == "  0            1       350  100.0     0    0.0         8.0 MiB")
        #expect(
            lines.last == "  1            1         3    1.2     1    0.0         8.0 MiB",
            "a counter that is smaller than before began anew")
    }

    @Test func `a screen that does not fit is cut, and never wraps`() {
        let frame = StatusFrame.text(["a", "b", "c", "d"], rows: 4, isFirst: false)
        #expect(frame == "\u{1b}[H\u{1b}[?7la\u{1b}[K\nb\u{1b}[K\n... 2 more lines\u{1b}[K\n\u{1b}[J\u{1b}[?7h")
        #expect(StatusFrame.text(["a"], rows: nil, isFirst: true).hasPrefix("\u{1b}[2J\u{1b}[H"))
    }

    // MARK: The command

    private func tsctl(_ arguments: [String], daemon: FakeDaemon) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["status"] + arguments, environment: ["TASKSTATS_SOCKET": daemon.path])
    }

    private static func answer(_ peer: FakePeer, received: Int) throws {
        try peer.answer(
            #"{"connection":{},"delay_accounting":false,"daemon":{"uptime_ms":7654321,"clients":3,"subscribers":2,"#
                + #""registered_cpus":"0-1","queued_bytes":5,"queue_high_water":4096,"cpus":[{"cpu":1,"subscribers":1,"#
                + #""received":\#(received),"lost":144,"receive_buffer_bytes":8388608}]}}"#)
    }

    @Test func `a real parser reads what is meant for Prometheus`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try Self.answer(peer, received: 47)
        }
        let run = try tsctl(["--openmetrics"], daemon: daemon).finish()
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("\n# EOF\n"))
        let families = try parse(run.output)
        #expect(families.contains("taskstatsd info  taskstatsd_info 1"))
        #expect(families.contains("taskstatsd_uptime_seconds gauge seconds taskstatsd_uptime_seconds 7654.321"))
        #expect(
            families.contains("taskstatsd_cpu_records_lost counter  taskstatsd_cpu_records_lost_total{cpu=1} 144"))
        #expect(families.contains("taskstatsd_queued_bytes gauge bytes taskstatsd_queued_bytes 5"))
        #expect(families.count == 13)
    }

    @Test func `promtool accepts the text format of Prometheus`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try Self.answer(peer, received: 47)
        }
        let run = try tsctl(["--prometheus"], daemon: daemon).finish()
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.contains("# TYPE taskstatsd_info gauge"))
        #expect(lines.contains("# TYPE taskstatsd_cpu_records_lost_total counter"))
        #expect(lines.contains(#"taskstatsd_cpu_records_lost_total{cpu="1"} 144"#))
        #expect(!run.output.contains("# UNIT") && !run.output.contains("# EOF"))
        let directory = try TemporaryDirectory()
        let path = directory.file("metrics")
        try write(run.output, to: path)
        let check = try ChildProcess(
            "/bin/sh", ["-c", "promtool check metrics <'\(path)'"], environment: ["PATH": "/usr/bin"]
        )
        .finish()
        #expect(check == .init(status: 0, output: "", errors: ""))
    }

    @Test func `help texts and labels are escaped as the format requires`() {
        var metrics = MetricsText(.prometheus)
        metrics.begin("x", .info, "a \"b\"\\c\nd")
        metrics.sample(MetricLabels([("a", "1\"2\\3\n4")]), 1)
        metrics.end()
        #expect(
            metrics.lines == [
                #"# HELP x_info a "b"\\c\nd"#, "# TYPE x_info gauge", #"x_info{a="1\"2\\3\n4"} 1"#,
            ])
    }

    @Test func `--output replaces its file at once, keeps its permissions, and leaves nothing else`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("taskstatsd.prom")
        try write("old", to: path)
        #expect(unsafe chmod(path, 0o640) == 0)
        let old = try Descriptor.open(path)
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try Self.answer(peer, received: 47)
        }
        let run = try tsctl(["--prometheus", "--output", path], daemon: daemon).finish()
        #expect(run == .init(status: 0, output: "", errors: ""))
        #expect(try Descriptor.open(path).readText()?.hasPrefix("# HELP taskstatsd_info ") == true)
        #expect(try old.readText() == "old", "a reader of the old file is not disturbed")
        let files = try ChildProcess("/bin/ls", ["-A", directory.path]).finish()
        #expect(files.output == "taskstatsd.prom\n")
        let mode = try ChildProcess("/usr/bin/stat", ["-c", "%a", path]).finish()
        #expect(mode.output == "640\n")
    }

    @Test func `--output refuses what record --force refuses, and leaves nothing behind`() throws {
        let directory = try TemporaryDirectory()
        let (path, link) = (directory.file("file"), directory.file("link"))
        try write("old", to: path)
        #expect(unsafe symlink(path, link) == 0)
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try Self.answer(peer, received: 47)
        }
        let run = try tsctl(["--prometheus", "--output", link], daemon: daemon).finish()
        #expect(
            run
                == .init(
                    status: 1, output: "",
                    errors: "tsctl: cannot write \(link): it is a symbolic link (give the name of its target)\n"))
        #expect(try Descriptor.open(path).readText() == "old")
        #expect(try ChildProcess("/bin/ls", ["-A", directory.path]).finish().output == "file\nlink\n")
    }

    private func write(_ text: String, to path: String) throws {
        var file = StandardOutput(descriptor: unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        file.text(text)
        try file.flush()
    }

    @Test func `labels of any kind stay labels`() throws {
        var metrics = MetricsText(.openMetrics)
        metrics.begin("x", .info, "a \"b\"\nc")
        metrics.sample(MetricLabels([("a", "1\"2\\3\n4")]), 1)
        metrics.end()
        #expect(try parse(metrics.lines.joined(separator: "\n") + "\n") == ["x info  x_info{a=1\"2\\3 4} 1"])
    }

    /// What Prometheus's own parser makes of a text.
    private func parse(_ text: String) throws -> [String] {
        let directory = try TemporaryDirectory()
        try write(text, to: directory.file("metrics"))
        let program = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            for family in text_string_to_metric_families(open(sys.argv[1]).read()):
                for sample in family.samples:
                    labels = ",".join(f"{k}={v}" for k, v in sample.labels.items() if k in ("a", "cpu"))
                    print(family.name, family.type, family.unit,
                          sample.name + (f"{{{labels}}}" if labels else "").replace("\\n", " "), sample.value)
            """
        let run = try ChildProcess("/usr/bin/python3", ["-c", program, directory.file("metrics")]).finish()
        #expect(run.status == 0, "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init)
    }

    @Test func `with an interval it goes on, one after the other, until a signal`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try Self.answer(peer, received: 10)
            try Self.answer(peer, received: 20)
            try peer.waitForEnd()
        }
        var child = try tsctl(["--interval", "0.5"], daemon: daemon)
        var lines: [String] = []
        while lines.filter({ $0.hasPrefix("CPU  ") }).count < 2, let line = try child.line() { lines.append(line) }
        #expect(lines.filter { $0.hasPrefix("daemon ") }.count == 2)
        child.send(signal: SIGINT)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(!(lines.joined() + run.output).contains("\u{1b}"))
    }

    @Test(arguments: [[], ["--json"]]) func `--count ends it after as many intervals`(options: [String]) throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            for received in [10, 20, 30] { try Self.answer(peer, received: received) }
            try peer.waitForEnd()
        }
        let run = try tsctl(["--interval", "100ms", "--count", "2"] + options, daemon: daemon).finish()
        #expect(run.status == 0)
        #expect(run.errors == "")
        let screens = run.output.split(separator: "\n").count { $0.hasPrefix("daemon ") || $0.hasPrefix("{") }
        #expect(screens == 3, "one at the start, and one at the end of each interval")
    }

    @Test func `what does not go together is wrong usage`() throws {
        for arguments in [
            ["--openmetrics", "--json"], ["--openmetrics", "--interval", "1"], ["--interval", "0"],
            ["--openmetrics", "--prometheus"], ["--interval", "1", "--output", "x"], ["--reconnect"],
            ["--count", "1"], ["--interval", "1", "--count", "0"],
        ] {
            let run = try ChildProcess(ChildProcess.product("tsctl"), ["status"] + arguments).finish()
            #expect(run.status == 64)
        }
    }
}
