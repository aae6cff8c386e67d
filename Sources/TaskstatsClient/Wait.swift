import Synchronization

/// One wait of one task, which ends once: because what it waits for has happened, by cancellation, or because it is late.
final class Wait: Sendable {
    /// Why it ended.
    enum End { case done, cancelled, late }

    private enum State {
        case open(CheckedContinuation<End, Never>?)
        case ended(End)
    }

    private let state = Mutex(State.open(nil))

    /// Ends it; false when it had ended before.
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

    /// Suspends until it has ended, which it does at the deadline at the latest and, when the task is cancelled, at once.
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

extension Wait.End {
    /// Throws unless what was waited for has happened.
    func get() throws {
        switch self {
        case .done: return
        case .cancelled: throw CancellationError()
        case .late: throw TaskstatsError.timedOut
        }
    }
}
