/* Preloaded into the daemon: makes the kernel look like one without SO_PASSRIGHTS (before Linux 6.16). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>

enum { passrights = 83 };

int getsockopt(int descriptor, int level, int option, void *value, socklen_t *length) {
    if (level == SOL_SOCKET && option == passrights) {
        errno = ENOPROTOOPT;
        return -1;
    }
    int (*next)(int, int, int, void *, socklen_t *) = (int (*)(int, int, int, void *, socklen_t *))dlsym(RTLD_NEXT, "getsockopt");
    return next(descriptor, level, option, value, length);
}

int setsockopt(int descriptor, int level, int option, const void *value, socklen_t length) {
    if (level == SOL_SOCKET && option == passrights) {
        errno = ENOPROTOOPT;
        return -1;
    }
    int (*next)(int, int, int, const void *, socklen_t) = (int (*)(int, int, int, const void *, socklen_t))dlsym(RTLD_NEXT, "setsockopt");
    return next(descriptor, level, option, value, length);
}
