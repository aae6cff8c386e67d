import Synchronization

/// A wait of one task, which ends once: by completion, by cancellation or at its deadline.
final class CancellableWaiter: Sendable {
    /// The reason why a wait ended.
    enum End { case done, cancelled, late }

    private enum State {
        case open(CheckedContinuation<End, Never>?)
        case ended(End)
    }

    private let state = Mutex(State.open(nil))

    /// Ends the wait; returns false if it had already ended.
    @discardableResult
    func end(_ end: End) -> Bool {
        let (isFirst, waiting) = state.withLock { state -> (Bool, CheckedContinuation<End, Never>?) in
            guard case .open(let waiting) = state else { return (false, nil) }
            state = .ended(end)
            return (true, waiting)
        }
        waiting?.resume(returning: end)
        return isFirst
    }

    /// Suspends until the wait has ended: at the deadline at the latest, or when the task is cancelled.
    nonisolated(nonsending) func ended(before deadline: SuspendingClock.Instant?) async -> End {
        let alarm = deadline.map { deadline in
            Task { if (try? await Task.sleep(until: deadline, clock: .suspending)) != nil { end(.late) } }
        }
        defer { alarm?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let end = state.withLock { state -> End? in
                    if case .ended(let end) = state { return end }
                    state = .open(continuation)
                    return nil
                }
                if let end { continuation.resume(returning: end) }
            }
        } onCancel: {
            end(.cancelled)
        }
    }
}

extension CancellableWaiter.End {
    /// Throws unless the wait was completed.
    func get() throws {
        switch self {
        case .done: return
        case .cancelled: throw CancellationError()
        case .late: throw TaskstatsError.timedOut
        }
    }
}
