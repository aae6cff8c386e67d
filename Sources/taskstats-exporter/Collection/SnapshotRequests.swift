import LinuxSystem
import Synchronization

/// The requests for snapshots of all scrapers, which the collector answers together.
///
/// A snapshot is shared by all requests that arrive before it begins, or up to ``shareMicroseconds`` later: so the number
/// of clients does not determine how often living tasks are sampled.
final class SnapshotRequests: Sendable {
    /// How long a snapshot is shared.
    static let shareMicroseconds: UInt64 = 100_000
    private struct State {
        var waiting: [CheckedContinuation<ExporterSnapshot, Never>] = []
        var latest: (snapshot: ExporterSnapshot, begin: UInt64)?
    }

    private let state = Mutex(State())
    private let wake: EventCounter

    init() throws(SystemError) { wake = try EventCounter() }

    /// The descriptor that is readable while a request waits.
    var descriptor: Int32 { wake.descriptor }

    /// Returns a snapshot, from now or from just before.
    func snapshot() async -> ExporterSnapshot {
        await withCheckedContinuation { continuation in
            let now = SystemClock.monotonicMicroseconds
            let shared: ExporterSnapshot? = state.withLock { state in
                if let latest = state.latest, now - min(latest.begin, now) < Self.shareMicroseconds {
                    return latest.snapshot
                }
                state.waiting.append(continuation)
                return nil
            }
            if let shared { continuation.resume(returning: shared) } else { wake.signal() }
        }
    }

    // MARK: On the thread of the collector

    /// Takes the waiting requests; empty if there is none.
    func take() -> [CheckedContinuation<ExporterSnapshot, Never>] {
        wake.reset()
        return state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
    }

    /// Answers requests that were taken when the snapshot began.
    func answer(
        _ requests: [CheckedContinuation<ExporterSnapshot, Never>], with snapshot: ExporterSnapshot, begin: UInt64
    ) {
        // A snapshot without living tasks must not delay the first complete one.
        state.withLock { $0.latest = snapshot.isUp ? (snapshot, begin) : nil }
        for request in requests { request.resume(returning: snapshot) }
    }

    /// Waits until a request waits, or for this time.
    func wait(for duration: Duration) { wake.waitAndReset(until: .now + duration) }
}
