import Logging

extension TaskstatsClient {
    /// An event of a subscription, in the order of occurrence.
    @nonexhaustive
    public enum Event: Sendable, Equatable {
        /// The subscription is active: every later exit is reported.
        ///
        /// This event comes first, and after each `disconnected`. A different ``ServerInfo/instance`` means that the
        /// daemon restarted, and that sequence numbers and counters start again. The same one delivers what ended in
        /// the meantime as far as it keeps it, and reports the rest as lost.
        case connected(ServerInfo)
        /// A task ended.
        case exit(ExitRecord)
        /// A process executed a program; only if the subscription requests starts.
        case start(ProcessStart)
        /// Records are missing at this point, with their exact count.
        case lost(LostRecords)
        /// Everything that the daemon kept up to this index was delivered; only for a subscription with
        /// ``Subscription/since``, and after each `connected` that resumes.
        case live(index: UInt64)
        /// The connection was lost, with the reason; whether exits are missing is known after the next `connected`.
        ///
        /// This event occurs only with reconnection.
        case disconnected(TaskstatsError)
    }

    /// Returns the tasks that end on these CPUs, from the first call of `next` on.
    ///
    /// - Parameters:
    ///   - cpus: The CPUs; a literal is a list in the kernel's format: "0-3,8", "0-31:2/4".
    ///   - scope: Every task that ends, or only those that end a process.
    ///   - fields: The fields to include; others are absent from the records.
    ///   - filter: The records to include; the daemon applies the filter before it sends anything.
    ///   - overflow: The daemon's reaction when this program reads too slowly.
    ///   - reconnection: The reaction to a lost connection; the client's own by default.
    public nonisolated func exits(
        cpus: CPUSet = .all, scope: RecordScope = .task, fields: FieldSet = .all,
        filter: RecordFilter = RecordFilter(), overflow: Subscription.Overflow = .drop,
        reconnection: Reconnection? = nil
    ) -> Exits {
        exits(
            Subscription(cpus: cpus, scope: scope, fields: fields, filter: filter, overflow: overflow),
            reconnection: reconnection)
    }

    /// Returns the tasks that end and that a subscription selects, from the first call of `next` on.
    public nonisolated func exits(_ subscription: Subscription, reconnection: Reconnection? = nil) -> Exits {
        Exits(
            path: path, timeout: timeout, subscription: subscription,
            reconnection: reconnection ?? self.reconnection, logger: logger)
    }
}

extension TaskstatsClient {
    /// The tasks that end, reported as they end.
    ///
    /// Each iterator has its own connection, which it opens in its first `next`. It reads only when an element is
    /// requested, and at most one buffer of fixed size. If the program reads too slowly, the daemon drops records and
    /// reports them as ``Event/lost(_:)`` at the point of the gap. Elements that were already read are returned without
    /// suspending.
    ///
    /// Cancelling the iterating task ends the sequence and closes the connection immediately; so does releasing the
    /// iterator, for example at the end of a loop. Otherwise the sequence ends only by throwing an error.
    public struct Exits: AsyncSequence, Sendable {
        let path: String
        let timeout: Duration?
        let subscription: Subscription
        let reconnection: Reconnection
        let logger: Logger?

        /// Makes an iterator with a new connection.
        public func makeAsyncIterator() -> Iterator { Iterator(exits: self) }
    }
}

extension TaskstatsClient.Exits {
    /// Creates a sequence without a client, and so without a connection for requests.
    package init(path: String, subscription: Subscription, reconnection: Reconnection) {
        self.init(
            path: path, timeout: TaskstatsConnection.defaultTimeout, subscription: subscription,
            reconnection: reconnection, logger: nil)
    }

    /// An iterator with one subscription.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            /// Not connected, after this number of reconnection attempts; 0 before the first connection.
            case disconnected(attempts: Int)
            case connected(TaskstatsConnection)
            case finished
        }

        private let exits: TaskstatsClient.Exits
        private var state = State.disconnected(attempts: 0)
        /// The point after the last event of the last connection.
        private var resumption: HistoryStart?

        init(exits: TaskstatsClient.Exits) { self.exits = exits }

        /// Returns the next event; nil if the task was cancelled.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(TaskstatsError) -> TaskstatsClient.Event? {
            while !Task.isCancelled {
                do {
                    switch state {
                    case .finished: return nil
                    case .connected(let connection): return try await event(from: connection)
                    case .disconnected(let attempts): return try await connect(attempts: attempts)
                    }
                } catch let error as TaskstatsError {
                    if let event = try event(after: error) { return event }
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
                case .start(let start): return .start(start)
                case .lost(let lost): return .lost(lost)
                case .live(let index): return .live(index: index)
                // The next call throws the reason.
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
            var subscription = exits.subscription
            if let resumption, connection.server.features.contains(ServerInfo.sinceFeature) {
                subscription.since = resumption
            }
            let answer = try await connection.ask(.subscribe(subscription), before: deadline)
            connection.stateMachine.start = answer.start(at: connection.server)
            state = .connected(connection)
            return .connected(connection.server)
        }

        /// Handles an error: throws it if there is no further attempt, and returns an event if a connection ended.
        private mutating func event(after error: TaskstatsError) throws(TaskstatsError) -> TaskstatsClient.Event? {
            var attempts = 0
            if case .disconnected(let made) = state { attempts = made }
            var wasConnected = false
            if case .connected(let connection) = state {
                wasConnected = true
                resumption = connection.resumption ?? resumption
            }
            guard exits.reconnection.delay(beforeAttempt: attempts + 1, after: error) != nil else {
                state = .finished
                throw error
            }
            state = .disconnected(attempts: attempts + 1)
            exits.logger?.info("reconnecting to taskstatsd: \(error.message)")
            return wasConnected ? .disconnected(error) : nil
        }
    }
}
