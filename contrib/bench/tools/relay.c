/* relay SOCKET: a minimal query daemon, for comparison. It takes requests of one client on a Unix socket, queries the
 * kernel for the statistics of init for each line, and answers with a line of the usual length.
 *
 * It decodes nothing and checks nothing. The cost of a get beyond a netlink GET and this relay is the daemon's own. */
#define _GNU_SOURCE
#include "bench.h"
#include "taskstats.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { answer_bytes = 1400, most_answers = 1024 };

int main(int argc, char **argv) {
    if (argc != 2) usage("relay SOCKET");
    die_with_parent();
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1) < 0) fail(argv[1]);
    int netlink = netlink_open();
    char get[64];
    size_t get_length = taskstats_get_request(get, taskstats_family(netlink), 1);

    static char answers[most_answers * answer_bytes];
    static const char greeting[] = "{\"access\":\"all\"}\n";
    static const char start[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{";
    for (int i = 0; i < most_answers; i++) {
        char *answer = answers + (size_t)i * answer_bytes;
        memset(answer, ' ', answer_bytes);
        memcpy(answer, start, sizeof start - 1);
        answer[answer_bytes - 1] = '\n';
    }
    printf("{\"ready\":true}\n");
    fflush(stdout);

    int client = accept(listener, NULL, NULL), epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    if (client < 0 || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event) < 0) fail("accept");
    if (send(client, greeting, sizeof greeting - 1, 0) < 0) fail("send");
    char requests[1 << 16], reply[4096];
    while (epoll_wait(epoll, &event, 1, -1) == 1) {
        ssize_t received = recv(client, requests, sizeof requests, 0);
        if (received <= 0) break;
        size_t lines = 0;
        for (const char *at = requests, *end = requests + received; at < end; lines++) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            if (!newline) break;
            at = newline + 1;
            if (send(netlink, get, get_length, 0) < 0 || recv(netlink, reply, sizeof reply, 0) < 0) fail("get");
        }
        for (size_t left = lines; left > 0;) {
            size_t part = left < most_answers ? left : most_answers;
            size_t bytes = part * answer_bytes, sent = 0;
            while (sent < bytes) {
                ssize_t count = send(client, answers + sent, bytes - sent, MSG_NOSIGNAL);
                if (count < 0) fail("send");
                sent += (size_t)count;
            }
            left -= part;
        }
    }
    return 0;
}
