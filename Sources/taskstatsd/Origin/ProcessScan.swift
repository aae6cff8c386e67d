/// The processes that were running before the events began, in the order in which they are read.
///
/// The parents of a process are known only when its parent is. So a process that is found before its parent is read again
/// after it, once.
struct ProcessScan {
    /// The last one is next.
    private var order: [UInt32]
    private var unread: Set<UInt32>
    private var deferred: Set<UInt32> = []

    /// Creates a scan of these processes: the lowest ids first, which are often those of parents.
    init(_ pids: [UInt32]) {
        order = pids.sorted(by: >)
        unread = Set(pids)
    }

    /// Whether every process was read, or was gone.
    var isFinished: Bool { unread.isEmpty }

    /// Removes and returns the process to read next.
    mutating func next() -> UInt32? {
        while let pid = order.popLast() {
            if unread.contains(pid) { return pid }
        }
        return nil
    }

    /// Notes that a process was read, or was gone.
    mutating func finish(_ pid: UInt32) { unread.remove(pid) }

    /// Puts a process behind its parent; returns false if the parent was read, or the process was put back before.
    mutating func putBack(_ pid: UInt32, behind parent: UInt32) -> Bool {
        guard unread.contains(parent), deferred.insert(pid).inserted else { return false }
        order += [pid, parent]
        return true
    }
}
