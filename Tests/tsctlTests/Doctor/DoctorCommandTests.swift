import Glibc
import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

/// The built `tsctl doctor`, mostly where no daemon is.
@Suite(.timeLimit(.minutes(1))) struct DoctorCommandTests {
    private func doctor(_ arguments: String...) throws -> ChildProcess.Result {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["doctor"] + arguments, environment: ["PATH": "/usr/bin:/bin"]
        ).finish()
    }

    @Test func `without a daemon it reports what is missing, checks everything else, and ends with 1`() throws {
        let run = try doctor("--socket", "/nonexistent/socket")
        #expect(run.status == 1)
        #expect(run.errors == "")
        let lines = run.output.split(separator: "\n")
        #expect(lines[0] == "failed   socket               /nonexistent/socket does not exist")
        #expect(lines[1].hasSuffix("fix: sudo taskstatsd --socket /nonexistent/socket"))
        #expect(lines.contains { $0.hasPrefix("failed   daemon ") })
        #expect(lines.contains { $0.hasPrefix("unknown  access ") })
        #expect(lines.contains { $0.hasPrefix("ok       user namespace ") || $0.hasPrefix("warning  user namespace ") })
        #expect(!run.output.contains("\u{1b}"))
    }

    @Test func `a stale socket is distinguished from a missing one`() throws {
        let directory = try TemporaryDirectory()
        _ = try UnixSocket.bind(to: directory.file("socket"))
        let run = try doctor("--socket", directory.file("socket"))
        #expect(run.status == 1)
        #expect(run.output.hasPrefix("failed   socket               \(directory.file("socket")) is stale: nothing"))
    }

    @Test func `a listener that does not follow the protocol is named`() throws {
        let daemon = try FakeDaemon(serving: [{ _ in }, { try $0.send(text: "220 smtp\n") }])
        let run = try doctor("--socket", daemon.path, "--json")
        #expect(run.status == 1)
        #expect(run.output.contains(#"{"check":"daemon","verdict":"failed","text":"pid \#(getpid()) ("#))
        #expect(run.output.contains("does not follow the protocol of taskstatsd"))
    }

    @Test func `a daemon that reports no exit fails`() throws {
        let daemon = try FakeDaemon(serving: [
            { _ in },
            { peer in
                try peer.sendHello()
                try peer.send(ServerLine.stats(try peer.request().id, of: .pid(1), SampleRecords.task(), fields: .all))
                try peer.grantSubscription()
                try peer.answer(#"{"connection":{}}"#)
                try peer.confirmUnsubscribe()
            },
        ])
        let run = try doctor("--socket", daemon.path)
        #expect(run.status == 1)
        #expect(run.output.contains("ok       get                  the daemon answered a query for tsctl itself\n"))
        #expect(run.output.contains("failed   exits                the record of pid "))
        let call = try daemon.finish()[1].call
        guard case .subscribe(let parameters, _) = call else { throw UnexpectedValue(call) }
        #expect(parameters.filter.ppids?.count == 1)
    }
}
