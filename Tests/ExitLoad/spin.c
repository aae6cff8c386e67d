#define _GNU_SOURCE
#include "spin.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More than there are CPUs on a small machine, so that tasks wait for each other. */
enum { workers = 3 };

enum { shortest_ns = 100000, longest_ns = 20000000, gap_ns = 20000 };

struct spin {
    int pid, slept;
    uint64_t loop_ns, ran_ns, rusage_us;
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    /* In the vDSO: no system call, which would let the kernel update its count. */
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t microseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

/* Volatile, as the memory is shared with the parent. */
static void spin(volatile struct spin *task, uint64_t length_ns) {
    const struct timespec pause = {.tv_nsec = 200000};
    /* Written before the loop, so that no page fault is left for after it. */
    task->loop_ns = 0;
    if (task->slept) nanosleep(&pause, NULL);
    uint64_t begin = now(), before = begin, end, ran_ns = 0;
    do {
        end = now();
        /* A longer gap is time that another task, an interrupt or a hypervisor took. */
        if (end - before < gap_ns) ran_ns += end - before;
        before = end;
    } while (end - begin < length_ns);
    task->ran_ns = ran_ns;
    task->loop_ns = end - begin;
    _exit(0);
}

/* As many between a length and its double as between that and the next. */
static uint64_t length(unsigned short random[3]) {
    double ns = (double)(shortest_ns << nrand48(random) % 8) * (1 + erand48(random));
    return ns < longest_ns ? (uint64_t)ns : longest_ns;
}

static void run(struct spin *tasks, int count, unsigned short random[3]) {
    for (int i = 0; i < count; i++) {
        struct rusage usage;
        uint64_t length_ns = length(random);
        tasks[i].slept = nrand48(random) & 1;
        int pid = fork();
        if (pid < 0) fail("fork");
        if (pid == 0) spin(&tasks[i], length_ns);
        if (wait4(pid, NULL, 0, &usage) < 0) fail("wait4");
        tasks[i].pid = pid;
        tasks[i].rusage_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    }
}

void spin_tasks(unsigned long long seed, int tasks) {
    struct spin *all = mmap(NULL, (size_t)tasks * sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) fail("mmap");
    for (int worker = 0; worker < workers; worker++) {
        int first = tasks * worker / workers, end = tasks * (worker + 1) / workers;
        unsigned short random[3] = {(unsigned short)worker, (unsigned short)seed, (unsigned short)(seed >> 16)};
        int pid = fork();
        if (pid < 0) fail("fork");
        if (pid == 0) {
            run(all + first, end - first, random);
            _exit(0);
        }
    }
    for (int worker = 0; worker < workers; worker++) {
        int status;
        if (wait(&status) < 0) fail("wait");
        if (status) exit(1);
    }
    for (int i = 0; i < tasks; i++) {
        printf("spin %d %llu %llu %llu %d\n", all[i].pid, (unsigned long long)all[i].loop_ns,
               (unsigned long long)all[i].ran_ns, (unsigned long long)all[i].rusage_us, all[i].slept);
    }
}
