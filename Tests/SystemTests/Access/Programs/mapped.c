/* A process that ends with the only reference to a TCP socket in a mapping, which lingers when that is dropped.
 *
 * usage: mapped PORT LINGER_SECONDS
 *
 * Connects to the port on this host, whose owner never reads, and sends until nothing more fits. Says "ready", waits for a
 * number of microseconds on standard input, and ends after that time. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int main(int count, char **arguments) {
    if (count != 3) errx(64, "usage: mapped PORT LINGER_SECONDS");
    struct sockaddr_in peer = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int socket_ = socket(AF_INET, SOCK_STREAM, 0), buffer = 4096;
    setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (connect(socket_, (struct sockaddr *)&peer, sizeof peer) < 0) err(1, "connect");
    fcntl(socket_, F_SETFL, O_NONBLOCK);
    static char bytes[65536];
    struct pollfd writable = {.fd = socket_, .events = POLLOUT};
    do {
        while (write(socket_, bytes, sizeof bytes) > 0) {}
    } while (poll(&writable, 1, 60) > 0);
    struct linger linger = {.l_onoff = 1, .l_linger = atoi(arguments[2])};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, socket_, 0) == MAP_FAILED) err(1, "mmap");
    close(socket_);
    if (write(1, "ready", 5) != 5) return 1;
    uint32_t delay;
    if (read(0, &delay, sizeof delay) != sizeof delay) return 1;
    for (uint64_t end = microseconds() + delay; microseconds() < end;) {}
    _exit(0);
}
