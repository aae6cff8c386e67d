/* past SOCKET TEMPLATES RECORDS START STEP: a daemon whose exits happened at other times.
 *
 * TEMPLATES has the handshake in its first line and an exit in each other one, with an index of ten digits and times of
 * nineteen. It sends RECORDS exits to one subscriber, as fast as that reads, with their indexes and times counted up:
 * the first ended START nanoseconds after 1970, each other one STEP later. Then it prints how many it sent, answers the
 * next request, and ends with the connection. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { line_limit = 65536, template_limit = 1 << 16, batch = 1 << 18 };

struct template {
    char *text;
    size_t length;
    size_t index, time, started; /* the offsets of the numbers; 0 if there is none */
};

static size_t place(const char *text, const char *key) {
    const char *found = strstr(text, key);
    return found ? (size_t)(found - text) + strlen(key) : 0;
}

static void put(char *digits, int count, uint64_t number) {
    while (count--) {
        digits[count] = (char)('0' + number % 10);
        number /= 10;
    }
}

static void send_all(int connection, const char *bytes, size_t count) {
    while (count) {
        ssize_t sent = send(connection, bytes, count, MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        bytes += sent;
        count -= (size_t)sent;
    }
}

/* Reads a request and returns its id. */
static uint64_t request(int connection) {
    static char line[line_limit];
    size_t count = 0;
    while (!memchr(line, '\n', count)) {
        ssize_t received = recv(connection, line + count, sizeof line - count - 1, 0);
        if (received <= 0) exit(0);
        count += (size_t)received;
    }
    line[count] = 0;
    size_t id = place(line, "\"id\":");
    return id ? strtoull(line + id, NULL, 10) : 0;
}

int main(int argc, char **argv) {
    if (argc != 6) usage("past SOCKET TEMPLATES RECORDS START STEP");
    die_with_parent();
    FILE *file = fopen(argv[2], "r");
    static char line[line_limit], hello[line_limit], answer[256];
    if (!file || !fgets(hello, sizeof hello, file)) fail("templates");
    static struct template templates[template_limit];
    size_t count = 0;
    while (count < template_limit && fgets(line, sizeof line, file)) {
        struct template *next = &templates[count++];
        next->text = strdup(line);
        next->length = strlen(line);
        next->index = place(line, "\"index\":");
        next->time = place(line, "\"time\":");
        next->started = place(line, "\"started\":");
        if (!next->index || !next->time) fail("a template without an index and a time");
    }
    if (!count) fail("no templates");

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) fail("listen");
    printf("{\"ready\":true}\n");
    fflush(stdout);
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) fail("accept");
    send_all(connection, hello, strlen(hello));
    int length = snprintf(
        answer, sizeof answer,
        "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":{\"cpus\":\"0-1\",\"scope\":\"task\",\"overflow\":\"drop\","
        "\"fields\":[\"ac_comm\"],\"next_seq\":{}}}\n", request(connection));
    send_all(connection, answer, (size_t)length);

    uint64_t records = strtoull(argv[3], NULL, 10), time = strtoull(argv[4], NULL, 10);
    uint64_t step = strtoull(argv[5], NULL, 10), first = 1000000000;
    static char buffer[batch + line_limit];
    size_t filled = 0;
    for (uint64_t record = 0; record < records; record++, time += step) {
        const struct template *next = &templates[record % count];
        char *text = buffer + filled;
        memcpy(text, next->text, next->length);
        put(text + next->index, 10, first + record);
        put(text + next->time, 19, time);
        if (next->started) put(text + next->started, 19, time - 5000000 - record % 1000 * 1009);
        filled += next->length;
        if (filled < batch) continue;
        send_all(connection, buffer, filled);
        filled = 0;
    }
    send_all(connection, buffer, filled);
    printf("{\"sent\":%lu}\n", records);
    fflush(stdout);
    length = snprintf(answer, sizeof answer, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":{}}\n", request(connection));
    send_all(connection, answer, (size_t)length);
    while (recv(connection, line, sizeof line, 0) > 0) continue;
}
