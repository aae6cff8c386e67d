import Glibc
import LinuxSystem
import Taskstats

/// The times at which samples are taken, at a fixed distance from the first one.
struct IntervalTimer {
    private let microseconds: UInt64
    private var next: UInt64

    /// Creates a timer from the time of the first sample, in microseconds of the monotonic clock.
    init(_ interval: DurationArgument, from begin: UInt64) {
        microseconds = interval.microseconds
        next = begin
    }

    /// Waits for the time of the next sample; throws ``StandardOutput/Stop/interrupted`` if the descriptor became
    /// readable first.
    mutating func wait(interruptedBy descriptor: Int32) throws(StandardOutput.Stop) {
        next += microseconds
        var interruption = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let now = SystemClock.monotonicMicroseconds
            let remaining = next > now ? (next - now + 999) / 1_000 : 0
            if unsafe poll(&interruption, 1, Int32(clamping: remaining)) > 0 { throw .interrupted }
            if remaining == 0 { return }
        }
    }
}

extension Reconnector {
    /// Reconnects between two samples, and returns the gap: the kernel counts without the daemon.
    func gap(
        of connection: TaskstatsConnection, after error: TaskstatsError, interruptedBy descriptor: Int32
    ) throws -> Gap {
        guard case .restored(let gap, _) = try restore(connection, after: error, interruptedBy: descriptor) else {
            throw StandardOutput.Stop.interrupted
        }
        return gap
    }
}

extension Gap {
    /// The text for counters at intervals, which lack nothing.
    var textOfIntervals: String { "\(text): the next interval includes this time" }
}
