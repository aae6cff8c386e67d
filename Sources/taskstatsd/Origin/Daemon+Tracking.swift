import LinuxSystem
import Logging
import TaskstatsBroker

/// Whether the origin of processes is tracked, and when to take the starts of programs.
struct TrackingState {
    var isOn = false
    var withStarts = false
    /// When to take starts; nil while there are none.
    var startsDueAt: UInt64?
    var lastTaken: UInt64 = 0

    /// How long starts are gathered, so that one wake-up serves many, in nanoseconds.
    static let pause: UInt64 = 1_000_000
}

/// Tracking processes exactly as long as a client needs their origin.
extension Daemon {
    /// Starts or stops the tracking, if the subscriptions have changed.
    func updateTracking() {
        guard let tracker, broker.needsOrigin != tracking.isOn || broker.needsStarts != tracking.withStarts else {
            return
        }
        tracking.isOn = broker.needsOrigin
        tracking.withStarts = broker.needsStarts
        guard tracking.isOn else {
            feed.origins = nil
            return tracker.stop()
        }
        do throws(SystemError) {
            try tracker.listen(withStarts: tracking.withStarts)
            feed.origins = tracker
        } catch {
            log.error("cannot track processes; origins are unknown", metadata: ["error": "\(error)"])
        }
    }

    /// Schedules taking starts.
    func startsAreReady() {
        tracking.startsDueAt = max(SystemClock.monotonicNanoseconds, tracking.lastTaken + TrackingState.pause)
    }

    /// Passes starts to the broker when they are due.
    func takeDueStarts() {
        guard let tracker, let due = tracking.startsDueAt, due <= SystemClock.monotonicNanoseconds else { return }
        let (starts, lost, isSettling) = tracker.takeStarts()
        for start in starts { broker.started(start) }
        if lost > 0 { broker.lostStarts(lost) }
        let now = SystemClock.monotonicNanoseconds
        tracking.lastTaken = now
        tracking.startsDueAt = isSettling ? now + LostStarts.settling : nil
        try? loop.modify(tracker.startsReady.descriptor, .starts, [.readable, .once])
    }
}
