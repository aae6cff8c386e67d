import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// The thread that runs the loop, and its replacement by another one while a system call does not return.
///
/// A query can take the last reference to the memory of a process that is ending. The call then returns only when
/// everything that was mapped is closed, which the owner of the process can delay for any time, and nothing in the call
/// prevents that. So the thread that runs the loop marks such a call. A standby thread interrupts a marked call that takes
/// longer than ``limit``, and runs the loop itself if that does not help. The replaced thread notices when its call
/// returns, and no longer touches the daemon's state.
final class LoopOwnership: Sendable {
    /// How long a marked call may sleep or compute, in nanoseconds, before the standby thread acts.
    private let limit: UInt64
    /// The time between two samples of the standby thread.
    private static let pauseMilliseconds: Int32 = 10
    /// The number of samples without a marked call after which the standby thread parks.
    private static let quietSamples = 100
    private static let isInCall: UInt = 1

    /// The thread that runs the loop, as pthread_self() has it, and whether it is in a marked call.
    private let owner = Atomic<UInt>(0)
    /// The thread's id, for the kernel.
    private let ownerID = Atomic<Int32>(0)
    private let callBegan = Atomic<UInt64>(0)
    private let calls = Atomic<UInt64>(0)
    private let parking: ThreadParking

    init(limit: UInt64 = 10_000_000) throws(SystemError) {
        self.limit = limit
        parking = try ThreadParking()
    }

    private static var currentThread: UInt { UInt(pthread_self()) }

    /// Whether the calling thread runs the loop.
    var isMine: Bool { owner.load(ordering: .relaxed) & ~Self.isInCall == Self.currentThread }

    /// Makes the calling thread the one that runs the loop.
    func begin() {
        ownerID.store(clinux_thread_id(), ordering: .relaxed)
        owner.store(Self.currentThread, ordering: .sequentiallyConsistent)
    }

    /// Marks the beginning of a call that may not return.
    func beginCall(at now: UInt64) {
        callBegan.store(now, ordering: .relaxed)
        calls.add(1, ordering: .relaxed)
        owner.store(Self.currentThread | Self.isInCall, ordering: .sequentiallyConsistent)
        parking.wake()
    }

    /// Marks the end of the call; returns false when another thread runs the loop.
    func endCall() -> Bool {
        let thread = Self.currentThread
        return owner.compareExchange(
            expected: thread | Self.isInCall, desired: thread, ordering: .acquiringAndReleasing
        ).exchanged
    }

    // MARK: The standby thread

    /// Waits for a marked call that does not return, and makes the calling thread the one that runs the loop.
    func waitForBlockedCall() {
        var watched: (call: UInt64, runQueueWait: UInt64, since: UInt64)?
        var lastCalls: UInt64 = 0
        var quiet = 0
        park()
        while true {
            parking.pause(milliseconds: Self.pauseMilliseconds)
            let now = SystemClock.monotonicNanoseconds
            let state = owner.load(ordering: .sequentiallyConsistent)
            let number = calls.load(ordering: .relaxed)
            quiet = number == lastCalls && state & Self.isInCall == 0 ? quiet + 1 : 0
            lastCalls = number
            if quiet > Self.quietSamples {
                quiet = 0
                park()
                continue
            }
            let began = callBegan.load(ordering: .relaxed)
            guard state & Self.isInCall != 0, now > began, now - began > limit else {
                watched = nil
                continue
            }
            // A thread that waits for a CPU is not blocked.
            let wait = runQueueWait()
            guard let seen = watched, seen.call == number else {
                watched = (number, wait, now)
                // This ends lingering and similar waits. The thread exists, because it runs the loop.
                clinux_interrupt(ownerID.load(ordering: .relaxed))
                continue
            }
            let waited = wait - min(wait, seen.runQueueWait)
            guard now - seen.since > waited + limit / 2 else { continue }
            if owner.compareExchange(expected: state, desired: 0, ordering: .acquiringAndReleasing).exchanged {
                return begin()
            }
        }
    }

    private func park() {
        parking.park { owner.load(ordering: .sequentiallyConsistent) & Self.isInCall != 0 }
    }

    /// Returns how long the thread that runs the loop has waited for a CPU, in nanoseconds; 0 if the kernel does not report it.
    private func runQueueWait() -> UInt64 {
        let path = "/proc/self/task/\(ownerID.load(ordering: .relaxed))/schedstat"
        guard let text = try? Descriptor.open(path).readText() else { return 0 }
        return text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
    }
}
