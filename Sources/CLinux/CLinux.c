/* Not in the header, where it would give Swift a second, conflicting view of Glibc's module. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

_Static_assert(clinux_o_path == O_PATH, "O_PATH differs on this architecture");

const char *clinux_error_name(int error) {
    const char *name = strerrorname_np(error);
    return name ? name : "EUNKNOWN";
}

const char *clinux_error_text(int error) {
    const char *text = strerrordesc_np(error);
    return text ? text : "Unknown error";
}

int clinux_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds) {
    struct epoll_event reported[clinux_event_limit];
    if (count > clinux_event_limit) count = clinux_event_limit;
    int happened = epoll_wait(epoll, reported, count, milliseconds);
    for (int i = 0; i < happened; i++)
        events[i] = (struct clinux_event){reported[i].data.u64, reported[i].events};
    return happened;
}

int clinux_peer_credentials(int socket, struct clinux_peer *peer) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -1;
    *peer = (struct clinux_peer){credentials.pid, credentials.uid, credentials.gid};
    return 0;
}

int clinux_peer_groups(int socket, uint32_t *groups, int capacity) {
    socklen_t length = (socklen_t)capacity * sizeof *groups;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0 && errno != ERANGE) return -1;
    return (int)(length / sizeof *groups);
}

int clinux_peer_pidfd(int socket) {
    int pidfd;
    socklen_t length = sizeof pidfd;
    return getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) < 0 ? -1 : pidfd;
}

int clinux_pidfd_open(int32_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_unread_bytes(int socket) {
    int count;
    return ioctl(socket, SIOCOUTQ, &count) < 0 ? -1 : count;
}

int clinux_receive_batch(int socket, void *buffer, size_t slot, struct clinux_datagram *datagrams, unsigned count) {
    struct mmsghdr messages[clinux_batch_limit];
    struct iovec vectors[clinux_batch_limit];
    struct sockaddr_nl senders[clinux_batch_limit];
    if (count > clinux_batch_limit) count = clinux_batch_limit;
    for (unsigned i = 0; i < count; i++) {
        vectors[i] = (struct iovec){(char *)buffer + i * slot, slot};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &senders[i], .msg_namelen = sizeof senders[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    int received = recvmmsg(socket, messages, count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < received; i++)
        datagrams[i] = (struct clinux_datagram){
            messages[i].msg_len, senders[i].nl_pid, (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0};
    return received;
}

/* A CPU mask in the kernel's format, which supports CPUs beyond CPU_SETSIZE. */
struct mask { unsigned long words[65536 / (8 * sizeof(unsigned long))]; };

static bool add_to_mask(struct mask *mask, int cpu) {
    const size_t bits = 8 * sizeof *mask->words;
    if (cpu < 0 || (size_t)cpu >= bits * (sizeof mask->words / sizeof *mask->words)) return false;
    mask->words[(size_t)cpu / bits] |= 1ul << ((size_t)cpu % bits);
    return true;
}

int clinux_run_on(const int32_t *cpus, size_t count) {
    struct mask mask = {{0}};
    for (size_t i = 0; i < count; i++)
        if (!add_to_mask(&mask, cpus[i])) {
            errno = EINVAL;
            return -1;
        }
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, &mask) < 0 ? -1 : 0;
}

int clinux_end_child_on_cpu(int cpu, int32_t *pid) {
    struct mask mask = {{0}};
    if (!add_to_mask(&mask, cpu)) return EINVAL;

    /* vfork: the child shares this process's memory until it ends, and reports there why it could not be pinned. */
    volatile int error = 0;
    pid_t child = vfork();
    if (child < 0) return errno;
    if (child == 0) {
        if (syscall(SYS_sched_setaffinity, 0, sizeof mask, &mask) < 0) error = errno;
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0)
        if (errno != EINTR) return errno;
    *pid = child;
    return error;
}

int clinux_prctl(int option, unsigned long argument) { return prctl(option, argument, 0ul, 0ul, 0ul); }

int clinux_clear_ambient(void) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0ul, 0ul, 0ul); }

int clinux_set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        data[i] = (struct __user_cap_data_struct){
            (uint32_t)(effective >> 32 * i), (uint32_t)(permitted >> 32 * i), (uint32_t)(inheritable >> 32 * i)};
    return (int)syscall(SYS_capset, &header, data);
}

int clinux_capabilities(uint64_t *effective, uint64_t *permitted) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) < 0) return -1;
    *effective = *permitted = 0;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        *effective |= (uint64_t)data[i].effective << 32 * i;
        *permitted |= (uint64_t)data[i].permitted << 32 * i;
    }
    return 0;
}

int clinux_become(uint32_t uid, uint32_t gid) {
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0) return -1;
    return setresuid(uid, uid, uid);
}

int clinux_open_at(int directory, const char *path, int flags) { return openat(directory, path, flags | O_CLOEXEC); }

int clinux_create(const char *path, unsigned mode) {
    return open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clinux_terminal_size(int descriptor, uint16_t *rows, uint16_t *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int clinux_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

char *const *clinux_environment(void) { return environ; }

void clinux_trim_memory(void) { malloc_trim(0); }

int clinux_timer(uint64_t first_ns, uint64_t interval_ns) {
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer < 0) return -1;
    const uint64_t second = 1000000000;
    struct itimerspec times = {
        .it_value = {(time_t)(first_ns / second), (long)(first_ns % second)},
        .it_interval = {(time_t)(interval_ns / second), (long)(interval_ns % second)},
    };
    if (timerfd_settime(timer, 0, &times, NULL) == 0) return timer;
    int error = errno;
    close(timer);
    errno = error;
    return -1;
}

struct elsewhere { const uint32_t *ports; int32_t *descriptors; size_t count; int error; };

static int open_port(uint32_t port) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
    if (descriptor < 0) return -1;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = port};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

static int open_ports(void *argument) {
    struct elsewhere *elsewhere = argument;
    /* A user namespace permits creating a network namespace without CAP_SYS_ADMIN. */
    if (unshare(CLONE_NEWNET) < 0 && (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0))
        elsewhere->error = errno;
    for (size_t i = 0; i < elsewhere->count && !elsewhere->error; i++)
        if ((elsewhere->descriptors[i] = open_port(elsewhere->ports[i])) < 0) elsewhere->error = errno;
    return 0;
}

int clinux_open_ports_elsewhere(const uint32_t *ports, int32_t *descriptors, size_t count) {
    struct elsewhere elsewhere = {ports, descriptors, count, 0};
    for (size_t i = 0; i < count; i++) descriptors[i] = -1;
    /* The child shares this process's memory and descriptors until it ends; only the child changes its namespace. */
    _Alignas(16) char stack[32768];
    pid_t child = clone(open_ports, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &elsewhere);
    if (child < 0) return errno;
    while (waitpid(child, NULL, 0) < 0)
        if (errno != EINTR) {
            if (!elsewhere.error) elsewhere.error = errno;
            break;
        }
    if (elsewhere.error)
        for (size_t i = 0; i < count; i++)
            if (descriptors[i] >= 0) close(descriptors[i]);
    return elsewhere.error;
}

int clinux_event_counter(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

const char *clinux_call_name(long number) {
    /* The system calls of the daemon, named as in strace; calls that the architecture lacks are omitted. */
    static const struct { long number; const char *name; } calls[] = {
#define CALL(name) {SYS_##name, #name},
        CALL(accept4) CALL(bind) CALL(brk) CALL(clock_gettime) CALL(clone3) CALL(close) CALL(dup) CALL(epoll_ctl)
        CALL(epoll_pwait) CALL(fcntl) CALL(fstat) CALL(futex) CALL(getpid) CALL(getrandom) CALL(getsockname)
        CALL(getsockopt) CALL(gettid) CALL(ioctl) CALL(kill) CALL(lseek) CALL(madvise) CALL(mmap) CALL(mprotect)
        CALL(mremap) CALL(munmap)
        CALL(newfstatat) CALL(openat) CALL(pidfd_open) CALL(prctl) CALL(read) CALL(readlinkat) CALL(recvfrom)
        CALL(recvmmsg) CALL(recvmsg) CALL(rt_sigprocmask) CALL(sched_setaffinity) CALL(sendmsg) CALL(sendto)
        CALL(setsockopt) CALL(shutdown) CALL(socket) CALL(unlinkat) CALL(wait4) CALL(write)
#ifdef SYS_epoll_wait
        CALL(epoll_wait) CALL(vfork) CALL(unlink) CALL(open)
#endif
#undef CALL
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number) return calls[i].name;
    return NULL;
}

ptrdiff_t clinux_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count) {
    const char *found = memmem(bytes, count, wanted, wanted_count);
    return found ? found - (const char *)bytes : -1;
}

int clinux_bytes_in_pipe(int pipe) {
    int count;
    return ioctl(pipe, FIONREAD, &count) < 0 ? -1 : count;
}
