import TaskstatsProtocol

extension TaskstatsConnection {
    /// Passes on every event up to this moment: on return, the exit records of all tasks that ended before the call were
    /// passed to `take`, or reported as lost.
    ///
    /// It repeats the subscription, whose answer the daemon sends after all earlier records; none is missed or sent twice.
    /// The subscription must not be in the past, that is, before ``TaskstatsEvent/live(index:)``. The time limit applies to
    /// each chunk that arrives.
    package func synchronize(handingOver take: (TextEvent) throws(TaskstatsError) -> Void) throws(TaskstatsError) {
        guard var subscription else { return }
        subscription.since = nil
        let request = TypedRequest.subscribe(subscription)
        var write = try write(asking: request.call)
        while try !sendNow(&write) { try waitForChunk(.writable) }
        while true {
            let answer = Result { () throws(TaskstatsError) in try receivedAnswer() }
            while let kept = stateMachine.takeKept() { try take(Self.text(kept)) }
            if let answer = try answer.get() {
                stateMachine.start = try read(answer, to: request).start(at: server)
                self.subscription = subscription
                return
            }
            try waitForChunk(.readable)
            _ = try receiveNow()
        }
    }

    private func waitForChunk(_ interest: LineStream.Interest) throws(TaskstatsError) {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        guard try stream.wait(for: interest, until: deadline) == .ready else { throw failed(.timedOut) }
    }
}
