/// The last record of a task, with where and when it ended.
public struct ExitRecord: Sendable, Equatable {
    /// The CPU on which the task ended.
    public var cpu: Int
    /// Counts every record that the kernel produced for this registration of the CPU, lost ones included; from 1.
    public var sequence: UInt64
    /// When the daemon read the record, in nanoseconds since 1970.
    public var time: UInt64
    /// When the daemon read the record.
    public var moment: Timestamp { Timestamp(nanosecondsSince1970: time) }
    /// The thread id of the task.
    public var pid: UInt32
    /// The process that the task belonged to; nil where the kernel cannot tell (struct versions below 12).
    public var tgid: UInt32?
    /// Whether the process ended with this task; nil where the kernel cannot tell (struct versions below 12).
    public var isLast: Bool?
    /// How the task ended; nil where the kernel cannot tell (struct version 1).
    public var exit: ExitStatus?
    /// What the kernel counted for the task.
    public var task: TaskRecord
    /// The sums of the whole process, exactly when the kernel sent them: at the end of a process that had threads.
    public var process: TaskRecord?
    /// The groups of members that the daemon withheld from this client; empty within the daemon.
    public var redacted: [FieldGroup] = []

    /// A record of a task, described by what its own statistics say.
    package init(
        cpu: Int, sequence: UInt64 = 0, time: UInt64 = 0, pid: UInt32, task: TaskRecord, process: TaskRecord? = nil
    ) {
        self.cpu = cpu
        self.sequence = sequence
        self.time = time
        self.pid = pid
        self.task = task
        self.process = process
        tgid = task[.acTgid].map(UInt32.init(truncatingIfNeeded:))
        exit = task.exitStatus
        // AGROUP came with the same struct version as ac_tgid; without the one the other's absence says nothing.
        isLast = tgid == nil ? nil : task.flags?.contains(.lastOfProcess)
    }

    /// A record as a client reads it, member by member.
    package init(
        cpu: Int, sequence: UInt64, time: UInt64, pid: UInt32, tgid: UInt32?, isLast: Bool?, exit: ExitStatus?,
        task: TaskRecord, process: TaskRecord?
    ) {
        self.cpu = cpu
        self.sequence = sequence
        self.time = time
        self.pid = pid
        self.tgid = tgid
        self.isLast = isLast
        self.exit = exit
        self.task = task
        self.process = process
    }
}

/// Which exits a client wants to hear of.
public enum RecordScope: String, Sendable, Hashable, CaseIterable {
    /// Every task that ends, each thread of a process on its own.
    case task
    /// Only the record with which a process ends.
    case process
}
