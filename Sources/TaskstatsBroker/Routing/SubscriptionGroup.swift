import TaskstatsModel
import TaskstatsProtocol

/// A selection of records, shared by all clients with an equal subscription.
///
/// Matching a record and encoding its line happen once for all of them, and the lines of an iteration are dispatched to
/// each client as one piece: the cost of a client does not depend on the number of records. The lines are in chunks
/// that hold nothing else, so no queue keeps memory alive for lines of others.
final class SubscriptionGroup {
    /// The properties that make two subscriptions equal.
    struct Key: Hashable {
        var cpus: CPUSet
        var scope: RecordScope
        var filter: RecordFilter
        var fields: FieldSet
        var origin: Bool
        var starts: Bool
        var access: AccessPolicy.Access
        /// The charged principal; nil for clients that see everything, which share their lines.
        var principal: Principal?

        /// Whether origins must be known to serve it.
        var needsOrigin: Bool { origin || starts || filter.requiresOrigin }
    }

    /// Undispatched lines: their bytes, and where each line ends.
    struct Lines {
        var source: SharedBytes
        var range: Range<Int>
        var ends: [Int]
        /// For each line, the index up to which everything is delivered before it, and that with it.
        ///
        /// Both are the same for a start, which has no index of its own.
        var indices: [ClosedRange<UInt64>]
        /// The length of the shortest line.
        var shortest: Int
    }

    let key: Key
    let quota: UserQuota
    private let quotas: UserQuotas
    var subscribers: [Client] = []
    /// Whether it is in the broker's list of groups to dispatch.
    var isPending = false
    /// Whether no subscriber had room for any line of the last dispatch.
    var isStalled = false
    /// Losses after the undispatched lines.
    private(set) var losses = UnreportedLosses()
    private let filter: RecordFilter?
    private var chunk: SharedBytes
    /// The start of the undispatched lines.
    private var start = 0
    private var ends: [Int] = []
    private var indices: [ClosedRange<UInt64>] = []
    private var shortest = Int.max

    private static let chunkBytes = 4_096...16_384

    init(_ key: Key, _ quota: UserQuota, in quotas: UserQuotas) {
        self.key = key
        self.quota = quota
        self.quotas = quotas
        filter = key.filter.isEmpty ? nil : key.filter
        chunk = SharedBytes(capacity: Self.chunkBytes.lowerBound, quota, in: quotas)
    }

    /// Returns whether a record of one of its CPUs matches and may be seen.
    ///
    /// `origin` is the part of its origin that the subscribers may see.
    func wants(_ record: borrowing ExitRecord, _ origin: ProcessOrigin?) -> Bool {
        if key.scope == .process, record.isLast != true { return false }
        guard key.access.seesExit(record) else { return false }
        guard let filter else { return true }
        return filter.matches(record.task)
            && (!filter.requiresOrigin || filter.matches(origin))
    }

    /// Returns whether the start of a program on one of its CPUs matches and may be seen.
    func wants(_ start: borrowing ProcessStart) -> Bool {
        guard key.starts, key.access.seesStart(start) else { return false }
        return filter?.matches(start) ?? true
    }

    /// Returns whether a line fits into the chunk; if not, dispatch the lines and begin a new chunk.
    func hasRoom(for bytes: Int) -> Bool { chunk.hasRoom(for: bytes) }

    /// Adds a line for the next dispatch.
    func append(_ buffer: borrowing ByteBuffer, _ line: Range<Int>, indices: ClosedRange<UInt64>) {
        chunk.append(buffer, line)
        ends.append(chunk.count)
        self.indices.append(indices)
        shortest = min(shortest, line.count)
    }

    /// Adds a loss after the lines.
    func recordLoss(_ loss: LostRecords, after index: UInt64) { losses.add(loss, after: index) }

    /// Removes and returns the losses after the lines.
    func takeLosses() -> UnreportedLosses {
        defer { losses = UnreportedLosses() }
        return losses
    }

    /// Removes and returns the lines to dispatch; nil when there are none.
    func takeLines() -> Lines? {
        guard !ends.isEmpty else { return nil }
        let lines = Lines(source: chunk, range: start..<chunk.count, ends: ends, indices: indices, shortest: shortest)
        start = chunk.count
        ends.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        shortest = .max
        return lines
    }

    /// Begins a chunk with room for a line, after the lines of the last one, of `filledAtOnce` bytes, were dispatched.
    ///
    /// It is larger than the last chunk if that was filled at once, and smallest for a trickle, or if no queue had
    /// room. Its capacity is a whole number of lines like this one, so that little is left at its end, which no queue
    /// is charged for.
    func beginChunk(withRoomFor bytes: Int, after filledAtOnce: Int) {
        let isQueuedSomewhere = !isKnownUniquelyReferenced(&chunk)
        let wanted = isQueuedSomewhere ? 2 * filledAtOnce : 0
        let least = min(max(wanted, Self.chunkBytes.lowerBound), Self.chunkBytes.upperBound)
        let lines = (least + bytes - 1) / bytes
        // The next lines can be a few digits longer.
        let capacity = lines * bytes + least / 64
        chunk = SharedBytes(capacity: capacity, quota, in: quotas)
        start = 0
    }
}
