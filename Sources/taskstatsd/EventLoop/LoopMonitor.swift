import CLinux
import Glibc
import LinuxSystem
import Logging
import Synchronization

/// Reports a loop iteration that takes too long, with the system call that blocks it.
///
/// A thread samples the loop once a second while there are iterations, and is parked otherwise. An iteration costs the
/// loop two atomic stores; only the first one after a pause wakes the thread.
final class LoopMonitor: Sendable {
    private static let stackBytes = 128 << 10

    private let iteration = Atomic<UInt64>(0)
    /// When the current iteration began, in monotonic nanoseconds; 0 between iterations.
    private let busySince = Atomic<UInt64>(0)
    /// Whether the loop has left the thread whose system call is known.
    private let hasMoved = Atomic(false)
    private let parking: ThreadParking
    /// /proc/thread-self/syscall of the loop's thread, opened while access was allowed.
    private let currentCall: Descriptor

    /// Prepares to watch the calling thread; must be called before the process becomes undumpable.
    init() throws(SystemError) {
        parking = try ThreadParking()
        // Some kernels lack the file; reports then name no call.
        currentCall = (try? Descriptor.open("/proc/thread-self/syscall")) ?? Descriptor.closed
    }

    /// Starts the thread, which inherits the caller's current privileges.
    func start(events: Int32, log: Logger) throws(SystemError) {
        try WorkerThread(self, stackBytes: Self.stackBytes) { $0.run(events: events, log: log) }.detach()
    }

    /// Records that another thread runs the loop.
    func loopMoved() { hasMoved.store(true, ordering: .relaxed) }

    /// Records the start of an iteration.
    func iterationBegins(at now: UInt64) {
        iteration.add(1, ordering: .relaxed)
        busySince.store(now, ordering: .sequentiallyConsistent)
        parking.wake()
    }

    /// Records the end of an iteration.
    func iterationEnded() { busySince.store(0, ordering: .releasing) }

    // MARK: The thread

    private func run(events: Int32, log: Logger) {
        var samples = LoopSamples()
        park()
        while true {
            if parking.pause(milliseconds: LoopSamples.pauseMilliseconds) { continue }
            let sample = LoopSamples.Sample(
                iteration: iteration.load(ordering: .relaxed),
                busySince: busySince.load(ordering: .sequentiallyConsistent), hasEvents: hasEvents(events))
            switch samples.next(sample, at: SystemClock.monotonicNanoseconds) {
            case .none: break
            case .park: park()
            case .report(let milliseconds):
                log.warning(
                    "the loop is blocked", metadata: ["call": "\(callName())", "milliseconds": "\(milliseconds)"])
            }
        }
    }

    private func park() { parking.park { busySince.load(ordering: .sequentiallyConsistent) != 0 } }

    /// Whether the loop's epoll descriptor is ready, in which case epoll_wait must not block.
    private func hasEvents(_ events: Int32) -> Bool {
        var entry = pollfd(fd: events, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }

    /// Returns the name of the system call that the loop is in, or a description when there is none.
    private func callName() -> String {
        if hasMoved.load(ordering: .relaxed) { return "unknown" }
        let text = unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let count = unsafe pread(currentCall.number, buffer.baseAddress, buffer.count, 0)
            return unsafe String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        }
        guard let number = text.split(separator: " ").first.flatMap({ Int($0) }) else {
            return text.hasPrefix("running") ? "none (running)" : "unknown"
        }
        guard let name = unsafe clinux_call_name(number) else { return "number \(number)" }
        return unsafe String(cString: name)
    }
}
