/* A process to be queried: becomes what its argument says, prints an id, and stays until it is ended.
 *
 * usage: target stay | drop | show | hide | name | thread | headless | zombie | turn FILE
 *
 * The id is its own, that of its second thread, or that of the child that it does not wait for. Set-id bits and file
 * capabilities come from its file. With turn, SIGUSR1 makes it drop the rights of these and execute FILE, and the next
 * one makes it return; SIGUSR2 makes it undumpable. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(int succeeded, const char *what) {
    if (succeeded) return;
    perror(what);
    exit(1);
}

static void say(pid_t id) {
    printf("%d\n", id);
    fflush(stdout);
}

/* The second thread ends on SIGUSR1 and leaves the first one behind. */
static void *second_thread(void *signals) {
    int signal;
    say(gettid());
    sigwait(signals, &signal);
    return NULL;
}

static void start_second_thread(void) {
    static sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_t thread;
    need(pthread_create(&thread, NULL, second_thread, &signals) == 0, "pthread_create");
}

static void turn(char *self, char *file) {
    sigset_t signals;
    int signal;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    for (say(getpid()); sigwait(&signals, &signal) == 0 && signal == SIGUSR2; say(getpid()))
        need(prctl(PR_SET_DUMPABLE, 0) == 0, "prctl");
    gid_t gid = getgid();
    uid_t uid = getuid();
    need(setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0, "setresuid");
    execl(file, file, "turn", self, (char *)NULL);
    need(0, file);
}

int main(int count, char **arguments) {
    const char *role = count > 1 ? arguments[1] : "";
    if (strcmp(role, "drop") == 0 || strcmp(role, "show") == 0) {
        need(setegid(getgid()) == 0 && seteuid(getuid()) == 0, "seteuid");
        /* The dropped ids can be restored, though everything else looks like an ordinary process. */
        if (strcmp(role, "show") == 0) need(prctl(PR_SET_DUMPABLE, 1) == 0, "prctl");
    } else if (strcmp(role, "hide") == 0) {
        need(prctl(PR_SET_DUMPABLE, 0) == 0, "prctl");
    } else if (strcmp(role, "name") == 0) {
        need(prctl(PR_SET_NAME, "\t\\n\n\xff:\r") == 0, "prctl");
    } else if (strcmp(role, "thread") == 0) {
        start_second_thread();
        for (;;) pause();
    } else if (strcmp(role, "headless") == 0) {
        start_second_thread();
        pthread_exit(NULL);
    } else if (strcmp(role, "zombie") == 0) {
        pid_t child = fork();
        need(child >= 0, "fork");
        if (child == 0) _exit(0);
        siginfo_t info;
        need(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0, "waitid");
        say(child);
        for (;;) pause();
    } else if (strcmp(role, "turn") == 0 && count > 2) {
        turn(arguments[0], arguments[2]);
    } else {
        need(strcmp(role, "stay") == 0, role);
    }
    say(getpid());
    for (;;) pause();
}
