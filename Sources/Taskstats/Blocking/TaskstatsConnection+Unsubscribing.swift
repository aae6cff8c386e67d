import TaskstatsProtocol

// The end of a subscription. The records of earlier exits precede the daemon's reply. A daemon that sends without end
// and never replies must not keep a program from ending.

extension TaskstatsConnection {
    /// The time limits for the daemon's confirmation.
    package struct UnsubscribeLimits: Sendable {
        /// The limit of the time spent waiting for the daemon, without the time spent processing its data.
        package var waiting: Duration
        /// The limit of the total time.
        package var total: Duration

        /// Creates limits.
        package init(waiting: Duration, total: Duration) {
            self.waiting = waiting
            self.total = total
        }
    }

    /// Ends the subscription and passes the exit records that arrive before the daemon's confirmation to `take`.
    ///
    /// Returns false without a confirmation: at a limit, when the descriptor became readable, or when `take` returned
    /// false. The connection is then unusable.
    package func unsubscribe(
        within limits: UnsubscribeLimits, interruptedBy descriptor: Int32? = nil, handingOver take: (TextEvent) -> Bool
    ) throws(TaskstatsError) -> Bool {
        try endSubscription(.all(limits, since: .now), interruptedBy: descriptor) { take(Self.text($0)) }
    }

    /// Ends the subscription in the same way, with decoded records.
    package func unsubscribe(
        within limits: UnsubscribeLimits, interruptedBy descriptor: Int32? = nil,
        handingOver take: (TaskstatsEvent) -> Bool
    ) throws(TaskstatsError) -> Bool {
        try endSubscription(.all(limits, since: .now), interruptedBy: descriptor) { incoming throws(TaskstatsError) in
            take(try decoded(incoming))
        }
    }

    /// The wait or the waits that a limit applies to.
    enum UnsubscribeLimit {
        /// Each wait for another chunk; nil for no limit.
        case eachChunk(Duration?)
        case all(UnsubscribeLimits, since: SuspendingClock.Instant)
    }

    func endSubscription(
        _ limit: UnsubscribeLimit, interruptedBy descriptor: Int32? = nil,
        handingOver take: (ConnectionStateMachine.Incoming) throws(TaskstatsError) -> Bool
    ) throws(TaskstatsError) -> Bool {
        let request = TypedRequest.unsubscribe
        var write = try write(asking: request.call)
        var waited = Duration.zero
        while try !sendNow(&write) {
            guard try isReady(.writable, limit, &waited, descriptor) else {
                _ = abandoned(write)
                return false
            }
        }
        while true {
            let answer = Result { () throws(TaskstatsError) in try receivedAnswer() }
            while let kept = stateMachine.takeKept() {
                guard try take(kept) else { return false }
            }
            if let answer = try answer.get() {
                try read(answer, to: request)
                subscription = nil
                return true
            }
            guard try isReady(.readable, limit, &waited, descriptor) else { return false }
            _ = try receiveNow()
        }
    }

    private func isReady(
        _ interest: LineStream.Interest, _ limit: UnsubscribeLimit, _ waited: inout Duration, _ descriptor: Int32?
    ) throws(TaskstatsError) -> Bool {
        let start = SuspendingClock.now
        defer { waited += start.duration(to: .now) }
        let deadline: SuspendingClock.Instant? =
            switch limit {
            case .eachChunk(let limit): limit.map(start.advanced(by:))
            case .all(let limits, let begin):
                min(start.advanced(by: limits.waiting - waited), begin.advanced(by: limits.total))
            }
        return try stream.wait(for: interest, until: deadline, interruptedBy: descriptor) == .ready
    }
}
