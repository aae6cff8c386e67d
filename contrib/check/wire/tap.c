/* Preloaded into the daemon by the system tests: keeps a copy of the lines that it sends to its clients.
 *
 * It intercepts the calls that pass bytes to the kernel, so it sees every line, without support in the daemon. Of lines
 * that differ only in digits, it keeps the first (0 differs from any other number), because storms send millions. It
 * counts all lines. TASKSTATS_WIRE_LOG names the directory:
 *
 *   PID-TIME.ndjson   the lines kept
 *   PID-TIME.count    how many lines were sent, as a 64-bit integer in memory order
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The bytes sent of an incomplete line. */
struct connection {
    uint64_t cookie;
    size_t length, room;
    char *line;
};

enum { slots = 1 << 18, longest_line = 65536, connection_limit = 65536 };
static struct connection connections[connection_limit];
static uint64_t shapes[slots], shape_count;
static uint64_t *sent_lines;
static int file = -1;
static ssize_t (*next_sendmsg)(int, const struct msghdr *, int);

static void fail(const char *what) {
    dprintf(STDERR_FILENO, "wire tap: %s: %s\n", what, strerror(errno));
    abort();
}

static int open_file(const char *directory, const char *suffix) {
    /* Pids are reused. */
    static struct timespec now;
    if (now.tv_sec == 0) clock_gettime(CLOCK_REALTIME, &now);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%d-%lld.%s", directory, (int)getpid(),
             now.tv_sec * 1000000000ll + now.tv_nsec, suffix);
    int opened = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (opened < 0) fail(path);
    return opened;
}

/* Shells and launchers load it too. Only the daemon is recorded, starting before it drops privileges. */
__attribute__((constructor)) static void start(void) {
    next_sendmsg = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
    const char *directory = getenv("TASKSTATS_WIRE_LOG");
    if (!directory || strcmp(program_invocation_short_name, "taskstatsd") != 0) return;
    int count = open_file(directory, "count");
    if (ftruncate(count, sizeof *sent_lines) < 0) fail("ftruncate");
    void *page = mmap(NULL, sizeof *sent_lines, PROT_READ | PROT_WRITE, MAP_SHARED, count, 0);
    if (page == MAP_FAILED) fail("mmap");
    sent_lines = page;
    close(count);
    /* Above the descriptor numbers that have a meaning to the daemon, if its limit allows that. */
    int opened = open_file(directory, "ndjson");
    file = fcntl(opened, F_DUPFD_CLOEXEC, 64);
    if (file < 0)
        file = opened;
    else
        close(opened);
}

/* Whether this is the first line of its shape; when the table is full, every line counts as the first. */
static int is_new(const char *line, size_t length) {
    uint64_t hash = 14695981039346656037u;
    for (size_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)line[at];
        if (byte >= '0' && byte <= '9') {
            size_t first = at;
            while (at + 1 < length && line[at + 1] >= '0' && line[at + 1] <= '9') at++;
            byte = at == first && line[at] == '0' ? '0' : '9';
        }
        hash = (hash ^ byte) * 1099511628211u;
    }
    if (hash == 0) hash = 1;
    if (shape_count >= slots / 2) return 1;
    size_t slot = hash % slots;
    for (; shapes[slot]; slot = (slot + 1) % slots)
        if (shapes[slot] == hash) return 0;
    shapes[slot] = hash;
    shape_count++;
    return 1;
}

static void keep(const char *line, size_t length) {
    ++*sent_lines;
    if (is_new(line, length) && write(file, line, length) != (ssize_t)length) fail("write");
}

static void take(struct connection *connection, const char *bytes, size_t count) {
    while (count > 0) {
        const char *newline = memchr(bytes, '\n', count);
        size_t part = newline ? (size_t)(newline - bytes) + 1 : count;
        /* Most lines are sent whole. */
        if (newline && connection->length == 0) {
            keep(bytes, part);
        } else {
            if (connection->length + part > connection->room) {
                connection->room = connection->length + part;
                connection->line = realloc(connection->line, connection->room);
                if (!connection->line) fail("realloc");
            }
            memcpy(connection->line + connection->length, bytes, part);
            connection->length += part;
            if (newline || connection->length > longest_line) {
                keep(connection->line, connection->length);
                connection->length = 0;
            }
        }
        bytes += part;
        count -= part;
    }
}

static int is_client(int descriptor, uint64_t *cookie) {
    int family = 0, type = 0;
    socklen_t size = sizeof family, cookie_size = sizeof *cookie;
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 && family == AF_UNIX
        && getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM
        && getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, cookie, &cookie_size) == 0;
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    ssize_t sent = next_sendmsg(descriptor, message, flags);
    if (sent <= 0 || file < 0 || descriptor >= connection_limit) return sent;
    int error = errno;
    uint64_t cookie = 0;
    if (is_client(descriptor, &cookie)) {
        struct connection *connection = &connections[descriptor];
        if (connection->cookie != cookie) {
            /* The rest of an interrupted connection is not a line. */
            connection->cookie = cookie;
            connection->length = 0;
        }
        size_t left = (size_t)sent;
        for (size_t piece = 0; left > 0 && piece < message->msg_iovlen; piece++) {
            size_t count = message->msg_iov[piece].iov_len < left ? message->msg_iov[piece].iov_len : left;
            take(connection, message->msg_iov[piece].iov_base, count);
            left -= count;
        }
    }
    errno = error;
    return sent;
}
