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

    /// Asks for no more exit records, and hands over those that came before the daemon answered, however many they are.
    ///
    /// The daemon answers once it has sent the record of every task that had ended before: who waited for a child and
    /// then leaves has the record of the child, or was told of a loss. The time limit is for each piece that arrives.
    public func unsubscribe(handingOver take: (TaskstatsEvent) -> Void) throws(TaskstatsError) {
        let question = Question.unsubscribe
        var letter = try letter(asking: question.call)
        while try !sendNow(&letter) {
            guard try stream.wait(for: .writable, until: deadline) == .ready else { throw abandoned(letter) }
        }
        while true {
            let answer = Result { () throws(TaskstatsError) in try receivedAnswer() }
            while let kept = conversation.takeKept() { take(try decoded(kept)) }
            if let answer = try answer.get() {
                try read(answer, to: question)
                subscription = nil
                return
            }
            guard try stream.wait(for: .readable, until: deadline) == .ready else { throw .timedOut }
            _ = try receiveNow()
        }
    }

    private var deadline: SuspendingClock.Instant? { timeout.map(SuspendingClock.now.advanced(by:)) }

    private func decoded(_ incoming: Conversation.Incoming) throws(TaskstatsError) -> TaskstatsEvent {
        switch incoming {
        case .event(let event):
            return event
        case .exitText(let text):
            return .exit(try exit(in: text))
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
