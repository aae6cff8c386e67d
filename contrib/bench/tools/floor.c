/* floor CPUS PAUSE_US RECEIVE_BUFFER: a minimal listener, for comparison.
 *
 * One socket per CPU, drained with recvmmsg until empty; waits PAUSE_US before a drain so that one wake-up serves many
 * records; decodes and writes nothing. Reports when it is registered. On SIGTERM it drains once more, deregisters, and
 * prints its counters and its CPU time. */
#define _GNU_SOURCE
#include "bench.h"
#include "taskstats.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

enum { max_cpus = 256, batch = 64, slot_bytes = 2048, drops_index = 8 };

static volatile sig_atomic_t stopped;
static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

static struct mmsghdr messages[batch];
static struct iovec slots[batch];
static char buffer[batch][slot_bytes];

static long drain(int socket) {
    long records = 0;
    int received;
    do {
        received = recvmmsg(socket, messages, batch, MSG_DONTWAIT, NULL);
        if (received > 0) records += received;
        else if (received < 0 && errno == ENOBUFS) received = batch;
    } while (received == batch);
    return records;
}

static long drops(int socket) {
    unsigned info[16] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, info, &length) < 0) fail("SO_MEMINFO");
    return info[drops_index];
}

int main(int argc, char **argv) {
    if (argc != 4) usage("floor CPUS PAUSE_US RECEIVE_BUFFER");
    die_with_parent();
    int cpus[max_cpus];
    int count = parse_list(argv[1], cpus, max_cpus);
    unsigned pause_us = (unsigned)atoi(argv[2]);
    int receive_buffer = atoi(argv[3]);

    for (int i = 0; i < batch; i++) {
        slots[i] = (struct iovec){buffer[i], slot_bytes};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &slots[i], .msg_iovlen = 1};
    }
    /* SIGTERM is blocked outside of ppoll, so that it cannot arrive between the test and the wait. */
    sigset_t blocked, during_poll;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &during_poll);
    signal(SIGTERM, stop);

    struct pollfd sockets[max_cpus];
    uint16_t family = 0;
    for (int i = 0; i < count; i++) {
        int socket = netlink_open();
        if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0)
            fail("SO_RCVBUFFORCE");
        if (family == 0) family = taskstats_family(socket);
        taskstats_listen(socket, family, cpus[i], 1);
        sockets[i] = (struct pollfd){socket, POLLIN, 0};
    }
    printf("{\"ready\":true}\n");
    fflush(stdout);

    long records = 0, wakeups = 0, dropped = 0;
    uint64_t cpu_before = cpu_ns();
    while (!stopped) {
        if (ppoll(sockets, (nfds_t)count, NULL, &during_poll) <= 0) continue;
        wakeups++;
        if (pause_us) usleep(pause_us);
        for (int i = 0; i < count; i++) records += drain(sockets[i].fd);
    }
    for (int i = 0; i < count; i++) {
        records += drain(sockets[i].fd);
        dropped += drops(sockets[i].fd);
    }
    uint64_t used = cpu_ns() - cpu_before;
    for (int i = 0; i < count; i++) taskstats_listen(sockets[i].fd, family, cpus[i], 0);
    printf("{\"records\":%ld,\"dropped\":%ld,\"wakeups\":%ld,\"cpu_ns\":%llu}\n", records, dropped, wakeups,
           (unsigned long long)used);
    return 0;
}
