// Names in plain words beside those of the kernel. Each value is nil if the record lacks the field.

extension TaskRecord {
    /// Creates a record with these values, in the units of ``Field/unit``; for tests of programs that use records.
    public init(kind: Kind, values: [Field: UInt64], command: String? = nil) {
        self.init(kind: kind)
        for (field, value) in values { set(field, to: value) }
        if let command { set(command: Array(command.utf8)) }
    }

    /// The time since the task started, or from its start to its end: `ac_etime`.
    public var elapsed: Duration? { self.acEtime }
    /// The time of the start: `ac_btime64` or, on kernels without it, `ac_btime`.
    public var startTime: Timestamp? { self.acBtime64 ?? self.acBtime }
    /// The time in user mode, as counted at ticks: `ac_utime`. ``userAndSystemTime(tick:)`` is more exact.
    public var userTime: Duration? { self.acUtime }
    /// The time in the kernel, as counted at ticks: `ac_stime`. ``userAndSystemTime(tick:)`` is more exact.
    public var systemTime: Duration? { self.acStime }
    /// The time spent waiting for a CPU: `cpu_delay_total`.
    public var cpuWait: Duration? { self.cpuDelayTotal }
    /// The time spent waiting for synchronous block I/O: `blkio_delay_total`.
    public var blockIOWait: Duration? { self.blkioDelayTotal }
    /// The time spent waiting for pages to be swapped in: `swapin_delay_total`.
    public var swapInWait: Duration? { self.swapinDelayTotal }
    /// The time spent reclaiming memory: `freepages_delay_total`.
    public var reclaimWait: Duration? { self.freepagesDelayTotal }
    /// The time spent waiting for thrashing pages: `thrashing_delay_total`.
    public var thrashingWait: Duration? { self.thrashingDelayTotal }
    /// The time spent compacting memory: `compact_delay_total`.
    public var compactionWait: Duration? { self.compactDelayTotal }
    /// The time spent copying pages on write: `wpcopy_delay_total`.
    public var copyOnWriteWait: Duration? { self.wpcopyDelayTotal }
    /// The time taken by interrupts: `irq_delay_total`.
    public var interruptTime: Duration? { self.irqDelayTotal }
    /// The peak of resident memory, in bytes: `hiwater_rss`.
    public var peakResidentBytes: UInt64? { self.hiwaterRss }
    /// The peak of virtual memory, in bytes: `hiwater_vm`.
    public var peakVirtualBytes: UInt64? { self.hiwaterVm }
    /// Bytes read from storage: `read_bytes`.
    public var bytesRead: UInt64? { self.readBytes }
    /// Bytes written to storage: `write_bytes`.
    public var bytesWritten: UInt64? { self.writeBytes }
    /// Context switches by which the task gave up the CPU, for example to wait: `nvcsw`.
    public var voluntarySwitches: UInt64? { self.nvcsw }
    /// Context switches by which the kernel took the CPU from the task: `nivcsw`.
    public var involuntarySwitches: UInt64? { self.nivcsw }
}
