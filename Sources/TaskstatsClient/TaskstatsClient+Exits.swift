extension TaskstatsClient {
    /// Something that a subscriber is told, in the order in which it happened.
    public enum Event: Sendable, Equatable {
        /// The subscription is in force: what ends from now on is told. It comes first, and after each `disconnected`.
        ///
        /// Another ``ServerInfo/instance`` than before says that sequence numbers and counters began anew.
        case connected(ServerInfo)
        /// A task ended.
        case exit(ExitRecord)
        /// Records are missing here, this many.
        case lost(LostRecords)
        /// The daemon is gone, for this reason; what ends until the next `connected` is not known. Only with reconnection.
        case disconnected(TaskstatsError)
    }

    /// The tasks that end on these CPUs, from the first call of `next` on.
    ///
    /// - Parameters:
    ///   - cpus: The CPUs, as the kernel writes a list: "0-3,8", "0-31:2/4", "N" for the last, "all".
    ///   - scope: Every task that ends, or only what ends a process.
    ///   - fields: The members wanted; others are absent from the records.
    ///   - filter: The records wanted; the daemon applies it before anything is sent.
    ///   - overflow: What the daemon does when this program does not keep up.
    ///   - reconnection: What happens when the daemon goes away; by default what the client was told.
    public nonisolated func exits(
        cpus: String = "all", scope: RecordScope = .task, fields: FieldSet = .all,
        filter: RecordFilter = RecordFilter(), overflow: Subscription.Overflow = .drop,
        reconnection: Reconnection? = nil
    ) -> Exits {
        Exits(
            path: path, timeout: timeout,
            subscription: Subscription(cpus: cpus, scope: scope, fields: fields, filter: filter, overflow: overflow),
            reconnection: reconnection ?? self.reconnection)
    }
}

extension TaskstatsClient {
    /// The tasks that end, as they end.
    ///
    /// Each iterator has a connection of its own, which it makes in its first `next`. It reads only when it is asked for an
    /// element, and then at most one buffer of fixed size: who is slow makes the daemon drop records and tell, as
    /// ``Event/lost(_:)`` where they are missing. Elements that were read already are handed out without suspending.
    ///
    /// Cancelling the task that iterates ends the sequence and closes the connection at once; so does letting go of the
    /// iterator, as the end of a loop does. Apart from that it ends only by throwing.
    public struct Exits: AsyncSequence, Sendable {
        let path: String
        let timeout: Duration?
        let subscription: Subscription
        let reconnection: Reconnection

        /// Starts from the beginning: with a new connection.
        public func makeAsyncIterator() -> Iterator { Iterator(exits: self) }
    }
}

extension TaskstatsClient.Exits {
    /// One subscription.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            /// Not connected; so many attempts to come back were made, 0 before the first connection.
            case apart(attempts: Int)
            case connected(TaskstatsConnection)
            case finished
        }

        private let exits: TaskstatsClient.Exits
        private var state = State.apart(attempts: 0)

        init(exits: TaskstatsClient.Exits) { self.exits = exits }

        /// The next event; nil when the task was cancelled.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(TaskstatsError) -> TaskstatsClient.Event? {
            while !Task.isCancelled {
                do {
                    switch state {
                    case .finished: return nil
                    case .connected(let connection): return try await event(from: connection)
                    case .apart(let attempts): return try await connect(attempts: attempts)
                    }
                } catch let error as TaskstatsError {
                    if let told = try told(of: error) { return told }
                } catch {
                    break
                }
            }
            state = .finished
            return nil
        }

        private nonisolated(nonsending) func event(
            from connection: TaskstatsConnection
        ) async throws -> TaskstatsClient.Event {
            while true {
                switch try connection.nextReceived() {
                case .exit(let record): return .exit(record)
                case .lost(let lost): return .lost(lost)
                // The next call throws, with the reason.
                case .closing: continue
                case nil: try await connection.receive()
                }
            }
        }

        private nonisolated(nonsending) mutating func connect(
            attempts: Int
        ) async throws -> TaskstatsClient.Event {
            if attempts > 0, let delay = exits.reconnection.delay(beforeAttempt: attempts) {
                try await Task.sleep(for: delay, clock: .suspending)
            }
            let deadline = exits.timeout.map(SuspendingClock.now.advanced(by:))
            let connection = try await TaskstatsConnection.open(
                path: exits.path, timeout: exits.timeout, before: deadline)
            _ = try await connection.ask(.subscribe(exits.subscription), before: deadline)
            state = .connected(connection)
            return .connected(connection.server)
        }

        /// Takes note of an error: thrown when there is to be no other attempt, and told when a connection has ended.
        private mutating func told(of error: TaskstatsError) throws(TaskstatsError) -> TaskstatsClient.Event? {
            var attempts = 0
            if case .apart(let made) = state { attempts = made }
            let wasConnected = if case .connected = state { true } else { false }
            guard exits.reconnection.delay(beforeAttempt: attempts + 1, after: error) != nil else {
                state = .finished
                throw error
            }
            state = .apart(attempts: attempts + 1)
            return wasConnected ? .disconnected(error) : nil
        }
    }
}
