/* The events of the proc connector, the files that describe a process, and real-time priority. */
#define _GNU_SOURCE
#include "CLinux.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Offsets in a datagram: the event follows the headers of netlink and of the connector. */
enum {
    EVENT = NLMSG_HDRLEN + sizeof(struct cn_msg),
    DATA = EVENT + offsetof(struct proc_event, event_data),
};

int clinux_filter_process_events(int socket, bool executions_only) {
    /* Loads are big-endian. Of forks and ends, only those of processes pass: their second id equals the first. */
    struct sock_filter program[] = {
        /* 0 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENT),
        /* 1: fork -> 8 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_FORK), 6, 0),
        /* 2: exit -> 12 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXIT), 9, 0),
        /* 3: uid -> 12 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_UID), 8, 0),
        /* 4: comm -> 12 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_COMM), 7, 0),
        /* 5: exec -> 16 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXEC), 10, 0),
        /* 6: sid -> 16 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_SID), 9, 0),
        /* 7: acknowledgement -> 16, all others -> 17 */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_NONE), 8, 9),
        /* 8 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA + 8),
        /* 9 */ BPF_STMT(BPF_MISC | BPF_TAX, 0),
        /* 10 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA + 12),
        /* 11 -> 15 */ BPF_STMT(BPF_JMP | BPF_JA, 3),
        /* 12 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA),
        /* 13 */ BPF_STMT(BPF_MISC | BPF_TAX, 0),
        /* 14 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA + 4),
        /* 15: equal -> 16, else 17 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
        /* 16 */ BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        /* 17 */ BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_filter executions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXEC), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    if (executions_only) {
        filter.len = sizeof executions / sizeof *executions;
        filter.filter = executions;
    }
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

ssize_t clinux_read_at(int directory, const char *name, void *buffer, size_t size) {
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count;
    do count = read(file, buffer, size);
    while (count < 0 && errno == EINTR);
    int error = errno;
    close(file);
    errno = error;
    return count;
}

int clinux_cached_file(const char *path, struct clinux_file *file, char *resolved, size_t size) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_CACHED | RESOLVE_NO_MAGICLINKS};
    int found = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    if (found < 0) return -1;
    struct statx status;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", found);
    ssize_t length = -1;
    if (statx(found, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &status) == 0) {
        file->major = status.stx_dev_major;
        file->minor = status.stx_dev_minor;
        file->inode = status.stx_ino;
        if (S_ISREG(status.stx_mode)) length = readlink(link, resolved, size - 1);
        else errno = EINVAL;
    }
    int error = errno;
    close(found);
    errno = error;
    if (length < 0) return -1;
    resolved[length] = 0;
    return 0;
}

int clinux_run_in_real_time(bool enabled, bool alone) {
    struct sched_param parameters = {.sched_priority = enabled ? 1 : 0};
    return sched_setscheduler(0, (enabled ? SCHED_FIFO : SCHED_OTHER) | (alone ? SCHED_RESET_ON_FORK : 0), &parameters);
}

bool clinux_runs_in_real_time(void) { return (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO; }

int clinux_limit_real_time(uint64_t microseconds) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTTIME, &limit) < 0) return -1;
    if (limit.rlim_cur > microseconds) limit.rlim_cur = microseconds;
    return setrlimit(RLIMIT_RTTIME, &limit);
}

bool clinux_may_run_in_real_time(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_cur > 0;
}
