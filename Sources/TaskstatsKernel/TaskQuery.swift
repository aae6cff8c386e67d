import LinuxSystem
import Netlink
import TaskstatsModel

/// Queries the kernel for the statistics of running tasks, over its own socket.
///
/// Queries never share a socket with exit records: a full socket also loses answers and acknowledgements, and its drop
/// counter must count records only. An answer is queued when send returns, so nothing here waits.
package struct TaskQuery<Port: NetlinkPort & ~Copyable>: ~Copyable {
    private let port: Port
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let decoder = RecordDecoder()
    /// Validates every returned record.
    package var validator = RecordValidator()
    private var sequence: UInt32 = 0

    /// Creates a query over this port, which is used for nothing else.
    package init(port: consuming Port, family: TaskstatsFamily, batch: MessageBatch) {
        self.port = port
        self.family = family
        self.batch = batch
    }

    /// Returns the record of one task; fails with ESRCH when no task has the pid.
    package mutating func task(pid: UInt32) throws(NetlinkError) -> TaskRecord {
        let request = try family.get(pid: pid, sequence: next())
        guard var record = try records(request).task else { throw .unanswered(operation: request.operation) }
        validator.validate(task: &record)
        return record
    }

    /// Returns the sums over all tasks of a process, by the id of any of them.
    ///
    /// The sums do not contain the age of the process. If it is required and `age` (in microseconds) is nil, this takes
    /// another query, of the first task; if that fails, the age stays unknown.
    package mutating func process(tgid: UInt32, age: UInt64? = nil) throws(NetlinkError) -> TaskRecord {
        let request = try family.get(tgid: tgid, sequence: next())
        guard var record = try records(request).process else { throw .unanswered(operation: request.operation) }
        let isAgeMissing = age == nil && validator.needsAge(of: record)
        validator.validate(process: &record, age: isAgeMissing ? (try? task(pid: tgid))?[.acTgetime] : age)
        return record
    }

    /// Returns the number of tasks of a cgroup by state, through a descriptor of its version 1 directory.
    ///
    /// For any other descriptor the kernel reports success but sends nothing, which fails as unanswered.
    package mutating func cgroup(directory: Int32) throws(NetlinkError) -> CgroupStats {
        let request = try family.get(cgroup: directory, sequence: next())
        var stats: CgroupStats?
        try port.exchange(request, batch: batch) { (_, payload) throws(NetlinkError) in
            try GenericNetlinkMessage.read(payload) { (command, attributes) throws(NetlinkError) in
                guard command == TaskstatsFamily.Command.cgroupNew else { return }
                try NetlinkMessage.forEachAttribute(in: attributes) { (type, value) throws(NetlinkError) in
                    guard type == TaskstatsFamily.ReplyAttribute.cgroupStats else { return }
                    stats = try Self.cgroupStats(value)
                }
            }
        }
        guard let stats else { throw .unanswered(operation: request.operation) }
        return stats
    }

    private mutating func next() -> UInt32 {
        sequence &+= 1
        return sequence
    }

    private borrowing func records(
        _ request: GenericNetlinkRequest
    ) throws(NetlinkError) -> RecordDecoder.Records {
        var records = RecordDecoder.Records()
        try port.exchange(request, batch: batch) { (_, payload) throws(NetlinkError) in
            records = try decoder.decode(payload)
        }
        return records
    }

    private static func cgroupStats(_ bytes: RawSpan) throws(NetlinkError) -> CgroupStats {
        guard let sleeping: UInt64 = bytes.load(0), let running: UInt64 = bytes.load(8),
            let stopped: UInt64 = bytes.load(16), let uninterruptible: UInt64 = bytes.load(24),
            let ioWait: UInt64 = bytes.load(32)
        else { throw .malformed("a struct cgroupstats of \(bytes.byteCount) bytes") }
        return CgroupStats(
            sleeping: sleeping, running: running, stopped: stopped, uninterruptible: uninterruptible, ioWait: ioWait)
    }
}
