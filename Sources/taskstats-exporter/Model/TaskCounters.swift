import Taskstats

/// The counters of one task so far, in the kernel's units.
///
/// A counter that the record does not have is unknown, which differs from 0.
struct TaskCounters: Equatable {
    /// A counter of the kernel that only grows while its task lives.
    struct Counter: Equatable {
        /// Its place in the counters and the sums.
        let index: Int
        let field: Field
    }

    /// The total and the number of waits of each kind, then the other counters.
    static let all: [Counter] = {
        let waits = WaitKind.allCases
        let fields =
            waits.map(\.total) + waits.map(\.count) + [
                .cpuRunVirtualTotal, .acUtime, .acStime, .readBytes, .writeBytes, .acMinflt, .acMajflt, .nvcsw, .nivcsw,
            ]
        return fields.enumerated().map { Counter(index: $0.offset, field: $0.element) }
    }()
    /// The fields of all counters.
    static let fields = FieldSet(all.map(\.field))

    /// The places of counters that are not waits.
    enum Place {
        static let waitCounts = WaitKind.allCases.count
        static let run = 2 * waitCounts
        static let user = run + 1
        static let system = run + 2
        static let readBytes = run + 3
        static let writeBytes = run + 4
        static let minorFaults = run + 5
        static let majorFaults = run + 6
        static let voluntarySwitches = run + 7
        static let involuntarySwitches = run + 8
    }

    /// The number of counters.
    static let count = 25

    private var values = InlineArray<25, UInt64>(repeating: 0)
    /// A bit for each counter that is known.
    private(set) var known: UInt32 = 0

    /// Creates counters of which none is known.
    init() {}

    /// Takes the counters of a record.
    init(_ record: TaskRecord) {
        for counter in Self.all {
            if let value = record[counter.field] { self[counter.index] = value }
        }
    }

    /// The counter at a place; nil if it is unknown.
    subscript(place: Int) -> UInt64? {
        get { known & 1 << UInt32(place) == 0 ? nil : values[place] }
        set {
            guard let newValue else { return known &= ~(1 << UInt32(place)) }
            values[place] = newValue
            known |= 1 << UInt32(place)
        }
    }

    static func == (left: TaskCounters, right: TaskCounters) -> Bool {
        left.known == right.known && (0..<count).allSatisfy { left[$0] == right[$0] }
    }
}
