import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built commands against a daemon that goes away and comes back.
@Suite(.timeLimit(.minutes(1))) struct ReconnectTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func tsctl(_ arguments: [String], _ socket: String) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), arguments, environment: ["TASKSTATS_SOCKET": socket, "TZ": "UTC"])
    }

    /// A daemon that sends one exit and stops, and another that sends one more.
    private func restarting(then rest: @escaping FakeDaemon.Script = { _ in }) throws -> FakeDaemon {
        try FakeDaemon(serving: [
            { peer in
                try peer.sendHello(instance: "first")
                try peer.grantSubscription()
                try peer.exit(SampleRecords.exit(pid: 1))
                try peer.send(ServerLine.closing(reason: "taskstatsd is stopping"))
            },
            { peer in
                try peer.sendHello(access: .own, delayAccounting: false, instance: "second")
                try peer.grantSubscription()
                try peer.exit(SampleRecords.exit(pid: 2))
                try rest(peer)
            },
        ])
    }

    private static let isReconnecting =
        "tsctl: taskstatsd closed the connection: taskstatsd is stopping; reconnecting\n"

    @Test func `a recording goes on after a restart, and a line of it states the gap`() throws {
        let path = directory.file("a.ndjson")
        let daemon = try restarting()
        let run = try tsctl(["record", path, "--count", "2"], daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.errors.hasPrefix(Self.isReconnecting + "tsctl: 2 records kept in \(path), none lost, 1 gap of "))
        #expect(try daemon.finish().map(\.call.method) == ["subscribe", "subscribe"])

        let lines = try #require(try Descriptor.open(path).readText()).split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[2].hasPrefix(#"{"jsonrpc":"2.0","method":"recording_gap","params":{"from":"#))
        #expect(
            lines[2].hasSuffix(
                #""reason":"taskstatsd closed the connection: taskstatsd is stopping","instance":"second","access":"own","#
                    + #""delay_accounting":false}}"#))

        let played = try tsctl(["play", path, "--json"], daemon.path).finish()
        #expect(played.status == 0)
        let shown = played.output.split(separator: "\n")
        #expect(shown.count == 3)
        #expect(shown[1].hasPrefix(#"{"gap":{"from":1"#))
        #expect(shown[1].hasSuffix(#""reason":"taskstatsd closed the connection: taskstatsd is stopping"}}"#))
        #expect(
            played.errors
                == "tsctl: delay accounting was off from here on, so only waits for a CPU are counted\n")
        let table = try tsctl(["play", path, "--fields", "ac_comm"], daemon.path).finish()
        #expect(table.output.split(separator: "\n").count == 3)
        #expect(table.errors.hasPrefix("tsctl: no connection to taskstatsd for 0."))
        #expect(table.errors.hasSuffix(" s: tasks that ended in this time are missing\n"))
        let summary = try tsctl(["play", path, "--summary", "--json"], daemon.path).finish()
        #expect(summary.output.contains(#""access":"own","complete":false,"lost":{"kernel":0,"queue":0},"gap_us":"#))
    }

    @Test func `a signal during the gap ends a recording with the gap in it and status 0`() throws {
        let path = directory.file("a.ndjson")
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.exit(SampleRecords.exit(pid: 1))
        }
        let child = try tsctl(["record", path], daemon.path)
        // The only script is over, so that nothing listens any more.
        try daemon.finish()
        try wait(for: path) { unsafe access(path, F_OK) == 0 }
        child.send(signal: SIGINT)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.errors.contains("tsctl: 1 record kept in \(path), none lost, 1 gap of "))
        let text = try #require(try Descriptor.open(path).readText())
        #expect(text.contains(#""method":"recording_gap""#))
        #expect(!text.contains(#""instance":"9f0c","access""#))
        #expect(text.hasSuffix(#""reason":"signal","exits":1,"lost":0}}"# + "\n"))
    }

    @Test func `a signal also ends it while the next daemon accepts connections and does not answer`() throws {
        let connected = try Pipe()
        let telling = connected.writing.number
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try peer.grantSubscription()
            },
            { peer in
                var byte: UInt8 = 0
                _ = unsafe Glibc.write(telling, &byte, 1)
                try peer.waitForEnd()
            },
        ])
        let child = try tsctl(["watch", "--reconnect"], daemon.path)
        var arrival = pollfd(fd: connected.reading.number, events: Int16(POLLIN), revents: 0)
        try #require(unsafe poll(&arrival, 1, 20_000) == 1, "it connects again")
        let start = SuspendingClock.now
        child.send(signal: SIGINT)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.errors.hasSuffix(" s without a connection\n"), "\(run.errors)")
        #expect(start.duration(to: .now) < .seconds(5), "an answer has a limit of 10 s")
    }

    @Test func `watch goes on with --reconnect, and reports the gap between the rows`() throws {
        let daemon = try restarting()
        let run = try tsctl(["watch", "--reconnect", "--count", "2", "--fields", "nvcsw"], daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 3)
        #expect(run.errors.hasPrefix(Self.isReconnecting + "tsctl: no connection to taskstatsd for 0."))
    }

    @Test func `in JSON the gap is a line between the exits`() throws {
        let daemon = try restarting()
        let run = try tsctl(["watch", "--reconnect", "--count", "2", "--json"], daemon.path).finish()
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].contains(#""pid":1,"#) && lines[2].contains(#""pid":2,"#))
        #expect(lines[1].hasPrefix(#"{"gap":{"from":1"#))
    }

    @Test func `a summary over a gap is not complete`() throws {
        let daemon = try restarting { peer in
            try peer.confirmUnsubscribe()
            try peer.waitForEnd()
        }
        let run = try tsctl(["watch", "--reconnect", "--summary", "--json", "--for", "1s"], daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.output.contains(#""complete":false"#))
        #expect(run.output.contains(#""tasks":2,"#))
        #expect(!run.output.contains(#""gap_us":0,"#))
    }

    @Test func `a daemon that refuses after its restart ends the command`() throws {
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try peer.grantSubscription()
            },
            { peer in
                try peer.sendHello()
                try peer.refuse(.invalidParams("cpus", "this machine has no CPU 9"))
            },
        ])
        let run = try tsctl(["watch", "--reconnect"], daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.errors.hasSuffix("tsctl: cpus: this machine has no CPU 9\n"))
    }

    @Test func `get goes on with --reconnect, and its next interval includes the gap`() throws {
        @Sendable func answer(_ peer: FakePeer, _ delay: UInt64, _ age: UInt64) throws {
            let request = try peer.request()
            guard case .get(let target, let fields, _) = request.call else { throw UnexpectedValue(request.call) }
            var record = SampleRecords.task(pid: 5)
            record.set(.cpuDelayTotal, to: delay)
            record.set(.acEtime, to: age)
            try peer.send(ServerLine.stats(request.id, of: target, record, fields: fields))
        }
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try answer(peer, 10, 8_000_000)
            },
            { peer in
                try peer.sendHello()
                try answer(peer, 17, 68_000_000)
            },
        ])
        let run = try tsctl(
            [
                "get", "--pid", "5", "--interval", "0.1", "--count", "1", "--reconnect", "--json", "--fields",
                "cpu_delay_total",
            ], daemon.path
        ).finish()
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix(#"{"gap":{"#))
        #expect(lines[1].hasSuffix(#""stats":{"cpu_delay_total":7}}"#))
    }

    @Test func `status goes on with --reconnect, and its rates start again`() throws {
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try peer.answer(#"{"connection":{}}"#)
            },
            { peer in
                try peer.sendHello()
                try peer.answer(#"{"connection":{}}"#)
                try peer.waitForEnd()
            },
        ])
        var child = try tsctl(["status", "--interval", "0.1", "--reconnect"], daemon.path)
        var screens = 0
        while screens < 2, let line = try child.line() { screens += line.hasPrefix("daemon ") ? 1 : 0 }
        child.send(signal: SIGINT)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.errors.contains("; reconnecting\ntsctl: no connection to taskstatsd for 0."))
    }

    @Test func `without --reconnect the end of the daemon ends the command`() throws {
        for arguments in [["watch"], ["record", "-", "--no-reconnect"]] {
            let daemon = try ServedDaemon(tasks: 1, "--close-after", "end")
            let run = try tsctl(arguments, daemon.path).finish()
            #expect(run.status == 1)
            #expect(
                run.errors.hasSuffix(
                    "tsctl: taskstatsd closed the connection: the recording has ended (--close-after)\n"))
        }
    }
}
