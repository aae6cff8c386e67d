/// How long the requests of each user have taken in this turn of the loop.
///
/// A user has so much time in a turn, for all connections together, and all users have so much: after that the sockets of
/// the kernel are read, what waits is sent, and others have their turn. So nobody's pipelines are another's delay.
struct RequestTime {
    /// What one user has of a turn, in nanoseconds; the request with which it is used up is still answered.
    static let perUser: UInt64 = 100_000
    /// What all users have of a turn together, in nanoseconds.
    static let perTurn: UInt64 = 2_000_000

    private var spent: [UInt32: UInt64] = [:]
    private var inAll: UInt64 = 0

    /// Another turn begins.
    mutating func beginTurn() {
        spent.removeAll(keepingCapacity: true)
        inAll = 0
    }

    /// How much a user has left in this turn.
    func left(to uid: UInt32) -> UInt64 {
        let own = spent[uid, default: 0]
        return min(Self.perUser - min(own, Self.perUser), Self.perTurn - min(inAll, Self.perTurn))
    }

    /// A user's requests took so long.
    mutating func charge(_ nanoseconds: UInt64, to uid: UInt32) {
        spent[uid, default: 0] += nanoseconds
        inAll += nanoseconds
    }
}
