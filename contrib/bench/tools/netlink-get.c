/* netlink-get PID COUNT: queries the kernel COUNT times for the statistics of a task over one socket, waiting for each
 * answer, and prints the latencies and the rate: the lower bound for a get.
 *
 * With COUNT 1 it is also the smallest program for one query: it then prints some of the answer. */
#define _GNU_SOURCE
#include "bench.h"
#include "taskstats.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The statistics follow the headers, the nest, and the attribute with the pid. */
static void print_record(const char *reply) {
    struct taskstats stats;
    const char *nest = reply + NLMSG_HDRLEN + GENL_HDRLEN;
    const char *pid = nest + NLA_HDRLEN;
    const char *record = pid + NLA_ALIGN(((const struct nlattr *)pid)->nla_len);
    memcpy(&stats, record + NLA_HDRLEN, offsetof(struct taskstats, blkio_count));
    printf("{\"version\":%u,\"cpu_count\":%llu,\"cpu_delay_total\":%llu}\n", stats.version,
           (unsigned long long)stats.cpu_count, (unsigned long long)stats.cpu_delay_total);
}

int main(int argc, char **argv) {
    if (argc != 3) usage("netlink-get PID COUNT");
    die_with_parent();
    int socket = netlink_open();
    char request[64];
    size_t length = taskstats_get_request(request, taskstats_family(socket), (uint32_t)atoi(argv[1]));
    int count = atoi(argv[2]);
    struct samples latencies = samples_with_room((size_t)count);
    _Alignas(8) char reply[4096] = {0};

    uint64_t began = monotonic_ns();
    for (int i = 0; i < count; i++) {
        uint64_t asked = monotonic_ns();
        if (send(socket, request, length, 0) < 0) fail("send");
        if (recv(socket, reply, sizeof reply, 0) < 0) fail("recv");
        samples_add(&latencies, monotonic_ns() - asked);
        if (((struct nlmsghdr *)reply)->nlmsg_type == NLMSG_ERROR) {
            fprintf(stderr, "netlink-get: the kernel refused the query\n");
            return 1;
        }
    }
    double seconds = (double)(monotonic_ns() - began) / 1e9;
    if (count == 1) {
        print_record(reply);
        return 0;
    }
    printf("{\"rate\":%.1f,", (double)count / seconds);
    samples_print("latency", &latencies);
    printf("}\n");
    return 0;
}
