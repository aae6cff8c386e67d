import CLinux
import Glibc
import LinuxSystem

/// The real-time priority of the thread that reads processes, which it needs to be faster than they end.
///
/// Such a thread precedes everything else on its CPU, so it limits itself to a part of each period. Then it runs at
/// normal priority until the period is over, or waits where it could not return to real time. However many processes
/// there are, the machine keeps the rest. The kernel enforces a limit as well (RLIMIT_RTTIME), which is never reached
/// because of this one.
struct RealTimePriority: ~Copyable {
    /// The length of a period, and how long the thread may run in real time within one, in nanoseconds.
    static let period: UInt64 = 100_000_000
    static let share: UInt64 = 50_000_000
    /// How long it may run in real time without waiting before the kernel ends the process, in microseconds.
    private static let kernelLimit: UInt64 = 1_000_000

    /// Whether the limit of this process allows real time at any time (RLIMIT_RTPRIO).
    private let isAllowed: Bool
    /// Whether this thread runs in real time now.
    private(set) var isRealTime: Bool
    private var periodEnds: UInt64 = 0
    private var usedBefore: UInt64 = 0

    /// Creates the priority of the calling thread, which may have inherited real time from the thread that started it.
    init() {
        isAllowed = Self.isAllowed
        isRealTime = clinux_runs_in_real_time()
    }

    /// Enforces the share, between two pieces of work.
    mutating func account() {
        guard isAllowed || isRealTime else { return }
        let now = SystemClock.monotonicNanoseconds
        let used = SystemClock.threadCPUNanoseconds
        if now >= periodEnds {
            periodEnds = now + Self.period
            usedBefore = used
            if !isRealTime { isRealTime = clinux_run_in_real_time(true, true) == 0 }
            // The kernel's limit counts time in real time until the thread waits, which it may not do for many periods.
            usleep(1)
        } else if isRealTime, used - usedBefore > Self.share {
            if isAllowed {
                isRealTime = clinux_run_in_real_time(false, true) != 0
            } else {
                usleep(UInt32((periodEnds - now) / 1_000))
            }
        }
    }

    /// Whether the limit of this process allows real time.
    static var isAllowed: Bool { clinux_may_run_in_real_time() }

    /// Makes the calling thread run in real time, and the threads that it starts.
    static func begin() throws(SystemError) {
        _ = clinux_limit_real_time(kernelLimit)
        guard clinux_run_in_real_time(true, false) == 0 else { throw .last("sched_setscheduler") }
    }

    /// Makes the calling thread run at normal priority again.
    static func end() { _ = clinux_run_in_real_time(false, false) }
}
