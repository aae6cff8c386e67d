/* exit-probe SOCKET COUNT INTERVAL_US: measures the time from the exit of a task until a client reads its record.
 *
 * The client subscribes to its own children and forks COUNT of them, one every INTERVAL_US. Each child
 * writes the time to shared memory just before it exits; the client reads the clock when it has read the line. */
#define _GNU_SOURCE
#include "bench.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct awaited {
    uint64_t pid;
    int seen;
};

static void take(void *context, enum line_kind kind, const char *head) {
    struct awaited *awaited = context;
    if (kind == line_exit && line_number(head, "\"pid\":") == awaited->pid) awaited->seen = 1;
    if (kind == line_lost) fail("a record was lost");
}

int main(int argc, char **argv) {
    if (argc != 4) usage("exit-probe SOCKET COUNT INTERVAL_US");
    die_with_parent();
    int count = atoi(argv[2]);
    struct timespec interval = {0, atol(argv[3]) * 1000};
    int socket = client_connect(argv[1]);
    char params[64];
    snprintf(params, sizeof params, "{\"filter\":{\"ppid\":[%d]}}", (int)getpid());
    client_subscribe(socket, params);
    volatile uint64_t *ended_at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ended_at == MAP_FAILED) fail("mmap");

    static char buffer[1 << 16];
    static struct lines lines;
    struct samples latencies = samples_with_room((size_t)count);
    for (int i = 0; i < count; i++) {
        nanosleep(&interval, NULL);
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child == 0) {
            *ended_at = monotonic_ns();
            _exit(0);
        }
        struct awaited awaited = {(uint64_t)child, 0};
        while (!awaited.seen) {
            ssize_t received = recv(socket, buffer, sizeof buffer, 0);
            if (received <= 0) fail("the daemon closed the connection");
            lines_feed(&lines, buffer, (size_t)received, take, &awaited);
        }
        samples_add(&latencies, monotonic_ns() - *ended_at);
        if (waitpid(child, NULL, 0) < 0) fail("waitpid");
    }
    printf("{");
    samples_print("latency", &latencies);
    printf("}\n");
    return 0;
}
