/// The tasks that ended last, in a fixed amount of memory.
///
/// Between the last record of a task and the release of its memory, a query still answers as if it lived.
struct RecentEnds {
    /// How long that can take.
    static let microseconds: UInt64 = 2_000_000
    private static let limit = 8_192

    private var ends: [(id: UInt32, age: UInt64, time: UInt64)] = []
    private var next = 0

    /// Adds a task with its age at the end.
    mutating func add(_ id: UInt32, age: UInt64, at time: UInt64) {
        if ends.count < Self.limit {
            ends.append((id, age, time))
        } else {
            ends[next] = (id, age, time)
            next = (next + 1) % Self.limit
        }
    }

    /// Returns the ages of the tasks that ended since this time, by id.
    func ages(since time: UInt64) -> [UInt32: UInt64] {
        var ages: [UInt32: UInt64] = [:]
        for end in ends where end.time >= time { ages[end.id] = end.age }
        return ages
    }
}
