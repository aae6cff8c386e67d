import TaskstatsProtocol

extension TaskstatsConnection {
    /// Waits for the next event.
    ///
    /// After `closing` there is none: the call then throws, with the reason.
    public func next() throws(TaskstatsError) -> TaskstatsEvent {
        guard let incoming = try nextIncoming(interruptedBy: nil) else { throw .disconnected }
        return try decoded(incoming)
    }

    /// Waits for the next event; nil when the descriptor became readable, or failed, before there was one.
    ///
    /// The descriptor stays the caller's: a signalfd, a timerfd, an eventfd, the end of a pipe. Events that are here
    /// already are handed out first.
    public func next(interruptedBy descriptor: Int32) throws(TaskstatsError) -> TaskstatsEvent? {
        guard let incoming = try nextIncoming(interruptedBy: descriptor) else { return nil }
        return try decoded(incoming)
    }

    /// The next event that is here already; nil when one would have to wait.
    public func nextReceived() throws(TaskstatsError) -> TaskstatsEvent? {
        guard let incoming = try receivedIncoming() else { return nil }
        return try decoded(incoming)
    }

    private func decoded(_ incoming: Conversation.Incoming) throws(TaskstatsError) -> TaskstatsEvent {
        switch incoming {
        case .event(let event):
            return event
        case .exitText(let text):
            do throws(TaskstatsError) {
                return .exit(ExitRecord(try LineStream.exit(in: text)))
            } catch {
                throw failed(error)
            }
        }
    }

    func nextIncoming(interruptedBy descriptor: Int32?) throws(TaskstatsError) -> Conversation.Incoming? {
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
