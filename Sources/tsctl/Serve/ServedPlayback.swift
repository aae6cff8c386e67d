import Taskstats

/// A subscription to a recording: what it selects, and when each record is due.
struct ServedPlayback {
    let subscription: Subscription
    /// Whether it began in the past, so that its client learns when it has received everything.
    let isReplay: Bool
    private var selection: RecordedExits
    /// The times of the clock and of the recording that correspond; nil if records are due at once.
    private var start: (now: UInt64, recorded: UInt64)?
    private let speed: Double

    /// Begins to play at the time `recorded`; what is kept is due at once, and so is everything without a speed.
    init(_ subscription: Subscription, at now: UInt64, recorded: UInt64, speed: Double?) {
        self.subscription = subscription
        isReplay = subscription.since != nil
        selection = RecordedExits(
            cpus: subscription.cpus, scope: subscription.scope, filter: subscription.filter)
        self.speed = speed ?? 1
        if speed != nil, !isReplay { start = (now, recorded) }
    }

    /// Returns the time at which an entry is due, in monotonic nanoseconds; nil if it is due at once.
    func due(_ entry: ServedRecording.Entry) -> UInt64? {
        guard let start, let time = entry.playingTime, time > start.recorded else { return nil }
        return start.now + UInt64(Double(time - start.recorded) / speed)
    }

    /// Returns whether the client wants a record.
    mutating func selects(_ record: borrowing ExitRecord) -> Bool { selection.selects(record) }

    /// Returns whether the client wants a start; a history keeps none.
    func selects(_ start: ProcessStart) -> Bool {
        subscription.starts && !isReplay && subscription.cpus.contains(start.cpu) && subscription.filter.matches(start)
    }

    /// Returns whether a loss may include records, or starts, that the client wants.
    func selects(_ loss: LostRecords) -> Bool {
        loss.place == .starts ? subscription.starts && !isReplay : selection.selects(loss)
    }
}
