/* get-client SOCKET PID COUNT: queries a task's statistics over one connection: COUNT times waiting for each answer,
 * and COUNT times with pipelined requests. Prints the latencies of the former and the rate of the latter. */
#define _GNU_SOURCE
#include "bench.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { burst = 64, ahead = 4 };

struct replies {
    long count, refused;
};

static void take(void *context, enum line_kind kind, const char *head) {
    struct replies *replies = context;
    if (kind != line_reply) return;
    replies->count++;
    if (!strstr(head, "\"result\"")) replies->refused++;
}

static char buffer[1 << 18];
static struct lines lines;

static void read_until(int socket, struct replies *replies, long count) {
    while (replies->count < count) {
        ssize_t received = recv(socket, buffer, sizeof buffer, 0);
        if (received <= 0) fail("the daemon closed the connection");
        lines_feed(&lines, buffer, (size_t)received, take, replies);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) usage("get-client SOCKET PID COUNT");
    die_with_parent();
    int socket = client_connect(argv[1]);
    long count = atol(argv[3]) / burst * burst;
    char request[128], requests[burst * sizeof request];
    size_t length = (size_t)snprintf(request, sizeof request,
                                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get\",\"params\":{\"pid\":%d}}\n",
                                     atoi(argv[2]));
    for (int i = 0; i < burst; i++) memcpy(requests + (size_t)i * length, request, length);

    struct replies replies = {0};
    struct samples latencies = samples_with_room((size_t)count);
    for (long i = 0; i < count; i++) {
        uint64_t asked = monotonic_ns();
        client_send(socket, request, length);
        read_until(socket, &replies, i + 1);
        samples_add(&latencies, monotonic_ns() - asked);
    }

    replies.count = 0;
    uint64_t began = monotonic_ns();
    for (long sent = 0; sent < count; sent += burst) {
        client_send(socket, requests, burst * length);
        read_until(socket, &replies, sent - (ahead - 1) * burst);
    }
    read_until(socket, &replies, count);
    double seconds = (double)(monotonic_ns() - began) / 1e9;
    if (replies.refused) fail("the daemon refuses");

    printf("{\"rate\":%.1f,", (double)count / seconds);
    samples_print("latency", &latencies);
    printf("}\n");
    return 0;
}
