/* Preloaded into the daemon: holds it just before or just after a kernel query, or before it opens the directory of a
 * process in /proc, until it is released.
 *
 * TASKSTATS_GATE is a file of three 32-bit integers in memory order: the queried id, 1 for a query by pid or 2 for one by
 * tgid, and 1 for before, 2 for after (0: never), or 3 for the directory. TASKSTATS_GATE.at and .on are fifos: the daemon
 * writes a byte to the first one when it is held, and a byte written to the second one releases it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { before = 1, after = 2, opening = 3, command_offset = 16, attribute_offset = 22, id_offset = 24, get = 1 };
struct gate { uint32_t id, attribute, place; };

static volatile struct gate *gate;
static int at = -1, on = -1;
static ssize_t (*next_sendto)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
static int (*next_openat)(int, const char *, int, ...);

static int open_part(const char *path, const char *suffix) {
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    int opened = open(name, O_RDWR | O_CLOEXEC);
    if (opened >= 0) return opened;
    dprintf(STDERR_FILENO, "gate: %s: %s\n", name, strerror(errno));
    abort();
}

__attribute__((constructor)) static void start(void) {
    *(void **)&next_sendto = dlsym(RTLD_NEXT, "sendto");
    *(void **)&next_openat = dlsym(RTLD_NEXT, "openat");
    const char *path = getenv("TASKSTATS_GATE");
    if (!path || strcmp(program_invocation_short_name, "taskstatsd") != 0) return;
    int file = open_part(path, "");
    void *map = mmap(NULL, sizeof *gate, PROT_READ, MAP_SHARED, file, 0);
    if (map == MAP_FAILED) abort();
    close(file);
    at = open_part(path, ".at");
    on = open_part(path, ".on");
    gate = map;
}

static void stand(void) {
    char byte = 0;
    if (write(at, &byte, 1) != 1 || read(on, &byte, 1) != 1) abort();
}

static void stand_at_question(const void *data, size_t length, uint32_t place) {
    uint16_t attribute;
    uint32_t id;
    if (!gate || gate->place != place || length < id_offset + sizeof id) return;
    memcpy(&attribute, (const char *)data + attribute_offset, sizeof attribute);
    memcpy(&id, (const char *)data + id_offset, sizeof id);
    if (((const char *)data)[command_offset] != get || attribute != gate->attribute || id != gate->id) return;
    stand();
}

static void stand_at_directory(const char *path) {
    char directory[32];
    if (!gate || gate->place != opening) return;
    snprintf(directory, sizeof directory, "/proc/%u", gate->id);
    if (strcmp(path, directory) == 0) stand();
}

ssize_t sendto(int socket, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    if (to && to->sa_family == AF_NETLINK) stand_at_question(data, length, before);
    ssize_t sent = next_sendto(socket, data, length, flags, to, size);
    int error = errno;
    if (to && to->sa_family == AF_NETLINK) stand_at_question(data, length, after);
    errno = error;
    return sent;
}

int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | __O_TMPFILE)) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    stand_at_directory(path);
    return next_openat(directory, path, flags, mode);
}
