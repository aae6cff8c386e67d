/* A process that is by turns its owner's and one with more rights, by executing itself from two files.
 *
 * usage: flip PLAIN SETID
 *
 * Started from SETID, which is set-id, it writes 64 times 1,024 bytes to /dev/null, gives up the rights and executes
 * PLAIN; started from PLAIN it writes nothing and executes SETID. So what it has written is a whole number of 64 KiB at
 * every moment at which its owner may look, and another one only while it runs with more rights. It always calls itself
 * the same, or its name would give it away. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void need(int succeeded, const char *what) {
    if (succeeded) return;
    perror(what);
    exit(1);
}

/* Work without a system call: some time to be seen in. */
static void dwell(void) {
    for (volatile int i = 0; i < 2000; i++) {}
}

int main(int count, char **arguments) {
    need(count == 3, "usage: flip PLAIN SETID");
    need(prctl(PR_SET_NAME, "flip") == 0, "prctl");
    if (geteuid() == getuid() && getegid() == getgid()) {
        /* The first time around: whoever started it waits for a number. */
        static const char first[] = "FLIP";
        if (!getenv(first)) {
            printf("%d\n", getpid());
            fflush(stdout);
            setenv(first, "", 1);
        }
        /* Longer than a get takes, or it would never be seen as its owner's alone. */
        for (int i = 0; i < 512; i++) dwell();
        execl(arguments[2], arguments[2], arguments[1], arguments[2], (char *)NULL);
        need(0, arguments[2]);
    }
    static const char text[1024];
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    need(nowhere >= 0, "/dev/null");
    for (int i = 0; i < 64; i++) {
        need(write(nowhere, text, sizeof text) == sizeof text, "write");
        dwell();
    }
    gid_t gid = getgid();
    uid_t uid = getuid();
    need(setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0, "setresuid");
    execl(arguments[1], arguments[1], arguments[1], arguments[2], (char *)NULL);
    need(0, arguments[1]);
}
