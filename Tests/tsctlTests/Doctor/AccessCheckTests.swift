import CommandSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// What doctor says of who this user is to the daemon, and whether the daemon does its work for them.
@Suite struct AccessCheckTests {
    private func finding(_ handshake: DaemonCheck.Handshake, uid: UInt32 = 1_000, _ group: AccessCheck.Group) -> Finding
    {
        AccessCheck(handshake: handshake, uid: uid, user: "alice", group: group).finding
    }

    private let own = DaemonCheck.Handshake.connected(SampleServer.handshake(access: .own, uid: 1_000))

    @Test func `the reason for access to every process is reported`() {
        let all = DaemonCheck.Handshake.connected(SampleServer.handshake())
        #expect(finding(all, uid: 0, .missing) == .ok("access", "every process: you are root"))
        #expect(finding(all, .member) == .ok("access", "every process: alice is in the group taskstats"))
        #expect(finding(all, .notMember) == .ok("access", "every process: alice is in the daemon's --group"))
    }

    @Test func `access to own processes is ok, with the way to see more`() {
        #expect(
            finding(own, .notMember)
                == .ok(
                    "access",
                    "only the processes of alice; members of taskstats see all: sudo usermod -aG taskstats alice"))
        #expect(finding(own, .missing).verdict == .ok)
    }

    @Test func `a membership that has no effect yet is a warning`() {
        #expect(finding(own, .memberLater).fix == "log in again, or: newgrp taskstats")
        #expect(finding(own, .member).fix == "sudo systemctl restart taskstatsd")
        #expect([.memberLater, .member].allSatisfy { finding(own, $0).verdict == .warning })
    }

    @Test func `a user whom the daemon sees as another gets a warning`() {
        #expect(
            finding(own, uid: 0, .missing).text == "only the processes of alice, whom the daemon sees as uid 1000")
    }

    @Test func `a refusal has the daemon's reason, a socket that is closed to us none`() {
        let refused = TaskstatsError(.permissionDenied, "taskstatsd does not serve this user: another pid namespace")
        #expect(finding(.refused(refused), .notMember).verdict == .failed)
        #expect(finding(.refused(refused), .notMember).text.hasSuffix("another pid namespace"))
        #expect(finding(.noDaemon, .notMember).verdict == .unknown)
    }

    // MARK: At work

    @Test func `a request about tsctl itself must be answered, whatever hides processes`() {
        let denied = TaskstatsError(.permissionDenied, "task 7 is not yours")
        #expect(QueryCheck(answer: .success(TaskRecord(kind: .task)), hiding: "hidepid=2").finding.verdict == .ok)
        #expect(QueryCheck(answer: nil, hiding: nil).finding.verdict == .unknown)
        let hidden = QueryCheck(answer: .failure(denied), hiding: "hidepid=2").finding
        #expect(hidden.verdict == .failed)
        #expect(hidden.text.contains("/proc is mounted with hidepid=2"))
        #expect(hidden.fix?.contains("SupplementaryGroups=") == true)
        let unseen = TaskstatsError(.noSuchTask, "no task with id 7")
        #expect(QueryCheck(answer: .failure(unseen), hiding: "hidepid=invisible").finding.fix == hidden.fix)
        #expect(QueryCheck(answer: .failure(denied), hiding: nil).finding.fix?.contains("journalctl") == true)
    }

    @Test(arguments: [
        (ExitCheck.Outcome.arrived(cpu: 1), Verdict.ok), (.lost(3), .warning), (.missing(pid: 7), .failed),
        (.failed(.disconnected), .failed), (.noChild(errno: 22), .unknown), (.notTried, .unknown),
    ])
    func `the exit of a child must be reported`(outcome: ExitCheck.Outcome, verdict: Verdict) {
        #expect(ExitCheck(outcome: outcome).finding.verdict == verdict)
    }
}
