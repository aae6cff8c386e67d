import Netlink
import TaskstatsModel

/// Decodes the records in a message of the taskstats family, for exits and for answers to queries.
///
/// A message holds the record of a task, the record of a process, or both. Walking the attributes checks every length;
/// ``TaskRecord`` interprets the bytes of a record, and ``RecordValidator`` decides which of its values are facts.
package struct RecordDecoder: Sendable {
    /// The content of one message.
    package struct Records {
        /// The pid that the kernel sent with the task's record.
        package var pid: UInt32?
        /// The task's record.
        package var task: TaskRecord?
        /// The tgid that the kernel sent with the process's record.
        package var tgid: UInt32?
        /// The process's record.
        package var process: TaskRecord?
    }

    /// The struct version used for version 0 when there is no task record.
    package var fallbackVersion: UInt16?

    /// Creates a decoder.
    package init(fallbackVersion: UInt16? = nil) { self.fallbackVersion = fallbackVersion }

    /// Decodes the payload of a message, from its generic netlink header on.
    package func decode(_ payload: RawSpan) throws(NetlinkError) -> Records {
        var records = Records()
        try GenericNetlinkMessage.read(payload) { (command, attributes) throws(NetlinkError) in
            guard command == TaskstatsFamily.Command.new else { throw .malformed("command \(command)") }
            try NetlinkMessage.forEachAttribute(in: attributes) { (type, nest) throws(NetlinkError) in
                switch type {
                case TaskstatsFamily.ReplyAttribute.taskAggregate:
                    try read(nest, number: TaskstatsFamily.ReplyAttribute.pid) { (pid, bytes) throws(NetlinkError) in
                        records.pid = pid
                        records.task = try record(bytes, .task, version: nil)
                    }
                case TaskstatsFamily.ReplyAttribute.processAggregate:
                    let version = records.task?.version ?? fallbackVersion
                    try read(nest, number: TaskstatsFamily.ReplyAttribute.tgid) { (tgid, bytes) throws(NetlinkError) in
                        records.tgid = tgid
                        records.process = try record(bytes, .process, version: version)
                    }
                default:
                    // Padding, and additions of later kernels.
                    break
                }
            }
        }
        return records
    }

    @inline(__always)
    private func read(
        _ nest: RawSpan, number: UInt16, _ body: (UInt32, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var id: UInt32?
        try NetlinkMessage.forEachAttribute(in: nest) { (type, value) throws(NetlinkError) in
            switch type {
            case number: id = value.load(0)
            case TaskstatsFamily.ReplyAttribute.stats:
                guard let id else { throw .malformed("statistics before their id") }
                try body(id, value)
            default: break
            }
        }
    }

    @inline(__always)
    private func record(
        _ bytes: RawSpan, _ kind: TaskRecord.Kind, version: UInt16?
    ) throws(NetlinkError) -> TaskRecord {
        do throws(TaskRecord.DecodingError) {
            return try TaskRecord(kernelBytes: bytes, kind: kind, versionOfTask: version)
        } catch {
            switch error {
            case .tooShort(let count): throw .malformed("struct taskstats of \(count) bytes")
            case .unknownVersion: throw .malformed("struct taskstats of version 0")
            }
        }
    }
}
