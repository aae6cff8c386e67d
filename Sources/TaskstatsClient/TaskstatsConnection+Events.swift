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
        guard let incoming = try nextReceivedIncoming() else { return nil }
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
        if let kept = conversation.takeKept() { return kept }
        while true {
            if let end = conversation.end { throw end }
            do throws(TaskstatsError) {
                guard let line = try stream.next(interruptedBy: descriptor) else { return nil }
                if let incoming = conversation.event(in: line) { return incoming }
            } catch {
                throw failed(error)
            }
        }
    }

    func nextReceivedIncoming() throws(TaskstatsError) -> Conversation.Incoming? {
        if let kept = conversation.takeKept() { return kept }
        while true {
            if let end = conversation.end { throw end }
            do throws(TaskstatsError) {
                guard let line = try stream.nextReceived() else { return nil }
                if let incoming = conversation.event(in: line) { return incoming }
            } catch {
                throw failed(error)
            }
        }
    }
}
