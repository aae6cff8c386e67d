import TaskstatsModel
import TaskstatsProtocol

/// What a subscription asks for, shared by all clients that ask for the same.
///
/// Whether a record is wanted, and its line, are found once for all of them.
final class Interest {
    /// What makes two subscriptions the same.
    struct Key: Hashable {
        var cpus: CPUSet
        var scope: RecordScope
        var filter: RecordFilter
        var fields: FieldSet
        var access: AccessPolicy.Access
    }

    let key: Key
    var subscribers: [Client] = []
    private let hasFilter: Bool
    private var chunk = SharedBytes()

    init(_ key: Key) {
        self.key = key
        hasFilter = !key.filter.isEmpty
    }

    /// Whether a record of one of its CPUs is wanted and may be seen.
    func wants(_ record: borrowing ExitRecord) -> Bool {
        if key.scope == .process, record.isLast != true { return false }
        guard key.access.seesExit(record) else { return false }
        return hasFilter ? key.filter.matches(record.task) : true
    }

    /// A chunk with room for a line, to which nobody else appends.
    func chunk(withRoomFor bytes: Int) -> SharedBytes {
        if !chunk.hasRoom(for: bytes) { chunk = SharedBytes() }
        return chunk
    }
}
