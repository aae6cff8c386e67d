/* Ends tasks in known ways on a known CPU and says which: the load of the system tests.
 *
 *   exit-load CPU PROCESSES THREADS   that many of each, one after the other, all on CPU; then "process PID" or
 *                                     "thread TID" for each, and "self PID" for itself
 *   exit-load leader-first            a process whose first thread ends before the second: "leader PID", "last TID"
 *   exit-load storm CPU SEED TASKS    at least that many tasks as fast as they can end, all on CPU, in a mixture that the
 *                                     seed decides: processes that succeed, fail, are killed, or have threads, one after
 *                                     the other and many at once; then the same words as the first form
 *   exit-load spin SEED TASKS     tasks that use the CPU for known times: see spin.h
 */
#define _GNU_SOURCE
#include "spin.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int *tids;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *record_tid(void *slot) {
    *(int *)slot = (int)syscall(SYS_gettid);
    return NULL;
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) fail("sched_setaffinity");
}

static void end_tasks(int cpu, int processes, int threads) {
    pin(cpu);
    int *pids = calloc((size_t)processes + 1, sizeof *pids);
    tids = calloc((size_t)threads + 1, sizeof *tids);
    if (!pids || !tids) fail("calloc");
    for (int i = 0; i < processes; i++) {
        pids[i] = fork();
        if (pids[i] < 0) fail("fork");
        if (pids[i] == 0) _exit(0);
        if (waitpid(pids[i], NULL, 0) < 0) fail("waitpid");
    }
    for (int i = 0; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, record_tid, &tids[i])) fail("pthread_create");
        pthread_join(thread, NULL);
    }
    for (int i = 0; i < processes; i++) printf("process %d\n", pids[i]);
    for (int i = 0; i < threads; i++) printf("thread %d\n", tids[i]);
    printf("self %d\n", getpid());
}

/* What ended in a storm, shared with the children, who have threads of their own to report. */
struct storm {
    atomic_int count;
    struct { int is_thread, id; } ended[];
};

enum { burst_limit = 64, children_limit = 16, child_threads_limit = 8 };

static struct storm *storm;
static pthread_barrier_t barrier;
static uint64_t state;

static void report(int is_thread, int id) {
    int index = atomic_fetch_add(&storm->count, 1);
    storm->ended[index].is_thread = is_thread;
    storm->ended[index].id = id;
}

/* SplitMix64, from 0 to below the limit. */
static int below(int limit) {
    uint64_t mixed = state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return (int)((mixed ^ (mixed >> 31)) % (uint64_t)limit);
}

static void *end_with_the_others(void *unused) {
    report(1, (int)syscall(SYS_gettid));
    pthread_barrier_wait(&barrier);
    return unused;
}

static void end_threads_together(int count) {
    pthread_t threads[burst_limit];
    pthread_barrier_init(&barrier, NULL, (unsigned)count);
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, end_with_the_others, NULL)) fail("pthread_create");
    }
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
}

/* A child whose first thread ends in any order with the others. */
static void end_as_threads(int count) {
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, (unsigned)count + 1);
    for (int i = 0; i < count; i++) {
        if (pthread_create(&thread, NULL, end_with_the_others, NULL)) fail("pthread_create");
    }
    pthread_barrier_wait(&barrier);
    pthread_exit(NULL);
}

static void end_children(int count, int threads) {
    int pids[children_limit];
    for (int i = 0; i < count; i++) {
        int code = below(3);
        pids[i] = fork();
        if (pids[i] < 0) fail("fork");
        if (pids[i] == 0) {
            if (threads) end_as_threads(threads);
            if (code == 2) kill(getpid(), SIGKILL);
            _exit(code);
        }
        report(0, pids[i]);
    }
    for (int i = 0; i < count; i++) {
        if (waitpid(pids[i], NULL, 0) < 0) fail("waitpid");
    }
}

static void end_storm(int cpu, int tasks) {
    size_t room = (size_t)tasks + burst_limit + children_limit * (child_threads_limit + 1);
    storm = mmap(NULL, sizeof *storm + room * sizeof *storm->ended, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (storm == MAP_FAILED) fail("mmap");
    pin(cpu);
    while (atomic_load(&storm->count) < tasks) {
        switch (below(5)) {
        case 0: end_children(1, 0); break;
        case 1: end_children(1 + below(children_limit), 0); break;
        case 2: end_children(1 + below(2), 1 + below(child_threads_limit)); break;
        case 3: end_threads_together(1); break;
        default: end_threads_together(1 + below(burst_limit)); break;
        }
    }
    for (int i = 0; i < atomic_load(&storm->count); i++) {
        printf("%s %d\n", storm->ended[i].is_thread ? "thread" : "process", storm->ended[i].id);
    }
    printf("self %d\n", getpid());
}

static pthread_t leader;

static void *outlive_leader(void *unused) {
    /* Joining the leader returns when the kernel has let go of it, after its exit record. */
    pthread_join(leader, NULL);
    printf("last %d\n", (int)syscall(SYS_gettid));
    fflush(stdout);
    return unused;
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "leader-first")) {
        pthread_t other;
        leader = pthread_self();
        printf("leader %d\n", getpid());
        if (pthread_create(&other, NULL, outlive_leader, NULL)) fail("pthread_create");
        pthread_exit(NULL);
    }
    if (argc == 5 && !strcmp(argv[1], "storm")) {
        state = strtoull(argv[3], NULL, 10);
        end_storm(atoi(argv[2]), atoi(argv[4]));
        return 0;
    }
    if (argc == 4 && !strcmp(argv[1], "spin")) {
        spin_tasks(strtoull(argv[2], NULL, 10), atoi(argv[3]));
        return 0;
    }
    if (argc != 4) {
        fprintf(stderr, "usage: exit-load CPU PROCESSES THREADS | leader-first | storm CPU SEED TASKS | "
                        "spin SEED TASKS\n");
        return 64;
    }
    end_tasks(atoi(argv[1]), atoi(argv[2]), atoi(argv[3]));
    return 0;
}
