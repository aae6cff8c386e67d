/* Children whose activity shows how the kernel counts. Each ends after a few seconds at the latest, whatever goes
 * wrong. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const unsigned longest_seconds = 3;

/* Has the kernel end this process after a while. */
static void limit_life(void) {
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
    alarm(longest_seconds);
}

/* Waits for a child: 0 when it succeeded, or an error number. */
static int reap(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : ETIMEDOUT;
}

/* Two threads. */

static void *sleep_briefly(void *unused) {
    const struct timespec two_milliseconds = {0, 2000000};
    nanosleep(&two_milliseconds, NULL);
    return unused;
}

static int end_two_threads(int cpu) {
    if (clinux_run_on(&cpu, 1) < 0) return errno;
    pthread_t thread;
    int error = pthread_create(&thread, NULL, sleep_briefly, NULL);
    return error ? error : pthread_join(thread, NULL);
}

int clinux_end_two_threads_on_cpu(int cpu, int32_t *pid) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        limit_life();
        _exit(end_two_threads(cpu));
    }
    *pid = child;
    return reap(child);
}

/* Writers under load. */

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A process that passes bytes to and fro with another one, so that the CPU switches constantly. */
static int begin_exchange(int cpu, int input, int output) {
    pid_t child = fork();
    if (child != 0) return child;
    limit_life();
    char byte = 0;
    if (clinux_run_on(&cpu, 1) == 0)
        while (read(input, &byte, 1) == 1 && write(output, &byte, 1) == 1) continue;
    _exit(0);
}

struct exchange { pid_t ends[2]; };

static void end_exchange(const struct exchange *exchange) {
    for (int i = 0; i < 2; i++)
        if (exchange->ends[i] > 0) {
            kill(exchange->ends[i], SIGKILL);
            reap(exchange->ends[i]);
        }
}

static int begin_exchanges(int cpu, struct exchange *exchanges, int count) {
    for (int i = 0; i < count; i++) {
        int there[2], back[2];
        if (clinux_pipe(there) < 0) return -1;
        if (clinux_pipe(back) < 0) {
            close(there[0]);
            close(there[1]);
            return -1;
        }
        exchanges[i].ends[0] = begin_exchange(cpu, there[0], back[1]);
        exchanges[i].ends[1] = begin_exchange(cpu, back[0], there[1]);
        const char byte = 0;
        ssize_t written = write(there[1], &byte, 1);
        for (int end = 0; end < 2; end++) {
            close(there[end]);
            close(back[end]);
        }
        if (written != 1 || exchanges[i].ends[0] < 0 || exchanges[i].ends[1] < 0) return -1;
    }
    return 0;
}

/* Uses CPU time first, because a process that waits right after its start is not affected. */
static int write_and_sync(int cpu, const char *directory) {
    if (clinux_run_on(&cpu, 1) < 0) return errno;
    const uint64_t burn = 300000;
    for (uint64_t start = nanoseconds(); nanoseconds() - start < burn;) continue;
    int file = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    static const char block[65536];
    for (int i = 0; i < 4; i++)
        if (write(file, block, sizeof block) < 0) return errno;
    return fsync(file) < 0 ? errno : 0;
}

int clinux_sync_under_load(int cpu, const char *directory, int32_t *pids, int count) {
    enum { pairs = 2 };
    struct exchange exchanges[pairs] = {{{0, 0}}};
    int done = 0, error = 0;
    if (begin_exchanges(cpu, exchanges, pairs) < 0) error = errno ? errno : EIO;
    const uint64_t start = nanoseconds(), limit = 1000000000;
    while (error == 0 && done < count && nanoseconds() - start < limit) {
        pid_t child = fork();
        if (child == 0) {
            limit_life();
            _exit(write_and_sync(cpu, directory));
        }
        error = child < 0 ? errno : reap(child);
        if (error == 0) pids[done++] = child;
    }
    for (int i = 0; i < pairs; i++) end_exchange(&exchanges[i]);
    if (done > 0 || error == 0) return done;
    errno = error;
    return -1;
}
