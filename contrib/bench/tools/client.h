/* A client of taskstatsd in C, as small as it can be: connects, asks, and tells lines apart by how they begin. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>
#include <stdint.h>

/* Connects and waits for the greeting; ends the program when there is another. */
int client_connect(const char *path);

/* Sends a whole line. */
void client_send(int socket, const char *line, size_t length);

/* Subscribes with these params, a JSON object, and waits for the answer. */
void client_subscribe(int socket, const char *params);

/* The request that ends the subscription; the answer stands behind the last record. Safe in a signal handler. */
void client_send_unsubscribe(int socket);

enum { line_head_bytes = 256 };

/* Finds the lines in a stream and keeps the beginning of the one that is not whole yet. */
struct lines {
    size_t length;
    char head[line_head_bytes];
};

/* What a line is. */
enum line_kind { line_exit, line_lost, line_reply, line_other };

/* Gets each whole line: its beginning, ended by NUL. */
typedef void line_handler(void *context, enum line_kind kind, const char *head);

/* Hands over the lines that end within these bytes. */
void lines_feed(struct lines *lines, const char *bytes, size_t count, line_handler *handler, void *context);

/* The number behind a member's name within the beginning of a line; 0 when it is not there. */
uint64_t line_number(const char *head, const char *name);

#endif
