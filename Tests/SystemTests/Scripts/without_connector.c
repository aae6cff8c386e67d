/* Preloaded into the daemon by the system tests: a kernel that refuses the proc connector.
 *
 * TASKSTATS_CONNECTORS is the number of sockets that are allowed before, none by default.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

static atomic_int opened;

int socket(int domain, int type, int protocol) {
    static int (*next)(int, int, int);
    if (!next) next = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    const char *allowed = getenv("TASKSTATS_CONNECTORS");
    if (domain == AF_NETLINK && protocol == NETLINK_CONNECTOR && opened++ >= (allowed ? atoi(allowed) : 0)) {
        errno = EPROTONOSUPPORT;
        return -1;
    }
    return next(domain, type, protocol);
}
