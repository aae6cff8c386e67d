import Taskstats
import TaskstatsProtocol
import TestSupport

@testable import tsctl

/// A recording made by hand: one task a second on the CPUs 0 and 1 in turn, with the ids from 1 on.
enum SampleRecording {
    static let start: UInt64 = 1_795_400_000_000_000_000

    static func header(access: AccessTier = .all, version: Int = 16) -> RecordingHeader {
        var subscription = Subscription()
        subscription.cpus = CPUSet(0...1)
        let server = ServerInfo(
            server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: version,
            possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: true, uid: 1_000, access: access,
            limits: ServiceLimits(queueBytes: 0, connectionsPerUID: 0))
        return RecordingHeader(host: "db1", start: start, server: server, subscription: subscription)
    }

    static func exit(_ pid: UInt32) -> ExitRecord {
        var record = SampleRecords.exit(pid: pid, command: pid % 2 == 0 ? "make" : "git")
        record.cpu = Int(pid - 1) % 2
        record.sequence = UInt64(pid + 1) / 2
        record.time = start + UInt64(pid) * 1_000_000_000
        return record
    }

    /// Returns a recording of this number of tasks.
    static func tasks(_ count: UInt32, access: AccessTier = .all) -> ServedRecording {
        var recording = ServedRecording(header: header(access: access))
        for pid in 1...count { recording.append(exit(pid)) }
        return recording
    }

    /// Returns the lines of the file of such a recording.
    static func file(_ count: UInt32) -> [UInt8] {
        var bytes = header().line.array
        for pid in 1...count {
            var line = ByteBuffer(capacity: RecordEncoder.exitLineLimit)
            RecordEncoder.appendExitLine(exit(pid), fields: .all, redacted: [], to: &line)
            bytes += line.array
        }
        return bytes
    }
}
