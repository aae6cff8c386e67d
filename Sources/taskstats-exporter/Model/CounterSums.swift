import Taskstats

/// The sums of the counters of tasks, by the places of ``TaskCounters``.
///
/// The run time is in its parts, in nanoseconds. A sum exists once any task had the counter: what the kernel does not
/// count is absent, never 0.
struct CounterSums: Equatable {
    private var values = InlineArray<25, UInt64>(repeating: 0)
    private(set) var known: UInt32 = 0

    /// The sum at a place; nil if no task had the counter.
    subscript(place: Int) -> UInt64? {
        get { known & 1 << UInt32(place) == 0 ? nil : values[place] }
        set {
            guard let newValue else { return known &= ~(1 << UInt32(place)) }
            values[place] = newValue
            known |= 1 << UInt32(place)
        }
    }

    /// The sum of a kind of wait, in nanoseconds.
    func waited(_ kind: WaitKind) -> UInt64? { self[Self.place(of: kind)] }

    private static func place(of kind: WaitKind) -> Int { WaitKind.allCases.firstIndex(of: kind) ?? 0 }

    /// Whether nothing grew.
    var isZero: Bool { (0..<TaskCounters.count).allSatisfy { values[$0] == 0 } }

    /// Adds other sums.
    static func += (left: inout CounterSums, right: CounterSums) {
        for place in 0..<TaskCounters.count { left.values[place] &+= right.values[place] }
        left.known |= right.known
    }

    static func == (left: CounterSums, right: CounterSums) -> Bool {
        left.known == right.known && (0..<TaskCounters.count).allSatisfy { left.values[$0] == right.values[$0] }
    }
}
