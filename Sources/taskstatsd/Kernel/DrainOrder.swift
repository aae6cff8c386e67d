/// Decides the order in which the sockets of CPUs are read in an iteration; it reads nothing itself.
///
/// The socket that became due first comes first, so sockets for which an iteration had no time come first in the next
/// one. At least one socket is read per iteration.
struct DrainOrder {
    private var due: ArraySlice<Int>
    private var hasBegun = false

    /// Takes the CPUs of due sockets, with the time at which each became due.
    init(_ due: [Int: UInt64]) {
        self.due = due.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)[...]
    }

    /// Returns the next CPU, `elapsed` nanoseconds after the first one; nil when the time or the sockets are used up.
    mutating func next(after elapsed: UInt64) -> Int? {
        guard !hasBegun || elapsed < LoopTime.draining else { return nil }
        hasBegun = true
        return due.popFirst()
    }
}
