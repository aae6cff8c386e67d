/* Ends tasks in known ways on a known CPU and says which: the load of the system tests.
 *
 *   exit-load CPU PROCESSES THREADS   that many of each, one after the other, all on CPU; then "process PID" or
 *                                     "thread TID" for each, and "self PID" for itself
 *   exit-load leader-first            a process whose first thread ends before the second: "leader PID", "last TID"
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    if (argc != 4) {
        fprintf(stderr, "usage: exit-load CPU PROCESSES THREADS | leader-first\n");
        return 64;
    }
    end_tasks(atoi(argv[1]), atoi(argv[2]), atoi(argv[3]));
    return 0;
}
