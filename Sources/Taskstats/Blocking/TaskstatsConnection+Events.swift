import TaskstatsProtocol

extension TaskstatsConnection {
    /// Waits for the next event.
    ///
    /// After `closing` there are no more events, and the call throws the reason.
    public func next() throws(TaskstatsError) -> TaskstatsEvent {
        guard let incoming = try nextIncoming(interruptedBy: nil) else { throw .disconnected }
        return try decoded(incoming)
    }

    /// Waits for the next event; returns nil if the descriptor became readable, or failed, first.
    ///
    /// The caller keeps ownership of the descriptor: a signalfd, a timerfd, an eventfd, the end of a pipe. Events that
    /// were already received are returned first.
    public func next(interruptedBy descriptor: Int32) throws(TaskstatsError) -> TaskstatsEvent? {
        guard let incoming = try nextIncoming(interruptedBy: descriptor) else { return nil }
        return try decoded(incoming)
    }

    /// Returns the next event that was already received; nil if there is none.
    public func nextReceived() throws(TaskstatsError) -> TaskstatsEvent? {
        guard let incoming = try receivedIncoming() else { return nil }
        return try decoded(incoming)
    }

    /// Ends the subscription, and passes on every exit record that arrives before the daemon's reply.
    ///
    /// The daemon replies after it has sent the record of every task that ended earlier. So a program that waits for a
    /// child and then unsubscribes has the child's record, or the report of a loss. The time limit applies to each
    /// chunk that arrives.
    public func unsubscribe(handingOver take: (TaskstatsEvent) -> Void) throws(TaskstatsError) {
        let isConfirmed = try endSubscription(.eachChunk(timeout)) { incoming throws(TaskstatsError) in
            take(try decoded(incoming))
            return true
        }
        guard isConfirmed else { throw .timedOut }
    }

    func decoded(_ incoming: ConnectionStateMachine.Incoming) throws(TaskstatsError) -> TaskstatsEvent {
        switch incoming {
        case .event(let event):
            return event
        case .exitText(let text):
            return .exit(try exit(in: text))
        }
    }

    func nextIncoming(interruptedBy descriptor: Int32?) throws(TaskstatsError) -> ConnectionStateMachine.Incoming? {
        while true {
            if let incoming = try receivedIncoming() { return incoming }
            do throws(TaskstatsError) {
                guard try stream.wait(for: .readable, interruptedBy: descriptor) == .ready else { return nil }
            } catch {
                throw failed(error)
            }
            _ = try receiveNow()
        }
    }
}
