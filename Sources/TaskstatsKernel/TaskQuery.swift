import LinuxSystem
import Netlink
import TaskstatsModel

/// Asks the kernel for the statistics of tasks that live, over a socket of its own.
///
/// Queries never share a socket with exit records: a full socket loses answers and acknowledgements too, and its drop
/// counter must mean records only. An answer is queued when send returns, so nothing here waits.
package struct TaskQuery<Port: NetlinkPort & ~Copyable>: ~Copyable {
    private let port: Port
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let decoder = RecordDecoder()
    private var sequence: UInt32 = 0

    /// Queries over this port, which is used for nothing else.
    package init(port: consuming Port, family: TaskstatsFamily, batch: MessageBatch) {
        self.port = port
        self.family = family
        self.batch = batch
    }

    /// The record of one task; a pid that does not live is refused with ESRCH.
    package mutating func task(pid: UInt32) throws(NetlinkError) -> TaskRecord {
        let request = try family.get(pid: pid, sequence: next())
        guard let record = try records(request).task else { throw .unanswered(operation: request.operation) }
        return record
    }

    /// The sums over all tasks of a process, by the id of any of them.
    package mutating func process(tgid: UInt32) throws(NetlinkError) -> TaskRecord {
        let request = try family.get(tgid: tgid, sequence: next())
        guard let record = try records(request).process else { throw .unanswered(operation: request.operation) }
        return record
    }

    /// The tasks of a cgroup by state, through a descriptor of its version 1 directory.
    ///
    /// For a descriptor of anything else the kernel reports success and sends nothing: unanswered.
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
