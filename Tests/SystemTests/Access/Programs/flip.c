/* A process that alternates between its owner's rights and more, by executing itself from two files.
 *
 * usage: flip PLAIN SETID
 *
 * Started from SETID, which is set-id, it writes 64 times 1,024 bytes to /dev/null, drops the rights and executes
 * PLAIN; started from PLAIN it writes nothing and executes SETID. So its written bytes are a multiple of 64 KiB whenever
 * its owner may see them, and any other number only while it runs with more rights. It always uses the same name, which
 * would otherwise reveal the change. */
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

/* Work without a system call: time in which it can be inspected. */
static void dwell(void) {
    for (volatile int i = 0; i < 2000; i++) {}
}

int main(int count, char **arguments) {
    need(count == 3, "usage: flip PLAIN SETID");
    need(prctl(PR_SET_NAME, "flip") == 0, "prctl");
    if (geteuid() == getuid() && getegid() == getgid()) {
        /* In the first round the parent waits for a number. */
        static const char first[] = "FLIP";
        if (!getenv(first)) {
            printf("%d\n", getpid());
            fflush(stdout);
            setenv(first, "", 1);
        }
        /* Longer than a get, or it would never be seen with only its owner's rights. */
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
