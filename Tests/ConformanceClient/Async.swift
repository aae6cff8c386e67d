import Taskstats
import TaskstatsProtocol

/// The commands of the kit for which ``TaskstatsClient`` reconnects by itself.
enum Async {
    static func follow(_ subscription: Subscription) async throws(TaskstatsError) {
        let exits = TaskstatsClient.Exits(
            path: ConformanceClient.path, subscription: subscription, reconnection: .always)
        var events = exits.makeAsyncIterator()
        var instance: String?
        while let event = try await events.next() {
            switch event {
            case .connected(let server):
                if let instance { Events.reconnected(isNewInstance: server.instance != instance) }
                instance = server.instance
            case .exit(let record): Events.show(.exit(record))
            case .start(let start): Events.show(.start(start))
            case .lost(let lost): Events.show(.lost(lost))
            case .live(let index): Events.show(.live(index: index))
            case .disconnected(let error): Events.closed(error)
            }
        }
    }
}
