/* storm MODE COUNT CPUS: ends COUNT tasks as fast as the machine can, on all of CPUS ("0,1") at once.
 *
 * MODE is thread, vfork, fork, exec (/bin/true) or shell (sh -c with a command of its own). One worker process is pinned to each CPU and creates and ends one task after the
 * other; all share one count, so that every CPU is busy until the last task. SIGTERM ends it early. The exits of the
 * workers themselves are not counted. */
#define _GNU_SOURCE
#include "bench.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { max_workers = 256, stack_bytes = 32 * 1024 };

/* Memory shared by the workers; the counters of each CPU have a separate cache line. */
struct shared {
    pthread_barrier_t start;
    _Alignas(64) atomic_long left;
    struct {
        _Alignas(64) long ended;
        uint64_t began_ns, stopped_ns;
    } worker[max_workers];
};

static struct shared *shared;

static void stop(int signal) {
    (void)signal;
    atomic_store(&shared->left, 0);
}

static void *end_at_once(void *unused) { return unused; }

static void end_thread(const pthread_attr_t *attributes) {
    pthread_t thread;
    if (pthread_create(&thread, attributes, end_at_once, NULL)) fail("pthread_create");
    pthread_join(thread, NULL);
}

static void end_process(pid_t child) {
    if (child < 0) fail("fork");
    if (waitpid(child, NULL, 0) < 0) fail("waitpid");
}

static pid_t execute(char *const arguments[]) {
    extern char **environ;
    pid_t child;
    if (posix_spawn(&child, arguments[0], NULL, NULL, arguments, environ)) fail("posix_spawn");
    return child;
}

static void work(char mode, int cpu, int number) {
    pin_to(cpu);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_barrier_wait(&shared->start);

    long ended = 0;
    shared->worker[number].began_ns = monotonic_ns();
    while (atomic_fetch_sub(&shared->left, 1) > 0) {
        pid_t child;
        switch (mode) {
        case 't': end_thread(&attributes); break;
        case 'v':
            child = vfork();
            if (child == 0) _exit(0);
            end_process(child);
            break;
        case 'e': end_process(execute((char *[]){"/bin/true", "storm", NULL})); break;
        case 's': end_process(execute((char *[]){"/bin/sh", "-c", "/bin/true storm; :", NULL})); break;
        default:
            child = fork();
            if (child == 0) _exit(0);
            end_process(child);
        }
        ended++;
    }
    shared->worker[number].stopped_ns = monotonic_ns();
    shared->worker[number].ended = ended;
}

int main(int argc, char **argv) {
    if (argc != 4 || !strchr("tvfes", argv[1][0])) usage("storm thread|vfork|fork|exec|shell COUNT CPUS");
    die_with_parent();
    int cpus[max_workers];
    int workers = parse_list(argv[3], cpus, max_workers);

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) fail("mmap");
    atomic_store(&shared->left, atol(argv[2]));
    pthread_barrierattr_t attributes;
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->start, &attributes, (unsigned)workers);

    signal(SIGTERM, stop);
    for (int i = 0; i < workers; i++) {
        pid_t worker = fork();
        if (worker < 0) fail("fork");
        if (worker == 0) {
            die_with_parent();
            signal(SIGTERM, SIG_IGN);
            work(argv[1][0], cpus[i], i);
            _exit(0);
        }
    }
    int failed = 0, status;
    while (wait(&status) > 0) failed |= status;
    if (failed) return 1;

    long exits = 0;
    uint64_t began = UINT64_MAX, stopped = 0;
    for (int i = 0; i < workers; i++) {
        exits += shared->worker[i].ended;
        if (shared->worker[i].began_ns < began) began = shared->worker[i].began_ns;
        if (shared->worker[i].stopped_ns > stopped) stopped = shared->worker[i].stopped_ns;
    }
    double seconds = (double)(stopped - began) / 1e9;
    printf("{\"mode\":\"%s\",\"exits\":%ld,\"workers\":%d,\"seconds\":%.6f,\"rate\":%.1f}\n", argv[1], exits, workers,
           seconds, (double)exits / seconds);
    return 0;
}
