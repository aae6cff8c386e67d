#define _GNU_SOURCE
#include "client.h"

#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Reads one line, byte by byte, so that it consumes nothing after the line. */
static void read_line(int socket, char *line, size_t room) {
    size_t length = 0;
    while (length + 1 < room) {
        ssize_t received = recv(socket, line + length, 1, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) fail("the daemon closed the connection");
        if (line[length++] == '\n') break;
    }
    line[length] = 0;
}

int client_connect(const char *path) {
    int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("socket");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(socket_, (struct sockaddr *)&address, sizeof address) < 0) fail(path);
    char line[4096];
    read_line(socket_, line, sizeof line);
    if (!strstr(line, "\"access\":\"all\"")) {
        fprintf(stderr, "connection refused by the daemon: %s", line);
        exit(1);
    }
    return socket_;
}

void client_send(int socket, const char *line, size_t length) {
    while (length > 0) {
        ssize_t sent = send(socket, line, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) fail("send");
        line += sent;
        length -= (size_t)sent;
    }
}

void client_subscribe(int socket, const char *params) {
    char line[4096];
    int length = snprintf(line, sizeof line,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":%s}\n", params);
    client_send(socket, line, (size_t)length);
    read_line(socket, line, sizeof line);
    if (!strstr(line, "\"result\"")) {
        fprintf(stderr, "cannot subscribe: %s", line);
        exit(1);
    }
}

void client_send_unsubscribe(int socket) {
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"unsubscribe\"}\n";
    if (write(socket, line, sizeof line - 1) < 0) _exit(1);
}

static enum line_kind kind_of(const char *head) {
    static const char notification[] = "{\"jsonrpc\":\"2.0\",\"method\":\"";
    static const char reply[] = "{\"jsonrpc\":\"2.0\",\"id\":";
    if (!strncmp(head, reply, sizeof reply - 1)) return line_reply;
    if (strncmp(head, notification, sizeof notification - 1)) return line_other;
    switch (head[sizeof notification - 1]) {
    case 'e': return line_exit;
    case 'l': return line_lost;
    default: return line_other;
    }
}

void lines_feed(struct lines *lines, const char *bytes, size_t count, line_handler *handler, void *context) {
    while (count > 0) {
        const char *newline = memchr(bytes, '\n', count);
        size_t part = newline ? (size_t)(newline - bytes) : count;
        if (lines->length < line_head_bytes - 1) {
            size_t room = line_head_bytes - 1 - lines->length;
            size_t kept = part < room ? part : room;
            memcpy(lines->head + lines->length, bytes, kept);
            lines->length += kept;
        }
        if (!newline) return;
        lines->head[lines->length] = 0;
        handler(context, kind_of(lines->head), lines->head);
        lines->length = 0;
        bytes += part + 1;
        count -= part + 1;
    }
}

uint64_t line_number(const char *head, const char *name) {
    const char *member = strstr(head, name);
    return member ? strtoull(member + strlen(name), NULL, 10) : 0;
}
