/* A minimal client of taskstatsd in C: connects, sends requests, and classifies lines by their first bytes. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>
#include <stdint.h>

/* Connects and waits for hello; exits if the first line is another. */
int client_connect(const char *path);

/* Sends a whole line. */
void client_send(int socket, const char *line, size_t length);

/* Subscribes with these params, a JSON object, and waits for the answer. */
void client_subscribe(int socket, const char *params);

/* Sends unsubscribe, whose answer comes after the last record. Async-signal-safe. */
void client_send_unsubscribe(int socket);

enum { line_head_bytes = 256 };

/* Splits a stream into lines and keeps the beginning of an incomplete line. */
struct lines {
    size_t length;
    char head[line_head_bytes];
};

/* The kind of a line. */
enum line_kind { line_exit, line_lost, line_reply, line_other };

/* Called for each complete line with its beginning, terminated by NUL. */
typedef void line_handler(void *context, enum line_kind kind, const char *head);

/* Delivers the lines that end within these bytes. */
void lines_feed(struct lines *lines, const char *bytes, size_t count, line_handler *handler, void *context);

/* The number after a key within the beginning of a line; 0 if the key is not there. */
uint64_t line_number(const char *head, const char *name);

#endif
