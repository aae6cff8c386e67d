import Glibc
import LinuxSystem

/// What this process has used so far, as the system counts it.
enum Measure {
    /// CPU time of the calling thread, in nanoseconds.
    static func threadCPU() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// Time that only goes forward, in nanoseconds.
    static func wall() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Memory that is resident, in bytes; 0 when /proc does not tell.
    static func residentBytes() -> Int {
        guard let text = try? Descriptor.open("/proc/self/statm").readText() else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func read(_ clock: Int32) -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
