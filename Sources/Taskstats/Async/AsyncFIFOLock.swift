import Synchronization

/// A first-in, first-out lock that serializes the requests of one client.
final class AsyncFIFOLock: Sendable {
    private struct State {
        var isHeld = false
        /// The waiters in order of arrival; some may have given up.
        var waiting: [CancellableWaiter] = []
    }

    private let state = Mutex(State())

    /// Suspends until the caller holds the lock, which it keeps until ``release()``.
    nonisolated(nonsending) func take(before deadline: SuspendingClock.Instant?) async throws {
        let wait = state.withLock { state -> CancellableWaiter? in
            guard state.isHeld else {
                state.isHeld = true
                return nil
            }
            let wait = CancellableWaiter()
            state.waiting.append(wait)
            return wait
        }
        try await wait?.ended(before: deadline).get()
    }

    /// Releases the lock.
    func release() {
        while true {
            let next = state.withLock { state -> CancellableWaiter? in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.isHeld = false
                return nil
            }
            guard let next, !next.end(.done) else { return }
        }
    }
}
