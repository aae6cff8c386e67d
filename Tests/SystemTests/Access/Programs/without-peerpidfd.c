/* Preloaded into the daemon: simulates a kernel before 6.5, without SO_PEERPIDFD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>

enum { so_peerpidfd = 77 };

int getsockopt(int socket, int level, int option, void *restrict value, socklen_t *restrict length) {
    static int (*next)(int, int, int, void *restrict, socklen_t *restrict);
    if (level == SOL_SOCKET && option == so_peerpidfd) {
        errno = ENOPROTOOPT;
        return -1;
    }
    if (!next) *(void **)&next = dlsym(RTLD_NEXT, "getsockopt");
    return next(socket, level, option, value, length);
}
