import TaskstatsClient

/// A task or process in one interval.
struct TopRow: Equatable {
    /// Who it is.
    struct Identity: Equatable {
        var command: String
        var uid: UInt32?

        init(command: String, uid: UInt32?) {
            self.command = command
            self.uid = uid
        }

        init(_ record: TaskRecord) {
            command = record.command.map(PrintableText.of) ?? "?"
            uid = record[.acUid].map { UInt32(truncatingIfNeeded: $0) }
        }

        static let fields: FieldSet = [.acComm, .acUid, .acEtime]
    }

    /// That it ended in the interval.
    struct End: Equatable {
        /// How; nil where the kernel does not tell.
        var status: ExitStatus?
        /// How long it had lived, in microseconds.
        var ageMicroseconds: UInt64
    }

    var id: UInt32
    var identity: Identity?
    /// What it did in the interval; nil when that is not known, as of what is seen for the first time.
    var spent: TimeSpent?
    var end: End?
}

/// What top knows of one interval.
struct TopInterval: Equatable {
    /// How long it was.
    var microseconds: UInt64
    /// When it was over, in nanoseconds since 1970.
    var time: UInt64
    var rows: [TopRow]
    /// How many ended.
    var ended: UInt64
    /// How many of these failed.
    var failed: UInt64
    /// Records of ends that were lost.
    var lost: UInt64
    /// Ended ones that are counted and not among the rows, because there were very many.
    var omitted: UInt64
    /// Whether ends are missing because there was no connection.
    var isPartial: Bool

    /// How many are alive.
    var living: Int { rows.count { $0.end == nil } }
    /// How many of the living waited for something.
    var waiting: Int { rows.count { $0.end == nil && ($0.spent?.waited ?? 0) > 0 } }

    /// A time in the interval as tenths of a percent of one thread's time.
    func permille(_ nanoseconds: UInt64) -> UInt64 {
        microseconds == 0 ? 0 : nanoseconds / microseconds
    }
}
