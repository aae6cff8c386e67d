/// All fields of struct taskstats with their types: the properties of a ``TaskRecord``.
///
/// `record.cpuDelayTotal` reads the field `cpuDelayTotal` of this namespace, as does
/// `record[TypedFields.all.cpuDelayTotal]`. Each value is nil if the record lacks the field. Times are durations
/// regardless of the kernel's unit, sizes are bytes, dates are ``Timestamp``s. `record[.cpuDelayTotal]` is the raw
/// number in the kernel's unit.
public struct TypedFields: Sendable {
    /// The only instance.
    public static let all = TypedFields()

    private init() {}

    /// Version of struct taskstats that the kernel filled.
    public let version = TypedField<UInt16>(.version)
    /// Exit status as encoded by wait(); 0 until the task exits.
    public let acExitcode = TypedField<UInt32>(.acExitcode)
    /// Accounting flags: 1 AFORK, 2 ASU, 8 ACORE, 16 AXSIG, 32 AGROUP.
    public let acFlag = TypedField<AccountingFlags>(.acFlag)
    /// Nice value, -20 to 19.
    public let acNice = TypedField<Int8>(.acNice)
    /// Number of times the task got a CPU after waiting for it.
    public let cpuCount = TypedField<UInt64>(.cpuCount)
    /// Time runnable but waiting for a CPU.
    public let cpuDelayTotal = TypedField<Duration>(.cpuDelayTotal)
    /// Waits for synchronous block I/O.
    public let blkioCount = TypedField<UInt64>(.blkioCount)
    /// Time waiting for synchronous block I/O.
    public let blkioDelayTotal = TypedField<Duration>(.blkioDelayTotal)
    /// Waits for a page to be swapped in.
    public let swapinCount = TypedField<UInt64>(.swapinCount)
    /// Time waiting for pages to be swapped in.
    public let swapinDelayTotal = TypedField<Duration>(.swapinDelayTotal)
    /// User and system CPU time, on most kernels in whole ticks.
    public let cpuRunRealTotal = TypedField<Duration>(.cpuRunRealTotal)
    /// Run time as measured by the scheduler.
    public let cpuRunVirtualTotal = TypedField<Duration>(.cpuRunVirtualTotal)
    /// Command name, at most 15 bytes, in no particular encoding.
    public let acComm = TypedField<String>(.acComm)
    /// Scheduling policy, a SCHED_* number.
    public let acSched = TypedField<UInt8>(.acSched)
    /// Real user id.
    public let acUid = TypedField<UInt32>(.acUid)
    /// Real group id.
    public let acGid = TypedField<UInt32>(.acGid)
    /// Thread id.
    public let acPid = TypedField<UInt32>(.acPid)
    /// Thread group id of the parent.
    public let acPpid = TypedField<UInt32>(.acPpid)
    /// Start time, clamped to 32 bits; changes when the clock is set.
    public let acBtime = TypedField<Timestamp>(.acBtime)
    /// Age of the task; in a process record, the sum of its threads' ages.
    public let acEtime = TypedField<Duration>(.acEtime)
    /// User CPU time, on most kernels in whole ticks.
    public let acUtime = TypedField<Duration>(.acUtime)
    /// System CPU time, on most kernels in whole ticks.
    public let acStime = TypedField<Duration>(.acStime)
    /// Minor page faults.
    public let acMinflt = TypedField<UInt64>(.acMinflt)
    /// Major page faults.
    public let acMajflt = TypedField<UInt64>(.acMajflt)
    /// Resident memory integrated over CPU time.
    public let coremem = TypedField<UInt64>(.coremem)
    /// Virtual memory integrated over CPU time.
    public let virtmem = TypedField<UInt64>(.virtmem)
    /// Peak resident memory of the address space, the same in each of its threads.
    public let hiwaterRss = TypedField<UInt64>(.hiwaterRss)
    /// Peak virtual size of the address space, the same in each of its threads.
    public let hiwaterVm = TypedField<UInt64>(.hiwaterVm)
    /// Bytes through read-type system calls, rounded down to 1,024.
    public let readChar = TypedField<UInt64>(.readChar)
    /// Bytes through write-type system calls, rounded down to 1,024.
    public let writeChar = TypedField<UInt64>(.writeChar)
    /// Read-type system calls, rounded down to 1,024.
    public let readSyscalls = TypedField<UInt64>(.readSyscalls)
    /// Write-type system calls, rounded down to 1,024.
    public let writeSyscalls = TypedField<UInt64>(.writeSyscalls)
    /// Bytes fetched from storage, rounded down to 1,024.
    public let readBytes = TypedField<UInt64>(.readBytes)
    /// Bytes sent to storage, rounded down to 1,024.
    public let writeBytes = TypedField<UInt64>(.writeBytes)
    /// Dirty bytes dropped before they were written, rounded down to 1,024.
    public let cancelledWriteBytes = TypedField<UInt64>(.cancelledWriteBytes)
    /// Voluntary context switches.
    public let nvcsw = TypedField<UInt64>(.nvcsw)
    /// Involuntary context switches.
    public let nivcsw = TypedField<UInt64>(.nivcsw)
    /// User CPU time in ticks, scaled for frequency and SMT.
    public let acUtimescaled = TypedField<Duration>(.acUtimescaled)
    /// System CPU time in ticks, scaled for frequency and SMT.
    public let acStimescaled = TypedField<Duration>(.acStimescaled)
    /// CPU time scaled for frequency and SMT.
    public let cpuScaledRunRealTotal = TypedField<Duration>(.cpuScaledRunRealTotal)
    /// Entries into direct memory reclaim.
    public let freepagesCount = TypedField<UInt64>(.freepagesCount)
    /// Time in direct memory reclaim.
    public let freepagesDelayTotal = TypedField<Duration>(.freepagesDelayTotal)
    /// Waits for thrashing pages.
    public let thrashingCount = TypedField<UInt64>(.thrashingCount)
    /// Time waiting for thrashing pages.
    public let thrashingDelayTotal = TypedField<Duration>(.thrashingDelayTotal)
    /// Start time; changes when the clock is set.
    public let acBtime64 = TypedField<Timestamp>(.acBtime64)
    /// Entries into direct compaction.
    public let compactCount = TypedField<UInt64>(.compactCount)
    /// Time in direct compaction.
    public let compactDelayTotal = TypedField<Duration>(.compactDelayTotal)
    /// Thread group id (process id).
    public let acTgid = TypedField<UInt32>(.acTgid)
    /// Age of the thread group leader, and so of the process.
    public let acTgetime = TypedField<Duration>(.acTgetime)
    /// Device of the executable, major:minor; 0:0 for kernel threads and zombies.
    public let acExeDev = TypedField<DeviceNumber>(.acExeDev)
    /// Inode of the executable; 0 for kernel threads and zombies.
    public let acExeInode = TypedField<UInt64>(.acExeInode)
    /// Page copies for copy-on-write.
    public let wpcopyCount = TypedField<UInt64>(.wpcopyCount)
    /// Time copying pages for copy-on-write.
    public let wpcopyDelayTotal = TypedField<Duration>(.wpcopyDelayTotal)
    /// Updates of the IRQ time charged to the task.
    public let irqCount = TypedField<UInt64>(.irqCount)
    /// Time taken from the task by IRQ and softirq.
    public let irqDelayTotal = TypedField<Duration>(.irqDelayTotal)
    /// Longest single wait for a CPU; 0 when there was none.
    public let cpuDelayMax = TypedField<Duration>(.cpuDelayMax)
    /// Shortest single wait for a CPU; 0 when there was none.
    public let cpuDelayMin = TypedField<Duration>(.cpuDelayMin)
    /// Longest single wait for synchronous block I/O; 0 when there was none.
    public let blkioDelayMax = TypedField<Duration>(.blkioDelayMax)
    /// Shortest single wait for synchronous block I/O; 0 when there was none.
    public let blkioDelayMin = TypedField<Duration>(.blkioDelayMin)
    /// Longest single wait for swap-in; 0 when there was none.
    public let swapinDelayMax = TypedField<Duration>(.swapinDelayMax)
    /// Shortest single wait for swap-in; 0 when there was none.
    public let swapinDelayMin = TypedField<Duration>(.swapinDelayMin)
    /// Longest single wait for direct memory reclaim; 0 when there was none.
    public let freepagesDelayMax = TypedField<Duration>(.freepagesDelayMax)
    /// Shortest single wait for direct memory reclaim; 0 when there was none.
    public let freepagesDelayMin = TypedField<Duration>(.freepagesDelayMin)
    /// Longest single wait for thrashing pages; 0 when there was none.
    public let thrashingDelayMax = TypedField<Duration>(.thrashingDelayMax)
    /// Shortest single wait for thrashing pages; 0 when there was none.
    public let thrashingDelayMin = TypedField<Duration>(.thrashingDelayMin)
    /// Longest single wait for direct compaction; 0 when there was none.
    public let compactDelayMax = TypedField<Duration>(.compactDelayMax)
    /// Shortest single wait for direct compaction; 0 when there was none.
    public let compactDelayMin = TypedField<Duration>(.compactDelayMin)
    /// Longest single wait for copy-on-write; 0 when there was none.
    public let wpcopyDelayMax = TypedField<Duration>(.wpcopyDelayMax)
    /// Shortest single wait for copy-on-write; 0 when there was none.
    public let wpcopyDelayMin = TypedField<Duration>(.wpcopyDelayMin)
    /// Longest single wait for IRQ and softirq; 0 when there was none.
    public let irqDelayMax = TypedField<Duration>(.irqDelayMax)
    /// Shortest single wait for IRQ and softirq; 0 when there was none.
    public let irqDelayMin = TypedField<Duration>(.irqDelayMin)
    /// When the longest wait for a CPU ended; 0 when there was none.
    public let cpuDelayMaxTs = TypedField<Timestamp>(.cpuDelayMaxTs)
    /// When the longest wait for synchronous block I/O ended; 0 when there was none.
    public let blkioDelayMaxTs = TypedField<Timestamp>(.blkioDelayMaxTs)
    /// When the longest wait for swap-in ended; 0 when there was none.
    public let swapinDelayMaxTs = TypedField<Timestamp>(.swapinDelayMaxTs)
    /// When the longest wait for direct memory reclaim ended; 0 when there was none.
    public let freepagesDelayMaxTs = TypedField<Timestamp>(.freepagesDelayMaxTs)
    /// When the longest wait for thrashing pages ended; 0 when there was none.
    public let thrashingDelayMaxTs = TypedField<Timestamp>(.thrashingDelayMaxTs)
    /// When the longest wait for direct compaction ended; 0 when there was none.
    public let compactDelayMaxTs = TypedField<Timestamp>(.compactDelayMaxTs)
    /// When the longest wait for copy-on-write ended; 0 when there was none.
    public let wpcopyDelayMaxTs = TypedField<Timestamp>(.wpcopyDelayMaxTs)
    /// When the longest wait for IRQ and softirq ended; 0 when there was none.
    public let irqDelayMaxTs = TypedField<Timestamp>(.irqDelayMaxTs)
}
