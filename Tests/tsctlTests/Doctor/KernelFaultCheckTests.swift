import Glibc
import Testing

@testable import Taskstats
@testable import TaskstatsProtocol
@testable import tsctl

/// What doctor finds out about numbers of the kernel that are wrong.
@Suite struct KernelFaultCheckTests {
    private func finding(_ outcome: ImpossibleWaitCheck.Outcome) -> Finding {
        ImpossibleWaitCheck(outcome: outcome).finding
    }

    @Test func `waits longer than the life of their task are a warning with the consequence`() {
        let found = finding(.tried(.init(directory: "/var/tmp", waiting: 24, impossible: 22)))
        #expect(found.verdict == .warning)
        #expect(found.text.hasPrefix("kernel fault: 22 of 24 children "))
        #expect(found.text.contains("omitted as implausible"))
        #expect(found.fix?.contains("contrib/docs/impossible-waits.md") == true)
    }

    @Test func `waits that are all possible are well, and a trial without waits proves nothing`() {
        #expect(finding(.tried(.init(directory: "/var/tmp", waiting: 24))).verdict == .ok)
        #expect(
            finding(.tried(.init(directory: "/var/tmp")))
                == .unknown("block I/O waits", "not tested: no child waited for the disk in /var/tmp"))
        for outcome in [.notTried, .notReported, .notCounted, .noWriter(errno: ENOSPC)] as [ImpossibleWaitCheck.Outcome]
        {
            #expect(finding(outcome).verdict == .unknown)
        }
    }

    @Test func `the records of the trial are counted by what the daemon says of them`() {
        var result = ImpossibleWaitCheck.Result(directory: "/var/tmp")
        var record = TaskRecord(kind: .task)
        record.set(.blkioCount, to: 0)
        result.add(record)
        record.set(.blkioCount, to: 2)
        result.add(record)
        record.setAside(WaitKind.blkio.fields)
        result.add(record)
        #expect(result == .init(directory: "/var/tmp", waiting: 2, impossible: 1))
    }

    @Test func `sums without ended threads are a warning that names the fields`() {
        func finding(_ isComplete: Bool?) -> Finding {
            var hello = ServerInfo(
                server: "", instance: "9f0c", kernelRelease: "6.12", taskstatsVersion: 14, possibleCPUs: "0",
                onlineCPUs: "0", delayAccounting: true, uid: 0, access: .all,
                limits: ServiceLimits(queueBytes: 1, connectionsPerUID: 1))
            hello.processSumsAreComplete = isComplete
            return ProcessSumsCheck(server: hello).finding
        }
        #expect(finding(true).verdict == .ok)
        #expect(finding(nil).verdict == .unknown)
        #expect(ProcessSumsCheck(server: nil).finding.verdict == .unknown)
        let incomplete = finding(false)
        #expect(incomplete.verdict == .warning)
        for field in RecordValidator.sumsOfLivingThreads { #expect(incomplete.text.contains(field.name)) }
    }
}
