/* Not in the header: there it would give Swift a second, different view of what Glibc's module has. */
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

/* A CPU mask in the kernel's own form, so that CPUs beyond CPU_SETSIZE work too. */
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

    /* vfork: the child shares our memory until it ends, and tells us in it why it could not be pinned. */
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

int clinux_effective_capabilities(uint64_t *effective) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) < 0) return -1;
    *effective = 0;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) *effective |= (uint64_t)data[i].effective << 32 * i;
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

bool clinux_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}
