import TaskstatsModel
import TaskstatsProtocol

/// A recording made by hand: one task a second on the CPUs 0 and 1 in turn, with the ids from 1 on.
package enum SampleRecording {
    /// The time at which it begins.
    package static let start: UInt64 = 1_795_400_000_000_000_000

    /// Returns the header.
    package static func header(
        access: AccessTier = .all, version: Int = 16, delayAccounting: Bool = true, starts: Bool = false
    ) -> RecordingHeader {
        let subscription = Subscription(cpus: CPUSet(0...1), origin: starts, starts: starts)
        let server = ServerInfo(
            server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: version,
            possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: delayAccounting, uid: 1_000, access: access,
            limits: ServiceLimits(queueBytes: 0, connectionsPerUID: 0))
        return RecordingHeader(host: "db1", start: start, server: server, subscription: subscription)
    }

    /// Returns the exit of a task; those with an even id are of make, the others of git.
    package static func exit(_ pid: UInt32) -> ExitRecord {
        var record = SampleRecords.exit(pid: pid, command: pid % 2 == 0 ? "make" : "git")
        record.cpu = Int(pid - 1) % 2
        record.sequence = UInt64(pid + 1) / 2
        record.time = start + UInt64(pid) * 1_000_000_000
        return record
    }

    /// Returns the exit of a task as a served recording has it, with its index.
    package static func servedExit(_ pid: UInt32) -> ExitRecord {
        var record = exit(pid)
        record.index = UInt64(pid)
        return record
    }

    /// Returns the bytes of a recording of these records.
    package static func file(_ exits: some Sequence<ExitRecord>, header: RecordingHeader = header()) -> [UInt8] {
        header.line.array + lines(exits)
    }

    /// Returns the lines of records in a recording.
    package static func lines(_ exits: some Sequence<ExitRecord>) -> [UInt8] {
        var bytes: [UInt8] = []
        for exit in exits {
            var line = ByteBuffer(capacity: RecordEncoder.exitLineLimit)
            RecordEncoder.appendExitLine(
                exit, fields: .all, redacted: exit.redacted, origin: exit.origin.map(EncodedOrigin.init), to: &line)
            bytes += line.array
        }
        return bytes
    }
}
