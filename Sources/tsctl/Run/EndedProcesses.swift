/// The processes that ended last, with their parents.
///
/// A record can arrive after that of a parent that ended later, because records of different CPUs are not ordered. The
/// number of entries is bounded; the oldest are removed first.
struct EndedProcesses {
    /// A process that ended.
    struct Entry {
        /// The parent of the process.
        let parent: UInt32
        /// The time at which its record was read, in nanoseconds since 1970.
        let time: UInt64
        fileprivate let turn: Int
    }

    private let limit: Int
    private var entries: [UInt32: Entry] = [:]
    private var order: [UInt32] = []
    private var turn = 0

    init(limit: Int = 65_536) { self.limit = limit }

    /// The process of that id, if it ended recently.
    subscript(id: UInt32) -> Entry? { entries[id] }

    /// Adds a process that ended.
    mutating func insert(_ id: UInt32, parent: UInt32, time: UInt64) {
        if order.count < limit {
            order.append(id)
        } else {
            let oldest = order[turn % limit]
            // The id may have been reused since.
            if entries[oldest]?.turn == turn - limit { entries[oldest] = nil }
            order[turn % limit] = id
        }
        entries[id] = Entry(parent: parent, time: time, turn: turn)
        turn += 1
    }
}
