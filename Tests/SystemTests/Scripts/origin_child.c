/* A process that follows a plan, for origin_load.py: it forks, executes, moves and reports what it is.
 *
 * The environment has the plan, in PLAN: words separated by blanks; paths and arguments are in hexadecimal. Descriptor 3
 * takes one line at each name, and one at a failure.
 *
 *   n NAME             take a command name, and report it: name, pid, session
 *   s                  begin a session, if possible
 *   w MICROSECONDS     sleep
 *   t COUNT            run threads that end at once
 *   c DIRECTORY        move to a cgroup
 *   x PATH ARGUMENTS   execute a program with arguments, separated by commas
 *   X PATH ARGUMENTS   the same, from a thread
 *   f ... }            fork a child that follows the words in between, and ends
 *   o                  fork a child that ends at once, and wait for it
 *   r                  reap a child, and make the next process take its id, if that is possible
 *   a                  reap all children
 *   l COUNT PATH       execute a program as many times, with the number of the remaining ones as its argument
 *   u UID              become a user and that user's group, in effect without executing anything
 *   T TEXT             write a title over the arguments and what follows them, as setproctitle does
 *   m PATH             map a file
 *   M PATH             map a file, and read its first page
 *   q STATUS           end
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { report = 3, argument_limit = 64 };
static char *rest;

static void fail(const char *what) {
    dprintf(report, "failed: %s: %m\n", what);
    _exit(99);
}

static char *word(void) {
    while (*rest == ' ') rest++;
    char *start = rest;
    while (*rest && *rest != ' ') rest++;
    if (*rest) *rest++ = 0;
    return start;
}

static char *decoded(const char *text) {
    size_t length = strlen(text) / 2;
    char *bytes = malloc(length + 1);
    if (!bytes) fail("malloc");
    for (size_t index = 0; index < length; index++) sscanf(text + 2 * index, "%2hhx", (unsigned char *)&bytes[index]);
    bytes[length] = 0;
    return bytes;
}

static void put(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0) fail(path);
    close(file);
}

static void *nothing(void *argument) { return argument; }

static void run_threads(int count) {
    pthread_t threads[16];
    if (count > 16) count = 16;
    for (int index = 0; index < count; index++)
        if (pthread_create(&threads[index], NULL, nothing, NULL)) fail("pthread_create");
    for (int index = 0; index < count; index++) pthread_join(threads[index], NULL);
}

static char *program;
static char *arguments[argument_limit + 1];

static void *execute(void *argument) {
    if (setenv("PLAN", rest, 1)) fail("setenv");
    execv(program, arguments);
    fail(program);
    return argument;
}

static void prepare(void) {
    program = decoded(word());
    char *text = word();
    int count = 0;
    for (char *part; count < argument_limit && (part = strsep(&text, ","));) arguments[count++] = decoded(part);
    arguments[count] = NULL;
}

static void skip_child(void) {
    for (int depth = 1; depth > 0;) {
        char *next = word();
        if (!*next) fail("plan");
        if (strcmp(next, "f") == 0) depth++;
        if (strcmp(next, "}") == 0) depth--;
    }
}

static void repeat(char **argv) {
    int count = atoi(word());
    char *path = word();
    if (count == 0) return;
    char *plan, number[16];
    snprintf(number, sizeof number, "%d", count - 1);
    if (asprintf(&plan, "l %d %s %s", count - 1, path, rest) < 0 || setenv("PLAN", plan, 1)) fail("setenv");
    execl(decoded(path), argv[0], number, NULL);
    fail(path);
}

static void become(gid_t id) {
    if (setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id)) fail("setresuid");
}

static void map(const char *path, int use) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    const volatile char *page = file < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);
    if (page == MAP_FAILED) fail(path);
    if (use) (void)*page;
}

static void reap(void) {
    pid_t ended = waitpid(-1, NULL, 0);
    char text[16];
    snprintf(text, sizeof text, "%d", (int)ended - 1);
    if (ended > 1) put("/proc/sys/kernel/ns_last_pid", text);
}

int main(int argc, char **argv) {
    char *plan = getenv("PLAN");
    if (!plan) return 98;
    rest = strdup(plan);
    for (;;) {
        char *next = word();
        switch (*next) {
        case 'n': {
            char *name = word(), line[128];
            prctl(PR_SET_NAME, name);
            int length = snprintf(line, sizeof line, "%s %d %d\n", name, (int)getpid(), (int)getsid(0));
            if (write(report, line, length) != length) fail("report");
            break;
        }
        case 's': setsid(); break;
        case 'w': usleep(atoi(word())); break;
        case 't': run_threads(atoi(word())); break;
        case 'c': put(decoded(word()), "0"); break;
        case 'x':
            prepare();
            execute(NULL);
            break;
        case 'X': {
            prepare();
            pthread_t thread;
            if (pthread_create(&thread, NULL, execute, NULL)) fail("pthread_create");
            pause();
            break;
        }
        case 'f': {
            pid_t child = fork();
            if (child < 0) fail("fork");
            if (child > 0) skip_child();
            break;
        }
        case 'o': {
            pid_t child = fork();
            if (child < 0) fail("fork");
            if (child == 0) _exit(0);
            waitpid(child, NULL, 0);
            break;
        }
        case 'r': reap(); break;
        case 'l': repeat(argv); break;
        case 'u': become(atoi(word())); break;
        case 'T': {
            char *title = decoded(word());
            size_t room = argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0];
            memset(argv[0], ' ', room);
            memcpy(argv[0], title, strlen(title) < room ? strlen(title) : room);
            break;
        }
        case 'm': map(decoded(word()), 0); break;
        case 'M': map(decoded(word()), 1); break;
        case 'a':
            while (waitpid(-1, NULL, 0) > 0) {}
            break;
        case 'q': _exit(atoi(word()));
        default: _exit(0); /* The end of the plan, or of a child's part. */
        }
    }
}
