import Glibc
import Testing

@testable import Taskstats
@testable import tsctl

/// What doctor makes of a socket and of who listens on it.
@Suite struct SocketCheckTests {
    private func finding(_ file: SocketCheck.File, _ attempt: SocketCheck.Attempt) -> Finding {
        SocketCheck(path: "/run/t/s.sock", file: file, attempt: attempt, startCommand: "start it").finding
    }

    @Test func `a socket for every user with a listener is ok`() {
        #expect(
            finding(.socket(mode: 0o666, owner: "root"), .connected)
                == .ok("socket", "/run/t/s.sock, mode 0666, owner root"))
    }

    @Test func `a socket with a restrictive mode is a warning even for users who can connect`() {
        let kept = finding(.socket(mode: 0o600, owner: "root"), .connected)
        #expect(kept.verdict == .warning)
        #expect(kept.fix == "sudo chmod 0666 /run/t/s.sock")
        let refused = finding(.socket(mode: 0o600, owner: "root"), .failed(EACCES))
        #expect(refused.verdict == .failed)
        #expect(refused.text.contains("mode 0600, owner root: permission denied"))
        #expect(refused.fix == "sudo chmod 0666 /run/t/s.sock")
        #expect(
            finding(.socket(mode: 0o666, owner: "root"), .failed(EACCES)).fix == "sudo chmod o+x /run/t",
            "then it is the directory")
    }

    @Test(arguments: [
        (SocketCheck.File.missing, ENOENT, "does not exist", "start it"),
        (.socket(mode: 0o666, owner: "root"), ECONNREFUSED, "is stale", "start it"),
        (.notSocket, ENOTSOCK, "is not a socket", "sudo rm /run/t/s.sock && start it"),
        (.hidden("Permission denied"), EACCES, "cannot examine", "sudo chmod o+x /run/t"),
        (.socket(mode: 0o666, owner: "root"), EAGAIN, "not accept connections", "sudo systemctl restart taskstatsd"),
    ])
    func `a problem of the socket is reported with its fix`(
        file: SocketCheck.File, errno: Int32, text: String, fix: String
    ) {
        let finding = finding(file, .failed(errno))
        #expect(finding.verdict == .failed)
        #expect(finding.text.contains(text))
        #expect(finding.fix == fix)
    }

    // MARK: Who answers

    private let daemon = DaemonCheck.Process(pid: 812, name: "taskstatsd", user: "root")

    private func finding(
        _ handshake: DaemonCheck.Handshake, listener: DaemonCheck.Process? = nil, daemons: [DaemonCheck.Process] = []
    ) -> Finding {
        DaemonCheck(
            handshake: handshake, listener: listener, daemons: daemons, socket: "/run/t/s.sock",
            startCommand: "start it"
        ).finding
    }

    @Test func `a daemon is named with its process, also where systemd made its socket`() {
        let text = "taskstatsd/\(Release.version), protocol 1.1, pid 812 (taskstatsd, user root)"
        let systemd = DaemonCheck.Process(pid: 1, name: "systemd", user: "root")
        #expect(finding(.connected(SampleServer.handshake()), listener: daemon) == .ok("daemon", text))
        #expect(
            finding(.connected(SampleServer.handshake()), listener: systemd, daemons: [daemon]) == .ok("daemon", text))
    }

    @Test func `a daemon of another version is a warning`() {
        let other = finding(.connected(SampleServer.handshake(server: "taskstatsd/0.0.9")), listener: daemon)
        #expect(other.verdict == .warning)
        #expect(other.text.contains("taskstatsd/0.0.9") && other.text.hasSuffix("tsctl is \(Release.version)"))
    }

    @Test func `a daemon that refuses this user is well`() {
        let error = TaskstatsError(.permissionDenied, "taskstatsd does not serve this user")
        #expect(finding(.refused(error), listener: daemon).verdict == .ok)
    }

    @Test func `a stopped daemon can be continued`() {
        var stopped = daemon
        stopped.isStopped = true
        let finding = finding(.refused(.timedOut), listener: stopped)
        #expect(finding.text == "pid 812 (taskstatsd, user root) does not answer: it is stopped")
        #expect(finding.fix == "sudo kill -CONT 812")
    }

    @Test func `something else that listens there is named`() {
        let nginx = DaemonCheck.Process(pid: 77, name: "ngi\u{1b}nx", user: "www")
        let finding = finding(.refused(.violation("no handshake")), listener: nginx, daemons: [daemon])
        #expect(finding.verdict == .failed)
        #expect(finding.text.hasPrefix("pid 77 (ngi\\x1bnx, user www) listens, but the server does not"))
        #expect(DaemonCheck.Process(pid: 77, name: nil, user: "www").text == "pid 77 (user www)")
    }

    @Test(arguments: [["--socket", "/tmp/other"], ["--socket=/tmp/other"]])
    func `a daemon on another socket is found`(options: [String]) {
        var other = daemon
        other.arguments = ["taskstatsd"] + options
        #expect(finding(.noDaemon, daemons: [other]).fix == "tsctl doctor --socket /tmp/other")
    }

    @Test func `without a daemon it is to be started`() {
        #expect(finding(.noDaemon) == .failed("daemon", "taskstatsd is not running", fix: "start it"))
    }
}
