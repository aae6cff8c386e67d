import Glibc
import Testing

@testable import TaskstatsClient
@testable import tsctl

/// What doctor makes of a socket and of who listens on it.
@Suite struct SocketCheckTests {
    private func finding(_ file: SocketCheck.File, _ attempt: SocketCheck.Attempt) -> Finding {
        SocketCheck(path: "/run/t/s.sock", file: file, attempt: attempt, startCommand: "start it").finding
    }

    @Test func `a socket for everybody that somebody listens on is well`() {
        #expect(
            finding(.socket(mode: 0o666, owner: "root"), .connected)
                == .ok("socket", "/run/t/s.sock, mode 0666, owner root"))
    }

    @Test func `a socket that keeps users out is told also to those whom it lets in`() {
        let kept = finding(.socket(mode: 0o600, owner: "root"), .connected)
        #expect(kept.verdict == .warning)
        #expect(kept.mend == "sudo chmod 0666 /run/t/s.sock")
        let refused = finding(.socket(mode: 0o600, owner: "root"), .failed(EACCES))
        #expect(refused.verdict == .failed)
        #expect(refused.text.contains("mode 0600, owner root: you may not connect"))
        #expect(refused.mend == "sudo chmod 0666 /run/t/s.sock")
        #expect(
            finding(.socket(mode: 0o666, owner: "root"), .failed(EACCES)).mend == "sudo chmod o+x /run/t",
            "then it is the directory")
    }

    @Test(arguments: [
        (SocketCheck.File.missing, ENOENT, "there is no", "start it"),
        (.socket(mode: 0o666, owner: "root"), ECONNREFUSED, "is stale", "start it"),
        (.somethingElse, ENOTSOCK, "is not a socket", "sudo rm /run/t/s.sock && start it"),
        (.hidden("Permission denied"), EACCES, "cannot look", "sudo chmod o+x /run/t"),
        (.socket(mode: 0o666, owner: "root"), EAGAIN, "accepts no connection", "sudo systemctl restart taskstatsd"),
    ])
    func `what keeps clients from it is named with what mends it`(
        file: SocketCheck.File, errno: Int32, text: String, mend: String
    ) {
        let finding = finding(file, .failed(errno))
        #expect(finding.verdict == .failed)
        #expect(finding.text.contains(text))
        #expect(finding.mend == mend)
    }

    // MARK: Who answers

    private let daemon = DaemonCheck.Process(pid: 812, name: "taskstatsd", user: "root")

    private func finding(
        _ greeting: DaemonCheck.Greeting, listener: DaemonCheck.Process? = nil, daemons: [DaemonCheck.Process] = []
    ) -> Finding {
        DaemonCheck(
            greeting: greeting, listener: listener, daemons: daemons, socket: "/run/t/s.sock", startCommand: "start it"
        ).finding
    }

    @Test func `a daemon is named with its process, also where systemd made its socket`() {
        let text = "taskstatsd/\(Release.version), protocol 1.0, pid 812 (taskstatsd, user root)"
        let systemd = DaemonCheck.Process(pid: 1, name: "systemd", user: "root")
        #expect(finding(.greeted(SampleServer.greeting()), listener: daemon) == .ok("daemon", text))
        #expect(
            finding(.greeted(SampleServer.greeting()), listener: systemd, daemons: [daemon]) == .ok("daemon", text))
    }

    @Test func `a daemon of another version is told`() {
        let other = finding(.greeted(SampleServer.greeting(server: "taskstatsd/0.0.9")), listener: daemon)
        #expect(other.verdict == .warning)
        #expect(other.text.contains("taskstatsd/0.0.9") && other.text.hasSuffix("tsctl is \(Release.version)"))
    }

    @Test func `a daemon that refuses this user is well`() {
        let error = TaskstatsError(.permissionDenied, "taskstatsd does not serve this user")
        #expect(finding(.refused(error), listener: daemon).verdict == .ok)
    }

    @Test func `a daemon that is stopped can be let go on`() {
        var stopped = daemon
        stopped.isStopped = true
        let finding = finding(.refused(.timedOut), listener: stopped)
        #expect(finding.text == "pid 812 (taskstatsd, user root) does not answer: it is stopped")
        #expect(finding.mend == "sudo kill -CONT 812")
    }

    @Test func `something else that listens there is named`() {
        let nginx = DaemonCheck.Process(pid: 77, name: "ngi\u{1b}nx", user: "www")
        let finding = finding(.refused(.violation("it does not greet")), listener: nginx, daemons: [daemon])
        #expect(finding.verdict == .failed)
        #expect(finding.text.hasPrefix("pid 77 (ngi\\x1bnx, user www) listens, and: what answers"))
        #expect(DaemonCheck.Process(pid: 77, name: nil, user: "www").text == "pid 77 (user www)")
    }

    @Test(arguments: [["--socket", "/tmp/other"], ["--socket=/tmp/other"]])
    func `a daemon on another socket is found`(options: [String]) {
        var other = daemon
        other.arguments = ["taskstatsd"] + options
        #expect(finding(.nobody, daemons: [other]).mend == "tsctl doctor --socket /tmp/other")
    }

    @Test func `without a daemon it is to be started`() {
        #expect(finding(.nobody) == .failed("daemon", "no taskstatsd runs", mend: "start it"))
    }
}
