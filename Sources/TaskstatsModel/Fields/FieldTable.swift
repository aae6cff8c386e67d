/// The field table: one row per field of struct taskstats, in the order of the newest struct (version 17).
///
/// It is the only source of knowledge about fields: for decoding, JSON, printed tables, `describe` and the schema. A
/// row contains only facts. `at` is the offset in the newest layout, which every version from 2 on shares as far as it
/// extends, except version 15: it inserted the extremes in the middle, and `v15` has the offset there. `FieldLayout`
/// describes version 1. `ac_pad` has no meaning and no row.
enum FieldTable {
    static let rows: [Row] = [
        Row(
            .version, "version", .u16, .none, .identity, since: 1, at: 0, v15: 0, in: .any,
            "Version of struct taskstats that the kernel filled."),
        Row(
            .acExitcode, "ac_exitcode", .u32, .none, .identity, since: 2, at: 4, v15: 4, in: .task,
            "Exit status as encoded by wait(); 0 until the task exits."),
        Row(
            .acFlag, "ac_flag", .u8, .none, .identity, since: 2, at: 8, v15: 8, in: .task,
            "Accounting flags: 1 AFORK, 2 ASU, 8 ACORE, 16 AXSIG, 32 AGROUP."),
        Row(
            .acNice, "ac_nice", .i8, .none, .identity, since: 2, at: 9, v15: 9, in: .task,
            "Nice value, -20 to 19."),
        Row(
            .cpuCount, "cpu_count", .u64, .count, .delay, since: 1, at: 16, v15: 16, in: .any,
            "Number of times the task got a CPU after waiting for it."),
        Row(
            .cpuDelayTotal, "cpu_delay_total", .u64, .nanoseconds, .delay, since: 1, at: 24, v15: 24, in: .any,
            "Time runnable but waiting for a CPU."),
        Row(
            .blkioCount, "blkio_count", .u64, .count, .delay, since: 1, at: 32, v15: 48, in: .any,
            "Waits for synchronous block I/O."),
        Row(
            .blkioDelayTotal, "blkio_delay_total", .u64, .nanoseconds, .delay, since: 1, at: 40, v15: 56, in: .any,
            "Time waiting for synchronous block I/O."),
        Row(
            .swapinCount, "swapin_count", .u64, .count, .delay, since: 1, at: 48, v15: 80, in: .any,
            "Waits for a page to be swapped in."),
        Row(
            .swapinDelayTotal, "swapin_delay_total", .u64, .nanoseconds, .delay, since: 1, at: 56, v15: 88, in: .any,
            "Time waiting for pages to be swapped in."),
        Row(
            .cpuRunRealTotal, "cpu_run_real_total", .u64, .nanoseconds, .cpu, since: 1, at: 64, v15: 112, in: .any,
            "User and system CPU time, on most kernels in whole ticks."),
        Row(
            .cpuRunVirtualTotal, "cpu_run_virtual_total", .u64, .nanoseconds, .cpu, since: 1, at: 72, v15: 120,
            in: .any,
            "Run time as measured by the scheduler."),
        Row(
            .acComm, "ac_comm", .command, .none, .identity, since: 2, at: 80, v15: 128, in: .task,
            "Command name, at most 15 bytes, in no particular encoding."),
        Row(
            .acSched, "ac_sched", .u8, .none, .identity, since: 2, at: 112, v15: 160, in: .task,
            "Scheduling policy, a SCHED_* number."),
        Row(
            .acUid, "ac_uid", .u32, .userID, .identity, since: 2, at: 120, v15: 168, in: .task,
            "Real user id."),
        Row(
            .acGid, "ac_gid", .u32, .groupID, .identity, since: 2, at: 124, v15: 172, in: .task,
            "Real group id."),
        Row(
            .acPid, "ac_pid", .u32, .processID, .identity, since: 2, at: 128, v15: 176, in: .task,
            "Thread id."),
        Row(
            .acPpid, "ac_ppid", .u32, .processID, .identity, since: 2, at: 132, v15: 180, in: .task,
            "Thread group id of the parent."),
        Row(
            .acBtime, "ac_btime", .u32, .epochSeconds, .time, since: 2, at: 136, v15: 184, in: .task,
            "Start time, clamped to 32 bits; changes when the clock is set."),
        Row(
            .acEtime, "ac_etime", .u64, .microseconds, .time, since: 2, at: 144, v15: 192, in: .any,
            "Age of the task; in a process record, the sum of its threads' ages."),
        Row(
            .acUtime, "ac_utime", .u64, .microseconds, .cpu, since: 2, at: 152, v15: 200, in: .any,
            "User CPU time, on most kernels in whole ticks."),
        Row(
            .acStime, "ac_stime", .u64, .microseconds, .cpu, since: 2, at: 160, v15: 208, in: .any,
            "System CPU time, on most kernels in whole ticks."),
        Row(
            .acMinflt, "ac_minflt", .u64, .count, .memory, since: 2, at: 168, v15: 216, in: .task,
            "Minor page faults."),
        Row(
            .acMajflt, "ac_majflt", .u64, .count, .memory, since: 2, at: 176, v15: 224, in: .task,
            "Major page faults."),
        Row(
            .coremem, "coremem", .u64, .mebibyteMicroseconds, .memory, since: 2, at: 184, v15: 232, in: .task,
            "Resident memory integrated over CPU time."),
        Row(
            .virtmem, "virtmem", .u64, .mebibyteMicroseconds, .memory, since: 2, at: 192, v15: 240, in: .task,
            "Virtual memory integrated over CPU time."),
        Row(
            .hiwaterRss, "hiwater_rss", .u64, .kibibytes, .memory, since: 2, at: 200, v15: 248, in: .task,
            "Peak resident memory of the address space, the same in each of its threads."),
        Row(
            .hiwaterVm, "hiwater_vm", .u64, .kibibytes, .memory, since: 2, at: 208, v15: 256, in: .task,
            "Peak virtual size of the address space, the same in each of its threads."),
        Row(
            .readChar, "read_char", .u64, .bytes, .io, since: 2, at: 216, v15: 264, in: .task,
            "Bytes through read-type system calls, rounded down to 1,024."),
        Row(
            .writeChar, "write_char", .u64, .bytes, .io, since: 2, at: 224, v15: 272, in: .task,
            "Bytes through write-type system calls, rounded down to 1,024."),
        Row(
            .readSyscalls, "read_syscalls", .u64, .count, .io, since: 2, at: 232, v15: 280, in: .task,
            "Read-type system calls, rounded down to 1,024."),
        Row(
            .writeSyscalls, "write_syscalls", .u64, .count, .io, since: 2, at: 240, v15: 288, in: .task,
            "Write-type system calls, rounded down to 1,024."),
        Row(
            .readBytes, "read_bytes", .u64, .bytes, .io, since: 3, at: 248, v15: 296, in: .task,
            "Bytes fetched from storage, rounded down to 1,024."),
        Row(
            .writeBytes, "write_bytes", .u64, .bytes, .io, since: 3, at: 256, v15: 304, in: .task,
            "Bytes sent to storage, rounded down to 1,024."),
        Row(
            .cancelledWriteBytes, "cancelled_write_bytes", .u64, .bytes, .io, since: 3, at: 264, v15: 312, in: .task,
            "Dirty bytes dropped before they were written, rounded down to 1,024."),
        Row(
            .nvcsw, "nvcsw", .u64, .count, .context, since: 5, at: 272, v15: 320, in: .any,
            "Voluntary context switches."),
        Row(
            .nivcsw, "nivcsw", .u64, .count, .context, since: 5, at: 280, v15: 328, in: .any,
            "Involuntary context switches."),
        Row(
            .acUtimescaled, "ac_utimescaled", .u64, .microseconds, .cpu, since: 6, at: 288, v15: 336, in: .task,
            "User CPU time in ticks, scaled for frequency and SMT."),
        Row(
            .acStimescaled, "ac_stimescaled", .u64, .microseconds, .cpu, since: 6, at: 296, v15: 344, in: .task,
            "System CPU time in ticks, scaled for frequency and SMT."),
        Row(
            .cpuScaledRunRealTotal, "cpu_scaled_run_real_total", .u64, .nanoseconds, .cpu, since: 6, at: 304, v15: 352,
            in: .any,
            "CPU time scaled for frequency and SMT."),
        Row(
            .freepagesCount, "freepages_count", .u64, .count, .delay, since: 7, at: 312, v15: 360, in: .any,
            "Entries into direct memory reclaim."),
        Row(
            .freepagesDelayTotal, "freepages_delay_total", .u64, .nanoseconds, .delay, since: 7, at: 320, v15: 368,
            in: .any,
            "Time in direct memory reclaim."),
        Row(
            .thrashingCount, "thrashing_count", .u64, .count, .delay, since: 9, at: 328, v15: 392, in: .any,
            "Waits for thrashing pages."),
        Row(
            .thrashingDelayTotal, "thrashing_delay_total", .u64, .nanoseconds, .delay, since: 9, at: 336, v15: 400,
            in: .any,
            "Time waiting for thrashing pages."),
        Row(
            .acBtime64, "ac_btime64", .u64, .epochSeconds, .time, since: 10, at: 344, v15: 424, in: .task,
            "Start time; changes when the clock is set."),
        Row(
            .compactCount, "compact_count", .u64, .count, .delay, since: 11, at: 352, v15: 432, in: .any,
            "Entries into direct compaction."),
        Row(
            .compactDelayTotal, "compact_delay_total", .u64, .nanoseconds, .delay, since: 11, at: 360, v15: 440,
            in: .any,
            "Time in direct compaction."),
        Row(
            .acTgid, "ac_tgid", .u32, .processID, .identity, since: 12, at: 368, v15: 464, in: .task,
            "Thread group id (process id)."),
        Row(
            .acTgetime, "ac_tgetime", .u64, .microseconds, .time, since: 12, at: 376, v15: 472, in: .task,
            "Age of the thread group leader, and so of the process."),
        Row(
            .acExeDev, "ac_exe_dev", .device, .none, .identity, since: 12, at: 384, v15: 480, in: .task,
            "Device of the executable, major:minor; 0:0 for kernel threads and zombies."),
        Row(
            .acExeInode, "ac_exe_inode", .identifier, .none, .identity, since: 12, at: 392, v15: 488, in: .task,
            "Inode of the executable; 0 for kernel threads and zombies."),
        Row(
            .wpcopyCount, "wpcopy_count", .u64, .count, .delay, since: 13, at: 400, v15: 496, in: .any,
            "Page copies for copy-on-write."),
        Row(
            .wpcopyDelayTotal, "wpcopy_delay_total", .u64, .nanoseconds, .delay, since: 13, at: 408, v15: 504, in: .any,
            "Time copying pages for copy-on-write."),
        Row(
            .irqCount, "irq_count", .u64, .count, .delay, since: 14, at: 416, v15: 528, in: .any,
            "Updates of the IRQ time charged to the task."),
        Row(
            .irqDelayTotal, "irq_delay_total", .u64, .nanoseconds, .delay, since: 14, at: 424, v15: 536, in: .any,
            "Time taken from the task by IRQ and softirq."),
        Row(
            .cpuDelayMax, "cpu_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 432, v15: 32, in: .any,
            "Longest single wait for a CPU; 0 when there was none."),
        Row(
            .cpuDelayMin, "cpu_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 440, v15: 40, in: .any,
            "Shortest single wait for a CPU; 0 when there was none."),
        Row(
            .blkioDelayMax, "blkio_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 448, v15: 64, in: .any,
            "Longest single wait for synchronous block I/O; 0 when there was none."),
        Row(
            .blkioDelayMin, "blkio_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 456, v15: 72, in: .any,
            "Shortest single wait for synchronous block I/O; 0 when there was none."),
        Row(
            .swapinDelayMax, "swapin_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 464, v15: 96, in: .any,
            "Longest single wait for swap-in; 0 when there was none."),
        Row(
            .swapinDelayMin, "swapin_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 472, v15: 104, in: .any,
            "Shortest single wait for swap-in; 0 when there was none."),
        Row(
            .freepagesDelayMax, "freepages_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 480, v15: 376,
            in: .any,
            "Longest single wait for direct memory reclaim; 0 when there was none."),
        Row(
            .freepagesDelayMin, "freepages_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 488, v15: 384,
            in: .any,
            "Shortest single wait for direct memory reclaim; 0 when there was none."),
        Row(
            .thrashingDelayMax, "thrashing_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 496, v15: 408,
            in: .any,
            "Longest single wait for thrashing pages; 0 when there was none."),
        Row(
            .thrashingDelayMin, "thrashing_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 504, v15: 416,
            in: .any,
            "Shortest single wait for thrashing pages; 0 when there was none."),
        Row(
            .compactDelayMax, "compact_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 512, v15: 448, in: .any,
            "Longest single wait for direct compaction; 0 when there was none."),
        Row(
            .compactDelayMin, "compact_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 520, v15: 456, in: .any,
            "Shortest single wait for direct compaction; 0 when there was none."),
        Row(
            .wpcopyDelayMax, "wpcopy_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 528, v15: 512, in: .any,
            "Longest single wait for copy-on-write; 0 when there was none."),
        Row(
            .wpcopyDelayMin, "wpcopy_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 536, v15: 520, in: .any,
            "Shortest single wait for copy-on-write; 0 when there was none."),
        Row(
            .irqDelayMax, "irq_delay_max", .u64, .nanoseconds, .extreme, since: 15, at: 544, v15: 544, in: .any,
            "Longest single wait for IRQ and softirq; 0 when there was none."),
        Row(
            .irqDelayMin, "irq_delay_min", .u64, .nanoseconds, .extreme, since: 15, at: 552, v15: 552, in: .any,
            "Shortest single wait for IRQ and softirq; 0 when there was none."),
        Row(
            .cpuDelayMaxTs, "cpu_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 560, v15: nil,
            in: .any,
            "When the longest wait for a CPU ended; 0 when there was none."),
        Row(
            .blkioDelayMaxTs, "blkio_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 576,
            v15: nil, in: .any,
            "When the longest wait for synchronous block I/O ended; 0 when there was none."),
        Row(
            .swapinDelayMaxTs, "swapin_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 592,
            v15: nil, in: .any,
            "When the longest wait for swap-in ended; 0 when there was none."),
        Row(
            .freepagesDelayMaxTs, "freepages_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 608,
            v15: nil, in: .any,
            "When the longest wait for direct memory reclaim ended; 0 when there was none."),
        Row(
            .thrashingDelayMaxTs, "thrashing_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 624,
            v15: nil, in: .any,
            "When the longest wait for thrashing pages ended; 0 when there was none."),
        Row(
            .compactDelayMaxTs, "compact_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 640,
            v15: nil, in: .any,
            "When the longest wait for direct compaction ended; 0 when there was none."),
        Row(
            .wpcopyDelayMaxTs, "wpcopy_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 656,
            v15: nil, in: .any,
            "When the longest wait for copy-on-write ended; 0 when there was none."),
        Row(
            .irqDelayMaxTs, "irq_delay_max_ts", .timestamp, .epochNanoseconds, .extreme, since: 17, at: 672, v15: nil,
            in: .any,
            "When the longest wait for IRQ and softirq ended; 0 when there was none."),
    ]
}
