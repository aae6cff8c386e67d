import LinuxSystem
import Synchronization

/// Lets a thread that samples the loop sleep while there is nothing to sample.
///
/// It costs the loop one atomic load while the thread is awake. Only the first thing to sample after a pause wakes it.
struct ThreadParking: ~Copyable, Sendable {
    private let isParked = Atomic(true)
    private let wakeUp: EventCounter

    /// Creates the parking of a thread that starts parked.
    init() throws(SystemError) { wakeUp = try EventCounter() }

    /// Wakes the thread if it is parked; called after the loop has stored what the thread samples.
    func wake() {
        if isParked.load(ordering: .sequentiallyConsistent), isParked.exchange(false, ordering: .relaxed) {
            wakeUp.signal()
        }
    }

    /// Waits until the next sample is due; returns whether the thread was woken.
    @discardableResult
    func pause(milliseconds: Int32) -> Bool { wakeUp.waitAndReset(milliseconds: milliseconds) }

    /// Parks the thread until it is woken, unless there is something to sample already.
    func park(unless hasSamples: () -> Bool) {
        isParked.store(true, ordering: .sequentiallyConsistent)
        // What was stored just before met a thread that was not parked.
        if hasSamples(), isParked.exchange(false, ordering: .relaxed) { return }
        wakeUp.waitAndReset()
    }
}
