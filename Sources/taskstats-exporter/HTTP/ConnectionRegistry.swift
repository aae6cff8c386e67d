import NIOCore
import Synchronization

/// The connections of HTTP clients, of which only a fixed number exists.
///
/// A client that does not complete its request must not keep others out. When there is no room, the oldest connection
/// without a complete request is closed, otherwise the oldest one that has not read its response for ``patience``. A
/// scraper sends its request at once, so it is not the oldest unless as many others connect in the same instant.
final class ConnectionRegistry: Sendable {
    /// The maximum number of connections.
    static let limit = 64
    /// How long a response may take before its connection can be closed for a new one.
    static let patience = TimeAmount.seconds(5)
    /// The maximum number of responses that are written in pieces, each of which keeps a snapshot in memory.
    static let streamLimit = 8

    private struct Entry {
        let channel: any Channel
        var served: NIODeadline?
        var isStream = false
    }

    private let entries = Mutex<[Entry]>([])

    /// Adds a connection; returns one that must be closed for it, which can be the new one.
    func open(_ channel: any Channel) -> (any Channel)? {
        entries.withLock { entries in
            guard entries.count >= Self.limit else {
                entries.append(Entry(channel: channel))
                return nil
            }
            let limit = NIODeadline.now() - Self.patience
            guard
                let index = entries.firstIndex(where: { $0.served == nil })
                    ?? entries.firstIndex(where: { $0.served.map { $0 < limit } ?? false })
            else { return channel }
            let victim = entries.remove(at: index).channel
            entries.append(Entry(channel: channel))
            return victim
        }
    }

    /// Records that the request of a connection is complete.
    func serve(_ channel: any Channel) {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.channel === channel }) else { return }
            entries[index].served = .now()
        }
    }

    /// Records that a response is written in pieces; returns a connection that must be closed for it: the oldest of them.
    func stream(_ channel: any Channel) -> (any Channel)? {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.channel === channel }) else { return nil }
            let isFull = entries.count(where: \.isStream) >= Self.streamLimit
            let victim = isFull ? entries.first(where: \.isStream)?.channel : nil
            entries[index].isStream = true
            if let victim { entries.removeAll { $0.channel === victim } }
            return victim
        }
    }

    /// Removes a connection.
    func close(_ channel: any Channel) {
        entries.withLock { entries in entries.removeAll { $0.channel === channel } }
    }
}
