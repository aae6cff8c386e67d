#define _GNU_SOURCE
#include "bench.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }
uint64_t wall_ns(void) { return read_clock(CLOCK_REALTIME); }
uint64_t cpu_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

void fail(const char *what) {
    perror(what);
    exit(1);
}

void usage(const char *text) {
    fprintf(stderr, "usage: %s\n", text);
    exit(64);
}

void die_with_parent(void) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) fail("prctl");
}

void pin_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) fail("sched_setaffinity");
}

int parse_list(const char *text, int *numbers, int room) {
    int count = 0;
    while (count < room) {
        char *end;
        numbers[count++] = (int)strtol(text, &end, 10);
        if (*end != ',') break;
        text = end + 1;
    }
    return count;
}

struct samples samples_with_room(size_t room) {
    struct samples samples = {malloc(room * sizeof(uint64_t)), 0, room};
    if (!samples.ns) fail("malloc");
    return samples;
}

void samples_add(struct samples *samples, uint64_t ns) {
    if (samples->count < samples->room) samples->ns[samples->count++] = ns;
}

static int ascending(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static double quantile(const struct samples *samples, double part) {
    if (samples->count == 0) return 0;
    return (double)samples->ns[(size_t)(part * (double)(samples->count - 1))] / 1e3;
}

void samples_print(const char *name, struct samples *samples) {
    qsort(samples->ns, samples->count, sizeof *samples->ns, ascending);
    printf("\"%s\":{\"count\":%zu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, samples->count,
           quantile(samples, 0.5), quantile(samples, 0.9), quantile(samples, 0.99), quantile(samples, 1));
}
