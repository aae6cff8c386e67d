/// The number of a cgroup's tasks in each state, as reported by the kernel's cgroupstats.
public struct CgroupStats: Hashable, Sendable {
    /// Sleeping tasks.
    public var sleeping: UInt64
    /// Running tasks.
    public var running: UInt64
    /// Stopped tasks.
    public var stopped: UInt64
    /// Tasks in uninterruptible sleep.
    public var uninterruptible: UInt64
    /// Tasks waiting for I/O in none of the states above; nearly always 0.
    public var ioWait: UInt64

    /// Creates a set of counts.
    public init(sleeping: UInt64, running: UInt64, stopped: UInt64, uninterruptible: UInt64, ioWait: UInt64) {
        self.sleeping = sleeping
        self.running = running
        self.stopped = stopped
        self.uninterruptible = uninterruptible
        self.ioWait = ioWait
    }
}
