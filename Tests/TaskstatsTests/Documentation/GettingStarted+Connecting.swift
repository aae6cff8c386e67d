import Taskstats

typealias Client = TaskstatsClient
typealias Connection = TaskstatsConnection

extension GettingStarted {
    /// The socket of a test's daemon; nil for the default path.
    @TaskLocal static var path: String?

    /// Stands before the type of that name, so that the printed code finds the daemon of the test.
    enum TaskstatsClient {
        static func connect(reconnection: Reconnection = .never) async throws -> Client {
            guard let path else { return try await Client.connect(reconnection: reconnection) }
            return try await Client.connect(path: path, reconnection: reconnection)
        }
    }

    /// The same for the blocking core.
    enum TaskstatsConnection {
        static func connect() throws -> Connection {
            guard let path else { return try Connection.connect() }
            return try Connection.connect(path: path)
        }
    }
}
