import CommandSupport
import Taskstats

/// A task or process in one interval.
struct TopRow: Equatable {
    /// The identity of a task.
    struct Identity: Hashable {
        var command: String
        var uid: UInt32?

        init(command: String, uid: UInt32?) {
            self.command = command
            self.uid = uid
        }

        init(_ record: TaskRecord) {
            command = record.commandBytes.map { PrintableText.of(name: $0) } ?? "?"
            uid = record[.acUid].map { UInt32(truncatingIfNeeded: $0) }
        }

        /// The fields that identify a task, with its parent and its age.
        static let fields: FieldSet = [.acComm, .acUid, .acPpid, .acEtime]
    }

    /// The exit of a task in the interval.
    struct End: Equatable {
        /// The exit status; nil if the kernel does not report it.
        var status: ExitStatus?
        /// The lifetime, in microseconds.
        var ageMicroseconds: UInt64
    }

    var id: UInt32
    var identity: Identity?
    /// The activity in the interval; nil if it is unknown, as for a task that appears for the first time.
    var spent: TimeSpent?
    /// The parent process; nil if it is unknown, or if the tasks of the row have different parents.
    var parent: UInt32?
    /// The bytes read from and written to storage in the interval; nil if they are unknown.
    var traffic: StorageTraffic?
    var end: End?
    /// The control group; nil if it is unknown, and if nothing needs it.
    var cgroup: ControlGroup?
    /// The tasks that are added up in the row; nil for a single task.
    var members: TopGroup?
    /// The number of exits in the row.
    var count = 1
}

extension TopRow {
    /// Returns the parent process in the record of a task.
    static func parent(in record: TaskRecord) -> UInt32? { record[.acPpid].map { UInt32(truncatingIfNeeded: $0) } }

    /// The common properties of exits that share a row.
    struct Group: Hashable {
        let identity: Identity?
        let status: ExitStatus?
    }

    /// The group of the row; nil for a living task.
    var group: Group? { end.map { Group(identity: identity, status: $0.status) } }

    /// Adds another row of the group.
    mutating func add(_ other: TopRow) {
        count += other.count
        if parent != other.parent { parent = nil }
        if traffic != nil || other.traffic != nil {
            traffic = (traffic ?? .unknown) + (other.traffic ?? .unknown)
        }
        if let more = other.spent { spent = spent.map { $0 + more } ?? more }
        if let age = other.end?.ageMicroseconds, age > end?.ageMicroseconds ?? 0 { end?.ageMicroseconds = age }
    }
}
