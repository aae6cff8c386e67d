/* sink SOCKET PARAMS: one subscriber that reads and counts as fast as it can.
 *
 * Reports when it is subscribed. On SIGTERM it unsubscribes, reads up to the answer, which comes after the last record,
 * and prints how many records and reported losses it got, and the age of the first record of each read. */
#define _GNU_SOURCE
#include "bench.h"
#include "client.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int connection;
static void stop(int signal) {
    (void)signal;
    client_send_unsubscribe(connection);
}

struct counts {
    uint64_t exits, lost, other, bytes, reads, now_ns;
    int ended, sampled;
    struct samples age;
};

static void take(void *context, enum line_kind kind, const char *head) {
    struct counts *counts = context;
    switch (kind) {
    case line_exit:
        counts->exits++;
        if (counts->sampled) break;
        counts->sampled = 1;
        uint64_t time = line_number(head, "\"time\":");
        if (time && time < counts->now_ns) samples_add(&counts->age, counts->now_ns - time);
        break;
    case line_lost: counts->lost += line_number(head, "\"count\":"); break;
    case line_reply: counts->ended = 1; break;
    case line_other: counts->other++;
    }
}

int main(int argc, char **argv) {
    if (argc != 3) usage("sink SOCKET PARAMS");
    die_with_parent();
    connection = client_connect(argv[1]);
    client_subscribe(connection, argv[2]);
    signal(SIGTERM, stop);
    printf("{\"ready\":true}\n");
    fflush(stdout);

    static char buffer[1 << 18];
    static struct lines lines;
    struct counts counts = {.age = samples_with_room(1 << 20)};
    uint64_t cpu_before = cpu_ns();
    while (!counts.ended) {
        ssize_t received = recv(connection, buffer, sizeof buffer, 0);
        if (received < 0) continue;
        if (received == 0) fail("the daemon closed the connection");
        counts.reads++;
        counts.bytes += (uint64_t)received;
        counts.now_ns = wall_ns();
        counts.sampled = 0;
        lines_feed(&lines, buffer, (size_t)received, take, &counts);
    }
    printf("{\"exits\":%llu,\"lost\":%llu,\"other\":%llu,\"bytes\":%llu,\"reads\":%llu,\"cpu_ns\":%llu,",
           (unsigned long long)counts.exits, (unsigned long long)counts.lost, (unsigned long long)counts.other,
           (unsigned long long)counts.bytes, (unsigned long long)counts.reads,
           (unsigned long long)(cpu_ns() - cpu_before));
    samples_print("age", &counts.age);
    printf("}\n");
    return 0;
}
