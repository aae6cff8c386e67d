/// The last record of a task, with the CPU and time of its end.
public struct ExitRecord: Sendable, Equatable {
    /// The CPU on which the task ended; -1 when the source of the record does not state it.
    public var cpu: Int
    /// The number of the record, from 1, among all records of this registration of the CPU, including lost ones.
    public var sequence: UInt64
    /// The number of the record, from 1, among all that this instance of the daemon has routed, including lost ones; nil
    /// when the source of the record does not number them.
    public var index: UInt64?
    /// The time at which the daemon read the record, in nanoseconds since 1970.
    public var time: UInt64
    /// The time at which the daemon read the record.
    public var moment: Timestamp { Timestamp(nanosecondsSince1970: time) }
    /// The thread id of the task.
    public var pid: UInt32
    /// The process of the task; nil when the kernel does not report it (struct versions below 12).
    public var tgid: UInt32?
    /// Whether the process ended with this task; nil when the kernel does not report it (struct versions below 12).
    public var isLast: Bool?
    /// The exit status of the task; nil when the kernel does not report it (struct version 1).
    public var exit: ExitStatus?
    /// The statistics of the task.
    public var task: TaskRecord
    /// The sums of the whole process, exactly when the kernel sent them: at the end of a process that had threads.
    public var process: TaskRecord?
    /// The origin of the process; nil if it was not requested, and if nothing is known.
    public var origin: ProcessOrigin?
    /// The groups of fields that the daemon withheld from this client; empty within the daemon.
    public var redacted: [FieldGroup] = []
    /// The value of `cpu` when the CPU is unknown.
    package static let unknownCPU = -1
    /// Whether the daemon withheld the sums of the process because they may include threads of other users.
    public var isProcessWithheld = false

    /// Creates a record whose other properties follow from the statistics of the task.
    public init(
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
        // AGROUP and ac_tgid have the same first struct version; without ac_tgid the absence of AGROUP means nothing.
        isLast = tgid == nil ? nil : task.flags?.contains(.lastOfProcess)
    }

    /// Creates a record from the keys that a client reads.
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

/// The exits that a client subscribes to.
@nonexhaustive
public enum RecordScope: String, Sendable, Hashable, CaseIterable {
    /// Every task that ends, including each thread of a process.
    case task
    /// Only the record with which a process ends.
    case process
}

/// A consumer of the exit records of all CPUs, in the order in which they were read.
package protocol ExitSink: ~Copyable {
    /// Receives the record of a task that ended.
    mutating func exited(_ record: inout ExitRecord)
    /// Receives the number of records of a CPU that are missing at this point.
    mutating func lost(cpu: Int, count: UInt64)
}
