#include "CTaskstatsHeader.h"
#include <linux/taskstats.h>

#define MEMBER(name) { #name, offsetof(struct taskstats, name), sizeof(((struct taskstats *)0)->name) }

static const struct ctaskstats_member members[] = {
    MEMBER(version),
    MEMBER(cpu_count),
    MEMBER(cpu_delay_total),
    MEMBER(blkio_count),
    MEMBER(blkio_delay_total),
    MEMBER(swapin_count),
    MEMBER(swapin_delay_total),
    MEMBER(cpu_run_real_total),
    MEMBER(cpu_run_virtual_total),
#if TASKSTATS_VERSION >= 2
    MEMBER(ac_exitcode),
    MEMBER(ac_flag),
    MEMBER(ac_nice),
    MEMBER(ac_comm),
    MEMBER(ac_sched),
    MEMBER(ac_uid),
    MEMBER(ac_gid),
    MEMBER(ac_pid),
    MEMBER(ac_ppid),
    MEMBER(ac_btime),
    MEMBER(ac_etime),
    MEMBER(ac_utime),
    MEMBER(ac_stime),
    MEMBER(ac_minflt),
    MEMBER(ac_majflt),
    MEMBER(coremem),
    MEMBER(virtmem),
    MEMBER(hiwater_rss),
    MEMBER(hiwater_vm),
    MEMBER(read_char),
    MEMBER(write_char),
    MEMBER(read_syscalls),
    MEMBER(write_syscalls),
#endif
#if TASKSTATS_VERSION >= 3
    MEMBER(read_bytes),
    MEMBER(write_bytes),
    MEMBER(cancelled_write_bytes),
#endif
#if TASKSTATS_VERSION >= 5
    MEMBER(nvcsw),
    MEMBER(nivcsw),
#endif
#if TASKSTATS_VERSION >= 6
    MEMBER(ac_utimescaled),
    MEMBER(ac_stimescaled),
    MEMBER(cpu_scaled_run_real_total),
#endif
#if TASKSTATS_VERSION >= 7
    MEMBER(freepages_count),
    MEMBER(freepages_delay_total),
#endif
#if TASKSTATS_VERSION >= 9
    MEMBER(thrashing_count),
    MEMBER(thrashing_delay_total),
#endif
#if TASKSTATS_VERSION >= 10
    MEMBER(ac_btime64),
#endif
#if TASKSTATS_VERSION >= 11
    MEMBER(compact_count),
    MEMBER(compact_delay_total),
#endif
#if TASKSTATS_VERSION >= 12
    MEMBER(ac_tgid),
    MEMBER(ac_tgetime),
    MEMBER(ac_exe_dev),
    MEMBER(ac_exe_inode),
#endif
#if TASKSTATS_VERSION >= 13
    MEMBER(wpcopy_count),
    MEMBER(wpcopy_delay_total),
#endif
#if TASKSTATS_VERSION >= 14
    MEMBER(irq_count),
    MEMBER(irq_delay_total),
#endif
#if TASKSTATS_VERSION >= 15
    MEMBER(cpu_delay_max),
    MEMBER(cpu_delay_min),
    MEMBER(blkio_delay_max),
    MEMBER(blkio_delay_min),
    MEMBER(swapin_delay_max),
    MEMBER(swapin_delay_min),
    MEMBER(freepages_delay_max),
    MEMBER(freepages_delay_min),
    MEMBER(thrashing_delay_max),
    MEMBER(thrashing_delay_min),
    MEMBER(compact_delay_max),
    MEMBER(compact_delay_min),
    MEMBER(wpcopy_delay_max),
    MEMBER(wpcopy_delay_min),
    MEMBER(irq_delay_max),
    MEMBER(irq_delay_min),
#endif
#if TASKSTATS_VERSION >= 17
    MEMBER(cpu_delay_max_ts),
    MEMBER(blkio_delay_max_ts),
    MEMBER(swapin_delay_max_ts),
    MEMBER(freepages_delay_max_ts),
    MEMBER(thrashing_delay_max_ts),
    MEMBER(compact_delay_max_ts),
    MEMBER(wpcopy_delay_max_ts),
    MEMBER(irq_delay_max_ts),
#endif
    { NULL, 0, 0 },
};

const struct ctaskstats_member *ctaskstats_members(void) { return members; }

unsigned ctaskstats_version(void) { return TASKSTATS_VERSION; }

size_t ctaskstats_size(void) { return sizeof(struct taskstats); }
