/* many-sinks SOCKET COUNT PARAMS: COUNT subscribers in one process, which reads from all of them and counts.
 *
 * Each '@' in PARAMS is replaced with the number of the subscriber. They use several user ids because of the connection
 * limit per uid, so the daemon must serve group root. On SIGTERM all unsubscribe and read up to the answer. */
#define _GNU_SOURCE
#include "bench.h"
#include "client.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { first_uid = 3000000, connections_per_uid = 8 };

struct sink {
    int socket, ended;
    uint64_t exits, lost;
    struct lines lines;
};

static volatile sig_atomic_t stopping;
static void stop(int signal) {
    (void)signal;
    stopping = 1;
}

static void take(void *context, enum line_kind kind, const char *head) {
    struct sink *sink = context;
    if (kind == line_exit) sink->exits++;
    else if (kind == line_lost) sink->lost += line_number(head, "\"count\":");
    else if (kind == line_reply) sink->ended = 1;
}

static void subscribe(struct sink *sink, const char *path, const char *params, int number) {
    if (seteuid((uid_t)(first_uid + number / connections_per_uid)) < 0) fail("seteuid");
    sink->socket = client_connect(path);
    if (seteuid(0) < 0) fail("seteuid");
    char own[2048];
    size_t length = 0;
    for (const char *from = params; *from && length + 16 < sizeof own; from++) {
        if (*from == '@') length += (size_t)snprintf(own + length, 16, "%d", number);
        else own[length++] = *from;
    }
    own[length] = 0;
    client_subscribe(sink->socket, own);
}

int main(int argc, char **argv) {
    if (argc != 4) usage("many-sinks SOCKET COUNT PARAMS");
    die_with_parent();
    int count = atoi(argv[2]);
    struct sink *sinks = calloc((size_t)count, sizeof *sinks);
    if (!sinks) fail("calloc");
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll_create1");
    for (int i = 0; i < count; i++) {
        subscribe(&sinks[i], argv[1], argv[3], i);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &sinks[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, sinks[i].socket, &event) < 0) fail("epoll_ctl");
    }
    sigset_t blocked, during_wait;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &during_wait);
    signal(SIGTERM, stop);
    printf("{\"ready\":true}\n");
    fflush(stdout);

    static char buffer[1 << 18];
    struct epoll_event events[64];
    int left = count, told = 0;
    while (left > 0) {
        int ready = epoll_pwait(epoll, events, 64, -1, &during_wait);
        if (ready < 0 && errno != EINTR) fail("epoll_pwait");
        if (stopping && !told) {
            told = 1;
            for (int i = 0; i < count; i++) client_send_unsubscribe(sinks[i].socket);
        }
        for (int i = 0; i < ready; i++) {
            struct sink *sink = events[i].data.ptr;
            ssize_t received = recv(sink->socket, buffer, sizeof buffer, MSG_DONTWAIT);
            if (received < 0) continue;
            if (received == 0) fail("the daemon closed a connection");
            int had_ended = sink->ended;
            lines_feed(&sink->lines, buffer, (size_t)received, take, sink);
            left -= sink->ended - had_ended;
        }
    }
    uint64_t exits = 0, lost = 0, least = UINT64_MAX;
    for (int i = 0; i < count; i++) {
        exits += sinks[i].exits;
        lost += sinks[i].lost;
        if (sinks[i].exits < least) least = sinks[i].exits;
    }
    printf("{\"connections\":%d,\"exits\":%llu,\"least\":%llu,\"lost\":%llu}\n", count, (unsigned long long)exits,
           (unsigned long long)least, (unsigned long long)lost);
    return 0;
}
