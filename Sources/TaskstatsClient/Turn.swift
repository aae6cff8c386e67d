import Synchronization

/// Who comes first goes first, and one at a time: what keeps the requests of one client apart.
final class Turn: Sendable {
    private struct State {
        var isTaken = false
        /// In the order in which they came; some may have given up.
        var waiting: [Wait] = []
    }

    private let state = Mutex(State())

    /// Suspends until it is the caller's turn, which lasts until ``release()``.
    nonisolated(nonsending) func take(before deadline: SuspendingClock.Instant?) async throws {
        let wait = state.withLock { state -> Wait? in
            guard state.isTaken else {
                state.isTaken = true
                return nil
            }
            let wait = Wait()
            state.waiting.append(wait)
            return wait
        }
        try await wait?.ended(before: deadline).get()
    }

    /// Ends the caller's turn.
    func release() {
        while true {
            let next = state.withLock { state -> Wait? in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.isTaken = false
                return nil
            }
            guard let next, !next.end(.done) else { return }
        }
    }
}
