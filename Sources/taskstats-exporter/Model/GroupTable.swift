import CommandSupport

/// The groups with series of their own: a bounded number, because processes choose names.
///
/// A group keeps its place while it has a living task, or has changed within ``idleSeconds``. When a new group finds no
/// free place, the group that has been idle for the longest time loses its own; without an idle one, the tasks of the
/// new group count in ``other``. So ``other`` never falls, and its rate is that of groups without a place.
///
/// The totals of a group that loses its place move to ``evicted``, which never falls either. It is not a part of
/// ``other``, whose rate they would distort. The sum over all groups, with these two, is the total at any time. A group
/// that returns begins at 0, which Prometheus treats like the restart of a counter.
struct GroupTable {
    /// A group with series of its own.
    struct Entry {
        /// Its label.
        let labels: MetricLabels
        let name: String
        var totals = GroupTotals()
        /// The time of the last change, in seconds.
        fileprivate(set) var changed: UInt64
        /// The number of its tasks in the last sample.
        var living = 0
    }

    /// The names of the two groups that are none, which no other group has.
    static let otherName = "other"
    static let evictedName = "(evicted)"
    /// The time without a change after which a group can lose its place.
    static let idleSeconds: UInt64 = 600

    private let limit: Int
    private let idleSeconds: UInt64
    private var places: [String: Int] = [:]
    private(set) var entries: [Entry] = []
    /// The tasks of groups without a place.
    private(set) var other = GroupTotals()
    /// The totals of groups that lost their place.
    private(set) var evicted = GroupTotals()
    /// The number of groups that lost their place.
    private(set) var evictions: UInt64 = 0
    /// The time before which no group is idle for long enough, as found by the last search.
    private var nextSearch: UInt64 = 0
    private var idle: [Int] = []

    /// Creates an empty table for this number of groups.
    init(limit: Int, idleSeconds: UInt64 = Self.idleSeconds) {
        self.limit = limit
        self.idleSeconds = idleSeconds
    }

    /// Changes the totals of a group, or of ``other``; gives a new group a place if there is one.
    mutating func update(_ name: String, at seconds: UInt64, _ change: (inout GroupTotals) -> Void) {
        guard let place = place(of: name, seconds) else { return change(&other) }
        change(&entries[place].totals)
        entries[place].changed = seconds
    }

    /// Counts a living task of a group; call ``forgetLiving()`` before a sample.
    mutating func addLiving(_ name: String) {
        if let place = places[name] { entries[place].living += 1 }
    }

    /// Sets the numbers of living tasks to 0.
    mutating func forgetLiving() {
        for place in entries.indices { entries[place].living = 0 }
        // Groups can have become idle since the last search.
        nextSearch = 0
    }

    /// The sum over all groups.
    var sum: GroupTotals {
        var sum = other
        sum += evicted
        for entry in entries { sum += entry.totals }
        return sum
    }

    private mutating func place(of name: String, _ seconds: UInt64) -> Int? {
        if let place = places[name] { return place }
        let new = Entry(labels: MetricLabels([("group", name)]), name: name, changed: seconds)
        if entries.count < limit {
            entries.append(new)
            places[name] = entries.count - 1
            return entries.count - 1
        }
        guard let place = idlePlace(seconds) else { return nil }
        evicted += entries[place].totals
        evictions &+= 1
        places[entries[place].name] = nil
        entries[place] = new
        places[name] = place
        return place
    }

    /// Returns the place of the group that has been idle for the longest time, if any may lose it.
    private mutating func idlePlace(_ seconds: UInt64) -> Int? {
        while true {
            while let place = idle.popLast() {
                if isIdle(entries[place], seconds) { return place }
            }
            // A search takes time, and a process can choose a new name for each of its children.
            guard seconds >= nextSearch else { return nil }
            idle = entries.indices.filter { isIdle(entries[$0], seconds) }
                .sorted { entries[$0].changed > entries[$1].changed }
            let oldest = entries.lazy.filter { $0.living == 0 }.map(\.changed).min() ?? seconds
            nextSearch = max(seconds + 1, oldest + idleSeconds)
            if idle.isEmpty { return nil }
        }
    }

    private func isIdle(_ entry: Entry, _ seconds: UInt64) -> Bool {
        entry.living == 0 && entry.changed + idleSeconds <= seconds
    }
}
