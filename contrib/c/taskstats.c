/* See taskstats.h. The parts, in order: errors, the JSON scanner, values, requests, lines, events, connections. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "taskstats.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    default_line = 65536,
    least_line = 4096,
    longest_line = 1 << 24,
    request_room = 8192, /* the daemon's limit, without the newline */
    default_timeout_ms = 10000,
    /* The scanner reads 8 bytes at a time, and so up to 7 behind the end. */
    padding = 8,
    /* The daemon promises 16. */
    deepest = 64
};

/* ---- Memory ---- */

enum node_type {
    node_null, node_false, node_true, node_unsigned, node_negative, node_number, node_text, node_list, node_object
};

/* A value of a line, or a key before its value. Nodes are in the order of the line: behind a list come its values, and
 * behind an object its keys, each with its value. */
struct node {
    union {
        uint64_t number; /* of node_unsigned; of node_negative in two's complement */
        struct {
            uint32_t start, length; /* of a text, or of the digits of node_number, in the buffer */
        } text;
    } as;
    uint32_t next; /* the node behind a list or an object with all that is in it */
    uint32_t type;
};

struct taskstats_client {
    int socket; /* -1: no connection */
    int timeout_ms;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    struct taskstats_server server;
    locale_t locale;

    /* The buffer holds lines from `begin` to `filled`; there is no newline before `searched`. */
    char *buffer;
    size_t max_line, capacity, begin, searched, filled;

    /* The current line. Its number recognizes values of earlier ones. */
    struct node *nodes;
    uint32_t node_room, node_count, line;
    /* The key that was found last, and its object: the search for the next one begins behind it. */
    uint32_t last_object, last_key;

    char *request; /* a request with its newline */
    char *params;  /* those of the subscription, without `since` */
    uint64_t last_id;
    bool is_subscribed, is_ending;
    uint64_t ending_id;

    /* Where a subscription resumes: after `position`, or else at `since_time`. */
    bool has_position, is_position_current;
    struct taskstats_position position;
    uint64_t since_time;
};

/* ---- Errors ---- */

static void note_va(struct taskstats_error *error, enum taskstats_code code, const char *format, va_list values) {
    memset(error, 0, sizeof *error);
    error->code = code;
    vsnprintf(error->message, sizeof error->message, format, values);
}

__attribute__((format(printf, 3, 4)))
static int fail(struct taskstats_error *error, enum taskstats_code code, const char *format, ...) {
    va_list values;
    va_start(values, format);
    note_va(error, code, format, values);
    va_end(values);
    return -1;
}

static void close_socket(struct taskstats_client *client) {
    if (client->socket >= 0) close(client->socket);
    client->socket = -1;
    client->begin = client->searched = client->filled = 0;
}

/* Ends the connection. The arguments can be texts of the current line. */
__attribute__((format(printf, 4, 5)))
static int end(struct taskstats_client *client, struct taskstats_error *error, enum taskstats_code code,
               const char *format, ...) {
    va_list values;
    va_start(values, format);
    note_va(error, code, format, values);
    va_end(values);
    close_socket(client);
    client->line++;
    return -1;
}

/* Where errors go that the caller does not want. */
#define WITH_ERROR                      \
    struct taskstats_error unwanted;    \
    if (!error) error = &unwanted

bool taskstats_is_end(enum taskstats_code code) { return code >= TASKSTATS_CANNOT_CONNECT; }

bool taskstats_is_temporary(enum taskstats_code code) {
    switch (code) {
    case TASKSTATS_CANNOT_CONNECT: case TASKSTATS_CLOSED: case TASKSTATS_DISCONNECTED: case TASKSTATS_TIMED_OUT:
    case TASKSTATS_LIMIT_EXCEEDED: case TASKSTATS_INTERNAL_ERROR: case TASKSTATS_BAD_LINE: case TASKSTATS_KERNEL_ERROR:
        return true;
    default: return false;
    }
}

static void copy_text(char *to, size_t room, const char *from) {
    size_t length = strlen(from);
    if (length >= room) length = room - 1;
    memcpy(to, from, length);
    to[length] = 0;
}

/* ---- The JSON scanner ----
 *
 * Accepts exactly one JSON text (RFC 8259) of UTF-8 without a newline, nested at most `deepest` deep, and refuses lone
 * surrogates. It decodes texts in place, where they cannot become longer, and replaces their last quote with NUL. It
 * does not look for keys that occur twice: the daemon sends none. */

struct scanner {
    char *at;
    char *base; /* positions count from here */
    struct node *nodes;
    uint32_t room, count;
};

static const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;

/* Whether some of 8 bytes is a quote, a backslash, a control character or not ASCII. */
static bool has_special(uint64_t bytes) {
    uint64_t quote = bytes ^ ones * '"', backslash = bytes ^ ones * '\\';
    return (((quote - ones) | (backslash - ones) | (bytes - ones * 0x20)) & tops) | (bytes & tops);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The value of four hexadecimal digits; -1 if they are not. */
static int32_t hex_digits(const char *at) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Decodes \uXXXX, or a pair of them, behind the backslash and the u. */
static char *scan_unicode(const char **from, char *to) {
    int32_t value = hex_digits(*from);
    if (value < 0) return NULL;
    *from += 4;
    if (value >= 0xD800 && value < 0xE000) {
        if (value >= 0xDC00 || (*from)[0] != '\\' || (*from)[1] != 'u') return NULL;
        int32_t low = hex_digits(*from + 2);
        if (low < 0xDC00 || low >= 0xE000) return NULL;
        *from += 6;
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
    }
    if (value < 0x80) {
        *to++ = (char)value;
    } else if (value < 0x800) {
        *to++ = (char)(0xC0 | value >> 6);
        *to++ = (char)(0x80 | (value & 0x3F));
    } else if (value < 0x10000) {
        *to++ = (char)(0xE0 | value >> 12);
        *to++ = (char)(0x80 | (value >> 6 & 0x3F));
        *to++ = (char)(0x80 | (value & 0x3F));
    } else {
        *to++ = (char)(0xF0 | value >> 18);
        *to++ = (char)(0x80 | (value >> 12 & 0x3F));
        *to++ = (char)(0x80 | (value >> 6 & 0x3F));
        *to++ = (char)(0x80 | (value & 0x3F));
    }
    return to;
}

/* The bytes of a well-formed UTF-8 sequence of more than one byte; 0 if there is none. Stops at NUL. */
static int utf8_sequence(const unsigned char *at) {
    unsigned char least = 0x80, greatest = 0xBF;
    int length;
    if (at[0] >= 0xC2 && at[0] <= 0xDF) {
        length = 2;
    } else if (at[0] >= 0xE0 && at[0] <= 0xEF) {
        length = 3;
        if (at[0] == 0xE0) least = 0xA0;
        if (at[0] == 0xED) greatest = 0x9F;
    } else if (at[0] >= 0xF0 && at[0] <= 0xF4) {
        length = 4;
        if (at[0] == 0xF0) least = 0x90;
        if (at[0] == 0xF4) greatest = 0x8F;
    } else {
        return 0;
    }
    if (at[1] < least || at[1] > greatest) return 0;
    for (int i = 2; i < length; i++)
        if (at[i] < 0x80 || at[i] > 0xBF) return 0;
    return length;
}

/* Decodes the rest of a text that is not plain ASCII. Both begin at `from`; what is decoded is at most as long. */
static char *scan_rest(const char *from, char **end) {
    char *to = (char *)(uintptr_t)from;
    for (;;) {
        unsigned char c = (unsigned char)*from;
        if (c == '"') {
            *end = to;
            return (char *)(uintptr_t)from + 1;
        } else if (c == '\\') {
            c = (unsigned char)from[1];
            from += 2;
            switch (c) {
            case '"': case '\\': case '/': *to++ = (char)c; break;
            case 'b': *to++ = '\b'; break;
            case 'f': *to++ = '\f'; break;
            case 'n': *to++ = '\n'; break;
            case 'r': *to++ = '\r'; break;
            case 't': *to++ = '\t'; break;
            case 'u':
                to = scan_unicode(&from, to);
                if (!to) return NULL;
                break;
            default: return NULL;
            }
        } else if (c < 0x20) {
            return NULL;
        } else {
            int length = c < 0x80 ? 1 : utf8_sequence((const unsigned char *)from);
            if (length == 0) return NULL;
            while (length-- > 0) *to++ = *from++;
        }
    }
}

/* Scans a text behind its first quote, and returns the place behind its last one. */
static char *scan_text(const struct scanner *scanner, char *at, struct node *node) {
    char *start = at, *finish;
    for (;;) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        if (has_special(bytes)) break;
        at += 8;
    }
    while ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\') at++;
    if (*at == '"') {
        finish = at++;
    } else {
        at = scan_rest(at, &finish);
        if (!at) return NULL;
    }
    *finish = 0;
    node->type = node_text;
    node->as.text.start = (uint32_t)(start - scanner->base);
    node->as.text.length = (uint32_t)(finish - start);
    return at;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static char *scan_number(const struct scanner *scanner, char *at, struct node *node) {
    static const char greatest[] = "18446744073709551615";
    char *start = at;
    bool is_negative = *at == '-';
    if (is_negative) at++;
    char *first = at;
    uint64_t value = 0;
    while (is_digit(*at)) value = value * 10 + (uint64_t)(*at++ - '0');
    size_t length = (size_t)(at - first);
    if (length == 0 || (length > 1 && *first == '0')) return NULL;
    bool is_exact = length < 20 || (length == 20 && memcmp(first, greatest, 20) <= 0);
    if (*at == '.') {
        if (!is_digit(*++at)) return NULL;
        while (is_digit(*at)) at++;
        is_exact = false;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '+' || *at == '-') at++;
        if (!is_digit(*at)) return NULL;
        while (is_digit(*at)) at++;
        is_exact = false;
    }
    if (is_exact && !is_negative) {
        node->type = node_unsigned;
        node->as.number = value;
    } else if (is_exact && value <= (uint64_t)INT64_MAX + 1) {
        node->type = node_negative;
        node->as.number = -value;
    } else {
        node->type = node_number;
        node->as.text.start = (uint32_t)(start - scanner->base);
        node->as.text.length = (uint32_t)(at - start);
    }
    return at;
}

static char *skip_blanks(char *at) {
    while (*at == ' ' || *at == '\t' || *at == '\r') at++;
    return at;
}

static struct node *add_node(struct scanner *scanner) {
    if (scanner->count == scanner->room) return NULL;
    return &scanner->nodes[scanner->count++];
}

/* Scans a text that ends at `finish`, where there must be a byte that can be overwritten, and `padding` more. */
static bool scan(struct scanner *scanner, char *finish) {
    uint32_t open[deepest];
    int depth = 0;
    char *at = scanner->at;
    *finish = 0; /* No JSON contains NUL, so everything stops here. */

    for (;;) {
        /* A value. */
        at = skip_blanks(at);
        struct node *node = add_node(scanner);
        if (!node) return false;
        bool is_open = false;
        switch (*at) {
        case '{': case '[':
            if (depth == deepest) return false;
            node->type = *at == '{' ? node_object : node_list;
            open[depth++] = scanner->count - 1;
            at = skip_blanks(at + 1);
            is_open = *at != (node->type == node_object ? '}' : ']');
            break;
        case '"': at = scan_text(scanner, at + 1, node); break;
        case 't':
            if (memcmp(at, "true", 4)) return false;
            node->type = node_true;
            at += 4;
            break;
        case 'f':
            if (memcmp(at, "false", 5)) return false;
            node->type = node_false;
            at += 5;
            break;
        case 'n':
            if (memcmp(at, "null", 4)) return false;
            node->type = node_null;
            at += 4;
            break;
        default: at = scan_number(scanner, at, node);
        }
        if (!at) return false;

        /* What follows a value: the ends of lists and objects, and then a comma. */
        while (!is_open) {
            if (depth == 0) return skip_blanks(at) == finish;
            at = skip_blanks(at);
            struct node *outer = &scanner->nodes[open[depth - 1]];
            if (*at == (outer->type == node_object ? '}' : ']')) {
                outer->next = scanner->count;
                depth--;
                at++;
            } else if (*at == ',') {
                at = skip_blanks(at + 1);
                is_open = true;
            } else {
                return false;
            }
        }

        /* A key. */
        if (scanner->nodes[open[depth - 1]].type == node_object) {
            node = add_node(scanner);
            if (!node || *at != '"') return false;
            at = scan_text(scanner, at + 1, node);
            if (!at) return false;
            at = skip_blanks(at);
            if (*at++ != ':') return false;
        }
    }
}

/* ---- Values ---- */

static struct taskstats_value value_at(struct taskstats_client *client, uint32_t node) {
    return (struct taskstats_value){client, node, client->line};
}

static const struct taskstats_value absent;

/* NULL for an absent value, and for one of an earlier line. */
static const struct node *node_of(struct taskstats_value value) {
    return value.client && value.line == value.client->line ? &value.client->nodes[value.node] : NULL;
}

static const char *text_of(const struct taskstats_client *client, const struct node *node) {
    return client->buffer + node->as.text.start;
}

/* The node behind this one and all that is in it. */
static uint32_t behind(const struct taskstats_client *client, uint32_t node) {
    return client->nodes[node].type >= node_list ? client->nodes[node].next : node + 1;
}

enum taskstats_kind taskstats_kind(struct taskstats_value value) {
    static const enum taskstats_kind kinds[] = {
        [node_null] = TASKSTATS_NULL, [node_false] = TASKSTATS_BOOL, [node_true] = TASKSTATS_BOOL,
        [node_unsigned] = TASKSTATS_INTEGER, [node_negative] = TASKSTATS_INTEGER, [node_number] = TASKSTATS_NUMBER,
        [node_text] = TASKSTATS_TEXT, [node_list] = TASKSTATS_LIST, [node_object] = TASKSTATS_OBJECT,
    };
    const struct node *node = node_of(value);
    return node ? kinds[node->type] : TASKSTATS_ABSENT;
}

bool taskstats_to_u64(struct taskstats_value value, uint64_t *number) {
    const struct node *node = node_of(value);
    if (!node || node->type != node_unsigned) return false;
    *number = node->as.number;
    return true;
}

bool taskstats_to_i64(struct taskstats_value value, int64_t *number) {
    const struct node *node = node_of(value);
    if (node && node->type == node_unsigned && node->as.number <= INT64_MAX) {
        *number = (int64_t)node->as.number;
        return true;
    }
    if (!node || node->type != node_negative) return false;
    memcpy(number, &node->as.number, sizeof *number);
    return true;
}

bool taskstats_to_double(struct taskstats_value value, double *number) {
    const struct node *node = node_of(value);
    int64_t negative;
    if (!node) return false;
    if (node->type == node_unsigned) {
        *number = (double)node->as.number;
    } else if (taskstats_to_i64(value, &negative)) {
        *number = (double)negative;
    } else if (node->type == node_number) {
        /* The decimal point must not depend on the locale of the program. */
        locale_t others = uselocale(value.client->locale);
        double parsed = strtod(text_of(value.client, node), NULL);
        uselocale(others);
        if (parsed - parsed != 0) return false; /* infinite */
        *number = parsed;
    } else {
        return false;
    }
    return true;
}

bool taskstats_to_bool(struct taskstats_value value, bool *is_true) {
    const struct node *node = node_of(value);
    if (!node || (node->type != node_true && node->type != node_false)) return false;
    *is_true = node->type == node_true;
    return true;
}

const char *taskstats_to_text(struct taskstats_value value, size_t *length) {
    const struct node *node = node_of(value);
    if (!node || node->type != node_text) return NULL;
    if (length) *length = node->as.text.length;
    return text_of(value.client, node);
}

static bool is_text(const struct taskstats_client *client, const struct node *node, const char *text, size_t length) {
    return node->as.text.length == length && !memcmp(text_of(client, node), text, length);
}

/* The value of a key from one key of an object up to another; 0 if it is not there. */
static uint32_t find_between(
    const struct taskstats_client *client, uint32_t key, uint32_t finish, const char *name, size_t length) {
    while (key < finish) {
        if (is_text(client, &client->nodes[key], name, length)) return key + 1;
        key = behind(client, key + 1);
    }
    return 0;
}

struct taskstats_value taskstats_find(struct taskstats_value object, const char *key) {
    struct taskstats_client *client = object.client;
    const struct node *node = node_of(object);
    if (!node || node->type != node_object) return absent;
    size_t length = strlen(key);
    uint32_t first = object.node + 1;
    uint32_t likely = client->last_object == object.node ? behind(client, client->last_key + 1) : first;
    uint32_t found = find_between(client, likely, node->next, key, length);
    if (!found) found = find_between(client, first, likely, key, length);
    if (!found) return absent;
    client->last_object = object.node;
    client->last_key = found - 1;
    return value_at(client, found);
}

bool taskstats_u64(struct taskstats_value object, const char *key, uint64_t *number) {
    return taskstats_to_u64(taskstats_find(object, key), number);
}

bool taskstats_i64(struct taskstats_value object, const char *key, int64_t *number) {
    return taskstats_to_i64(taskstats_find(object, key), number);
}

const char *taskstats_text(struct taskstats_value object, const char *key) {
    return taskstats_to_text(taskstats_find(object, key), NULL);
}

bool taskstats_contains(struct taskstats_value list, const char *text) {
    size_t length = strlen(text);
    struct taskstats_iterator each = {0};
    while (taskstats_each(list, &each)) {
        const struct node *node = node_of(each.value);
        if (node->type == node_text && is_text(list.client, node, text, length)) return true;
    }
    return false;
}

bool taskstats_each(struct taskstats_value container, struct taskstats_iterator *iterator) {
    struct taskstats_client *client = container.client;
    const struct node *node = node_of(container);
    if (!node || node->type < node_list) return false;
    uint32_t next = iterator->next ? iterator->next : container.node + 1;
    if (next >= node->next) return false;
    iterator->key = node->type == node_object ? text_of(client, &client->nodes[next++]) : NULL;
    iterator->value = value_at(client, next);
    iterator->next = behind(client, next);
    return true;
}

/* ---- Requests ---- */

struct writer {
    char *at, *finish;
    bool is_full;
};

static void put_bytes(struct writer *writer, const char *bytes, size_t length) {
    if (length > (size_t)(writer->finish - writer->at)) {
        writer->is_full = true;
        return;
    }
    memcpy(writer->at, bytes, length);
    writer->at += length;
}

static void put(struct writer *writer, const char *text) { put_bytes(writer, text, strlen(text)); }

static void put_number(struct writer *writer, uint64_t number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    put(writer, digits);
}

static void put_quoted(struct writer *writer, const char *text, size_t length) {
    put(writer, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        char escape[8];
        if (c == '"' || c == '\\') {
            snprintf(escape, sizeof escape, "\\%c", c);
            put(writer, escape);
        } else if (c < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
            put(writer, escape);
        } else {
            put_bytes(writer, text + i, 1);
        }
    }
    put(writer, "\"");
}

/* A key with its comma, unless it is the first. */
static void put_key(struct writer *writer, const char *start, const char *key) {
    if (writer->at != start) put(writer, ",");
    put_quoted(writer, key, strlen(key));
    put(writer, ":");
}

static void put_text(struct writer *writer, const char *start, const char *key, const char *text) {
    if (!text) return;
    put_key(writer, start, key);
    put_quoted(writer, text, strlen(text));
}

/* Names that are separated by commas, as a list. */
static void put_names(struct writer *writer, const char *start, const char *key, const char *names) {
    if (!names) return;
    put_key(writer, start, key);
    put(writer, "[");
    for (;;) {
        size_t length = strcspn(names, ",");
        put_quoted(writer, names, length);
        names += length;
        if (!*names) break;
        put(writer, ",");
        names++;
    }
    put(writer, "]");
}

/* Whether a text is one JSON object on one line. Uses the room of the request. */
static bool is_object(struct taskstats_client *client, const char *text) {
    size_t length = strlen(text);
    if (length > request_room) return false;
    memcpy(client->request, text, length);
    struct scanner scanner = {client->request, client->request, client->nodes, client->node_room, 0};
    client->line++;
    return scan(&scanner, client->request + length) && client->nodes[0].type == node_object;
}

/* ---- Lines ---- */

/* The end of a wait, in nanoseconds of the monotonic clock. */
typedef int64_t deadline;
static const deadline at_once = 0, never = INT64_MAX;

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static deadline deadline_in(int timeout_ms) {
    return timeout_ms < 0 ? never : nanoseconds(CLOCK_MONOTONIC) + (int64_t)timeout_ms * 1000000;
}

/* The time that remains, in milliseconds as poll takes it. */
static int remaining(deadline until) {
    if (until == never) return -1;
    int64_t left = until - nanoseconds(CLOCK_MONOTONIC);
    if (left <= 0) return 0;
    return left / 1000000 >= INT_MAX ? INT_MAX : (int)(left / 1000000) + 1;
}

/* Waits until the socket is ready; false when the time is over. */
static bool wait_until(int socket, short events, deadline until) {
    if (until == at_once) return false;
    struct pollfd ready = {socket, events, 0};
    for (;;) {
        int timeout = remaining(until);
        if (poll(&ready, 1, timeout) > 0) return true;
        if (timeout == 0) return false;
    }
}

static int no_connection(struct taskstats_error *error) {
    return fail(error, TASKSTATS_DISCONNECTED, "there is no connection to taskstatsd (reconnect)");
}

/* Reads the next line: 1, or 0 when the time is over. */
static int read_line(struct taskstats_client *client, deadline until, struct taskstats_error *error) {
    if (client->socket < 0) return no_connection(error);
    client->line++;
    client->last_object = UINT32_MAX;
    for (;;) {
        char *newline = memchr(client->buffer + client->searched, '\n', client->filled - client->searched);
        size_t length = (newline ? (size_t)(newline - client->buffer) : client->filled) - client->begin;
        if (length >= client->max_line)
            return end(client, error, TASKSTATS_LINE_TOO_LONG,
                       "cannot read a line of taskstatsd: it is longer than %zu bytes (raise max_line)",
                       client->max_line);
        if (newline) {
            struct scanner scanner = {
                client->buffer + client->begin, client->buffer, client->nodes, client->node_room, 0};
            client->begin = client->searched = (size_t)(newline + 1 - client->buffer);
            if (!scan(&scanner, newline) || client->nodes[0].type != node_object)
                return end(client, error, TASKSTATS_BAD_LINE, "taskstatsd sent a line that is not a JSON object");
            return 1;
        }
        memmove(client->buffer, client->buffer + client->begin, length);
        client->begin = 0;
        client->searched = client->filled = length;
        ssize_t received = recv(client->socket, client->buffer + length, client->capacity - length, MSG_DONTWAIT);
        if (received > 0) {
            client->filled += (size_t)received;
        } else if (received == 0) {
            return end(client, error, TASKSTATS_DISCONNECTED, "taskstatsd closed the connection");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_until(client->socket, POLLIN, until)) return 0;
        } else if (errno != EINTR) {
            int number = errno;
            end(client, error, TASKSTATS_DISCONNECTED, "the connection to taskstatsd ended: %s",
                strerror_l(number, client->locale));
            error->system_errno = number;
            return -1;
        }
    }
}

/* The parts of the current line; NULL or absent where it lacks them. */
struct message {
    const char *method;
    struct taskstats_value params, id, result, error;
};

static struct message current_message(struct taskstats_client *client) {
    struct message message = {0};
    struct taskstats_iterator each = {0};
    while (taskstats_each(value_at(client, 0), &each)) {
        if (!strcmp(each.key, "method")) message.method = taskstats_to_text(each.value, NULL);
        if (!strcmp(each.key, "params")) message.params = each.value;
        if (!strcmp(each.key, "id")) message.id = each.value;
        if (!strcmp(each.key, "result")) message.result = each.value;
        if (!strcmp(each.key, "error")) message.error = each.value;
    }
    return message;
}

static void copy_limit(struct taskstats_error *error, struct taskstats_value object) {
    const char *limit = taskstats_text(object, "limit");
    copy_text(error->limit, sizeof error->limit, limit ? limit : "");
    taskstats_u64(object, "allowed", &error->allowed);
    taskstats_u64(object, "used", &error->used);
}

static int closed(struct taskstats_client *client, struct taskstats_value params, struct taskstats_error *error) {
    const char *reason = taskstats_text(params, "reason");
    fail(error, TASKSTATS_CLOSED, "taskstatsd closed the connection: %s", reason ? reason : "no reason");
    copy_limit(error, params);
    close_socket(client);
    client->line++;
    return -1;
}

static const struct {
    const char *name;
    int64_t number;
    enum taskstats_code code;
} refusals[] = {
    {"ParseError", -32700, TASKSTATS_PARSE_ERROR},
    {"InvalidRequest", -32600, TASKSTATS_INVALID_REQUEST},
    {"MethodNotFound", -32601, TASKSTATS_METHOD_NOT_FOUND},
    {"InvalidParams", -32602, TASKSTATS_INVALID_PARAMS},
    {"InternalError", -32603, TASKSTATS_INTERNAL_ERROR},
    {"PermissionDenied", -32001, TASKSTATS_PERMISSION_DENIED},
    {"NoSuchTask", -32002, TASKSTATS_NO_SUCH_TASK},
    {"LimitExceeded", -32003, TASKSTATS_LIMIT_EXCEEDED},
    {"KernelError", -32004, TASKSTATS_KERNEL_ERROR},
    {"Unavailable", -32005, TASKSTATS_UNAVAILABLE},
};

/* The error of an answer: known by its name, or else by its number. */
static int refused(struct taskstats_value answer, struct taskstats_error *error) {
    struct taskstats_value data = taskstats_find(answer, "data");
    const char *message = taskstats_text(answer, "message"), *name = taskstats_text(data, "name");
    const char *errno_name = taskstats_text(data, "errno"), *member = taskstats_text(data, "member");
    int64_t number = 0;
    taskstats_i64(answer, "code", &number);
    enum taskstats_code code = TASKSTATS_REFUSED;
    size_t count = sizeof refusals / sizeof *refusals;
    for (size_t i = 0; i < count; i++)
        if (refusals[i].number == number) code = refusals[i].code;
    for (size_t i = 0; i < count; i++)
        if (name && !strcmp(refusals[i].name, name)) code = refusals[i].code;
    fail(error, code, "taskstatsd refused the request: %s%s%s", name ? name : "", name ? ": " : "",
         message ? message : "no reason");
    copy_text(error->name, sizeof error->name, name ? name : "");
    copy_text(error->errno_name, sizeof error->errno_name, errno_name ? errno_name : "");
    copy_text(error->member, sizeof error->member, member ? member : "");
    copy_limit(error, data);
    return -1;
}

/* Sends the request in the client's memory. */
static int send_request(struct taskstats_client *client, size_t length, deadline until, struct taskstats_error *error) {
    size_t sent = 0;
    while (sent < length) {
        ssize_t count = send(client->socket, client->request + sent, length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            sent += (size_t)count;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_until(client->socket, POLLOUT, until))
                return end(client, error, TASKSTATS_DISCONNECTED, "taskstatsd did not read the request in time");
        } else if (errno != EINTR) {
            break; /* The reason may be there to be read. */
        }
    }
    return 0;
}

static struct writer begin_request(struct taskstats_client *client, const char *method) {
    struct writer writer = {client->request, client->request + request_room, false};
    put(&writer, "{\"jsonrpc\":\"2.0\",\"id\":");
    put_number(&writer, ++client->last_id);
    put(&writer, ",\"method\":");
    put_quoted(&writer, method, strlen(method));
    return writer;
}

static int too_long(struct taskstats_error *error) {
    return fail(error, TASKSTATS_INVALID_ARGUMENT, "the request would be longer than %d bytes", request_room);
}

static int finish_request(
    struct taskstats_client *client, struct writer writer, deadline until, struct taskstats_error *error) {
    put(&writer, "}");
    if (writer.is_full) return too_long(error);
    *writer.at++ = '\n'; /* has room behind the limit */
    return send_request(client, (size_t)(writer.at - client->request), until, error);
}

/* Reads up to the answer to the last request, on a connection without a subscription. */
static int answer(struct taskstats_client *client, deadline until, struct taskstats_value *result,
                  struct taskstats_error *error) {
    for (;;) {
        int count = read_line(client, until, error);
        if (count < 0) return -1;
        if (count == 0) return fail(error, TASKSTATS_TIMED_OUT, "taskstatsd did not answer in time");
        struct message message = current_message(client);
        uint64_t id = 0;
        if (message.method) {
            if (!strcmp(message.method, "closing")) return closed(client, message.params, error);
            continue; /* a notification of a later version */
        }
        /* An id that could not be read is that of the only request that has no answer yet. */
        bool has_id = taskstats_to_u64(message.id, &id);
        if (has_id && id != client->last_id) continue;
        if (message.error.client) return refused(message.error, error);
        if (!has_id || !message.result.client)
            return end(client, error, TASKSTATS_BAD_LINE, "taskstatsd sent an answer without a result");
        *result = message.result;
        return 0;
    }
}

int taskstats_call(struct taskstats_client *client, const char *method, const char *params,
                   struct taskstats_value *result, struct taskstats_error *error) {
    WITH_ERROR;
    deadline until = deadline_in(client->timeout_ms);
    if (client->socket < 0) return no_connection(error);
    if (client->is_subscribed)
        return fail(error, TASKSTATS_INVALID_ARGUMENT,
                    "cannot send %s on a connection with a subscription (use another client)", method);
    if (params && !is_object(client, params))
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "the params of %s are not a JSON object on one line", method);
    struct writer writer = begin_request(client, method);
    if (params) {
        put(&writer, ",\"params\":");
        put(&writer, params);
    }
    if (finish_request(client, writer, until, error) < 0) return -1;
    return answer(client, until, result, error);
}

int taskstats_get(struct taskstats_client *client, const struct taskstats_query *query,
                  struct taskstats_result *result, struct taskstats_error *error) {
    WITH_ERROR;
    if ((query->pid != 0) + (query->tgid != 0) + (query->cgroup != NULL) != 1)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "exactly one of pid, tgid and cgroup is required");
    if (query->pid < 0 || query->tgid < 0)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "pid and tgid must be above 0");
    struct writer writer = {client->params, client->params + request_room, false};
    put(&writer, "{");
    const char *start = writer.at;
    if (query->pid) {
        put_key(&writer, start, "pid");
        put_number(&writer, (uint64_t)query->pid);
    }
    if (query->tgid) {
        put_key(&writer, start, "tgid");
        put_number(&writer, (uint64_t)query->tgid);
    }
    put_text(&writer, start, "cgroup", query->cgroup);
    put_names(&writer, start, "fields", query->fields);
    if (query->origin && client->server.features & TASKSTATS_FEATURE_ORIGIN) put(&writer, ",\"origin\":true");
    put(&writer, "}");
    if (writer.is_full) return too_long(error);
    *writer.at = 0;

    struct taskstats_value all;
    if (taskstats_call(client, "get", client->params, &all, error) < 0) return -1;
    *result = (struct taskstats_result){.all = all};
    result->stats = taskstats_find(all, "stats");
    result->uncounted = taskstats_find(all, "uncounted");
    result->implausible = taskstats_find(all, "implausible");
    result->origin = taskstats_find(all, "origin");
    if (taskstats_kind(result->stats) != TASKSTATS_OBJECT)
        return end(client, error, TASKSTATS_BAD_LINE, "taskstatsd sent a result without statistics");
    return 0;
}

/* ---- Subscriptions ---- */

/* The nanoseconds of a duration, as in "10min" or "1.5h"; without a unit it is in seconds. -1 if it is none. */
static int64_t duration_ns(const char *text) {
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"us", 1000}, {"ms", 1000000}, {"", 1000000000}, {"s", 1000000000}, {"min", 60000000000},
                 {"h", 3600000000000}, {"d", 86400000000000}};
    const char *decimals = text + strspn(text, "0123456789"), *unit = decimals;
    if (decimals == text) return -1;
    if (*decimals == '.') {
        decimals++;
        unit = decimals + strspn(decimals, "0123456789");
        if (unit == decimals || unit - decimals > 9) return -1;
    }
    uint64_t scale = 0, sum = 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].name, unit)) scale = units[i].ns;
    if (!scale) return -1;
    for (; is_digit(*text); text++) {
        uint64_t digit = (uint64_t)(*text - '0') * scale;
        if (sum > (INT64_MAX - digit) / 10) return -1;
        sum = sum * 10 + digit;
    }
    for (; decimals < unit; decimals++) {
        scale /= 10;
        sum += (uint64_t)(*decimals - '0') * scale;
    }
    return sum <= INT64_MAX ? (int64_t)sum : -1;
}

/* Sends the subscription in the client's memory, with this `since`, a JSON value, unless it is NULL. */
static int subscribe(struct taskstats_client *client, const char *since, struct taskstats_error *error) {
    deadline until = deadline_in(client->timeout_ms);
    struct writer writer = begin_request(client, "subscribe");
    put(&writer, ",\"params\":{");
    put(&writer, client->params);
    if (since) {
        put(&writer, *client->params ? ",\"since\":" : "\"since\":");
        put(&writer, since);
    }
    put(&writer, "}");
    struct taskstats_value result;
    if (finish_request(client, writer, until, error) < 0 || answer(client, until, &result, error) < 0) return -1;
    client->is_subscribed = true;
    if (since) return 0; /* What is kept comes before what is next. */
    uint64_t next_index = 0;
    client->since_time = 0;
    client->has_position = taskstats_u64(result, "next_index", &next_index) && next_index > 0;
    client->is_position_current = false;
    copy_text(client->position.instance, sizeof client->position.instance, client->server.instance);
    client->position.index = client->has_position ? next_index - 1 : 0;
    return 0;
}

/* A position, or else a time, as the value of `since`; false if there is neither. */
static bool put_since(const struct taskstats_client *client, char *room, size_t size) {
    struct writer writer = {room, room + size - 1, false};
    if (client->has_position) {
        put(&writer, "{\"instance\":");
        put_quoted(&writer, client->position.instance, strlen(client->position.instance));
        put(&writer, ",\"index\":");
        put_number(&writer, client->position.index);
        put(&writer, "}");
    } else if (client->since_time) {
        put_number(&writer, client->since_time);
    } else {
        return false;
    }
    *writer.at = 0;
    return true;
}

enum { since_room = 1024 }; /* for an instance in which each byte is escaped */

int taskstats_subscribe(struct taskstats_client *client, const struct taskstats_subscription *subscription,
                        struct taskstats_error *error) {
    WITH_ERROR;
    const struct taskstats_subscription *wanted = subscription;
    if (client->socket < 0) return no_connection(error);
    if (client->is_subscribed)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "this client has a subscription (unsubscribe first)");
    if ((wanted->since_time != 0) + (wanted->since_duration != NULL) + (wanted->since_position != NULL) > 1)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "at most one of since_time, since_duration and since_position");
    bool has_since = wanted->since_time || wanted->since_duration || wanted->since_position;
    uint32_t features = client->server.features;
    if (has_since && !(features & TASKSTATS_FEATURE_SINCE))
        return fail(error, TASKSTATS_UNAVAILABLE,
                    "this taskstatsd cannot start in the past: it does not number records");
    if (wanted->starts && !(features & TASKSTATS_FEATURE_STARTS))
        return fail(error, TASKSTATS_UNAVAILABLE, "this taskstatsd does not report starts of programs");
    int64_t duration = wanted->since_duration ? duration_ns(wanted->since_duration) : 0;
    if (duration < 0)
        return fail(error, TASKSTATS_INVALID_ARGUMENT,
                    "since_duration must be a number with a unit (us, ms, s, min, h, d), as in 10min");
    if (wanted->filter && !is_object(client, wanted->filter))
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "the filter is not a JSON object on one line");

    char *start = client->params;
    struct writer writer = {start, start + request_room, false};
    put_text(&writer, start, "cpus", wanted->cpus);
    put_text(&writer, start, "scope", wanted->scope);
    put_names(&writer, start, "fields", wanted->fields);
    if (wanted->filter) {
        put_key(&writer, start, "filter");
        put(&writer, wanted->filter);
    }
    put_text(&writer, start, "overflow", wanted->overflow);
    if (wanted->origin && features & TASKSTATS_FEATURE_ORIGIN) {
        put_key(&writer, start, "origin");
        put(&writer, "true");
    }
    if (wanted->starts) {
        put_key(&writer, start, "starts");
        put(&writer, "true");
    }
    if (writer.is_full) return too_long(error);
    *writer.at = 0;

    client->has_position = wanted->since_position != NULL;
    client->is_position_current = false;
    client->since_time = wanted->since_time;
    char since[since_room];
    if (wanted->since_position) client->position = *wanted->since_position;
    if (wanted->since_duration) {
        int64_t now = nanoseconds(CLOCK_REALTIME);
        client->since_time = now > duration ? (uint64_t)(now - duration) : 1;
        struct writer text = {since, since + sizeof since - 1, false};
        put_quoted(&text, wanted->since_duration, strlen(wanted->since_duration));
        if (text.is_full) return too_long(error);
        *text.at = 0;
    } else {
        put_since(client, since, sizeof since);
    }
    return subscribe(client, has_since ? since : NULL, error);
}

int taskstats_unsubscribe(struct taskstats_client *client, struct taskstats_error *error) {
    WITH_ERROR;
    if (client->socket < 0) return no_connection(error);
    if (!client->is_subscribed || client->is_ending)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "this client has no subscription");
    client->line++;
    struct writer writer = begin_request(client, "unsubscribe");
    if (finish_request(client, writer, deadline_in(client->timeout_ms), error) < 0) return -1;
    client->is_ending = true;
    client->ending_id = client->last_id;
    return 0;
}

bool taskstats_position(const struct taskstats_client *client, struct taskstats_position *position) {
    if (client->has_position) *position = client->position;
    return client->has_position;
}

/* ---- Events ---- */

static bool take_i32(const struct node *node, int32_t *number) {
    if (node->type != node_unsigned || node->as.number > INT32_MAX) return false;
    *number = (int32_t)node->as.number;
    return true;
}

static bool take_u32(const struct node *node, uint32_t *number) {
    if (node->type != node_unsigned || node->as.number > UINT32_MAX) return false;
    *number = (uint32_t)node->as.number;
    return true;
}

static bool take_u64(const struct node *node, uint64_t *number) {
    if (node->type != node_unsigned) return false;
    *number = node->as.number;
    return true;
}

static bool take_end(struct taskstats_event *event, struct taskstats_value exit) {
    if (taskstats_kind(exit) != TASKSTATS_OBJECT) return false;
    struct taskstats_value code = taskstats_find(exit, "code");
    if (code.client) {
        event->exited = TASKSTATS_YES;
        return take_i32(node_of(code), &event->code);
    }
    struct taskstats_value signal = taskstats_find(exit, "signal");
    if (!signal.client) return true; /* an end of a later version */
    event->exited = TASKSTATS_NO;
    event->signal_name = taskstats_text(exit, "name");
    return take_i32(node_of(signal), &event->signal) && event->signal_name &&
           taskstats_to_bool(taskstats_find(exit, "core"), &event->core);
}

static enum taskstats_loss loss_named(const char *name) {
    if (!strcmp(name, "kernel")) return TASKSTATS_LOSS_KERNEL;
    if (!strcmp(name, "queue")) return TASKSTATS_LOSS_QUEUE;
    if (!strcmp(name, "starts")) return TASKSTATS_LOSS_STARTS;
    if (!strcmp(name, "history")) return TASKSTATS_LOSS_HISTORY;
    return TASKSTATS_LOSS_OTHER;
}

/* The keys without which a line is not what the protocol specifies. */
enum {
    saw_cpu = 1, saw_seq = 2, saw_time = 4, saw_pid = 8, saw_stats = 16, saw_where = 32, saw_index = 64, saw_tgid = 128
};

/* Decodes params; false if a known key has a wrong type, or a required one is missing. */
static bool decode(struct taskstats_client *client, struct taskstats_value params, struct taskstats_event *event) {
    static const unsigned required[] = {
        [TASKSTATS_EXIT] = saw_cpu | saw_seq | saw_time | saw_pid | saw_stats,
        [TASKSTATS_START] = saw_cpu | saw_seq | saw_time | saw_pid | saw_tgid,
        [TASKSTATS_LOST] = saw_where,
        [TASKSTATS_LIVE] = saw_index,
    };
    unsigned seen = 0;
    bool has_uid = false, has_gid = false;
    event->all = params;
    if (taskstats_kind(params) != TASKSTATS_OBJECT) return false;
    uint32_t finish = client->nodes[params.node].next;
    for (uint32_t key = params.node + 1; key < finish; key = behind(client, key + 1)) {
        const struct node *name = &client->nodes[key], *node = name + 1;
        const struct taskstats_value value = value_at(client, key + 1);
        bool is_right = true, is_container = node->type >= node_list;
#define IS(text) is_text(client, name, text, sizeof text - 1)
        switch (name->as.text.length) {
        case 3:
            if (IS("cpu")) {
                is_right = take_u32(node, &event->cpu);
                event->has_cpu = true;
                seen |= saw_cpu;
            } else if (IS("seq")) {
                is_right = take_u64(node, &event->seq);
                seen |= saw_seq;
            } else if (IS("pid")) {
                is_right = take_i32(node, &event->pid);
                seen |= saw_pid;
            } else if (IS("uid")) {
                is_right = has_uid = take_u32(node, &event->uid);
            } else if (IS("gid")) {
                is_right = has_gid = take_u32(node, &event->gid);
            }
            break;
        case 4:
            if (IS("time")) {
                is_right = take_u64(node, &event->time);
                seen |= saw_time;
            } else if (IS("tgid")) {
                is_right = event->has_tgid = take_i32(node, &event->tgid);
                seen |= saw_tgid;
            } else if (IS("last")) {
                is_right = node->type == node_true || node->type == node_false;
                event->last = node->type == node_true ? TASKSTATS_YES : TASKSTATS_NO;
            } else if (IS("exit")) {
                is_right = take_end(event, value);
            } else if (IS("ppid")) {
                is_right = take_i32(node, &event->ppid);
            } else if (IS("comm")) {
                is_right = (event->comm = taskstats_to_text(value, NULL)) != NULL;
            }
            break;
        case 5:
            if (IS("index")) {
                is_right = event->has_index = take_u64(node, &event->index);
                seen |= saw_index;
            } else if (IS("stats")) {
                is_right = is_container;
                event->stats = value;
                seen |= saw_stats;
            } else if (IS("where")) {
                is_right = (event->where_name = taskstats_to_text(value, NULL)) != NULL;
                if (is_right) event->where = loss_named(event->where_name);
                seen |= saw_where;
            } else if (IS("count")) {
                is_right = event->has_count = take_u64(node, &event->count);
            }
            break;
        case 6:
            if (IS("origin")) {
                is_right = is_container;
                event->origin = value;
            }
            break;
        case 8:
            if (IS("redacted")) {
                is_right = is_container;
                event->redacted = value;
            }
            break;
        case 9:
            if (IS("uncounted")) {
                is_right = is_container;
                event->uncounted = value;
            }
            break;
        case 10:
            if (IS("tgid_stats")) {
                is_right = is_container;
                event->tgid_stats = value;
            }
            break;
        case 11:
            if (IS("implausible")) {
                is_right = is_container;
                event->implausible = value;
            }
            break;
        }
#undef IS
        if (!is_right) return false;
    }
    event->has_ids = has_uid && has_gid;
    return (seen & required[event->type]) == required[event->type];
}

static enum taskstats_event_type type_named(const char *method) {
    if (!strcmp(method, "exit")) return TASKSTATS_EXIT;
    if (!strcmp(method, "start")) return TASKSTATS_START;
    if (!strcmp(method, "lost")) return TASKSTATS_LOST;
    if (!strcmp(method, "live")) return TASKSTATS_LIVE;
    return 0;
}

/* Notes where the stream would resume now. */
static void note_position(struct taskstats_client *client, uint64_t index) {
    if (!client->is_position_current) {
        copy_text(client->position.instance, sizeof client->position.instance, client->server.instance);
        client->has_position = client->is_position_current = true;
    }
    client->position.index = index;
}

int taskstats_next(struct taskstats_client *client, struct taskstats_event *event, int timeout_ms,
                   struct taskstats_error *error) {
    WITH_ERROR;
    if (client->socket >= 0 && !client->is_subscribed)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "this client has no subscription");
    deadline until = timeout_ms == 0 ? at_once : deadline_in(timeout_ms);
    for (;;) {
        int count = read_line(client, until, error);
        if (count <= 0) return count;
        struct message message = current_message(client);
        memset(event, 0, sizeof *event);
        if (!message.method) {
            uint64_t id;
            if (!client->is_ending || !taskstats_to_u64(message.id, &id) || id != client->ending_id) continue;
            client->is_subscribed = client->is_ending = false;
            event->type = TASKSTATS_UNSUBSCRIBED;
            return 1;
        }
        if (!strcmp(message.method, "closing")) return closed(client, message.params, error);
        event->type = type_named(message.method);
        if (!event->type) continue;
        if (!decode(client, message.params, event))
            return end(client, error, TASKSTATS_BAD_LINE, "taskstatsd sent an event that the protocol does not allow");
        if (event->has_index) note_position(client, event->index);
        return 1;
    }
}

/* ---- Connections ---- */

static enum taskstats_answer answer_of(struct taskstats_value object, const char *key) {
    bool is_true;
    if (!taskstats_to_bool(taskstats_find(object, key), &is_true)) return TASKSTATS_UNKNOWN;
    return is_true ? TASKSTATS_YES : TASKSTATS_NO;
}

#define COPY_TEXT(to, object, key)                             \
    do {                                                       \
        const char *text_ = taskstats_text(object, key);       \
        copy_text(to, sizeof to, text_ ? text_ : "");          \
    } while (0)

static uint32_t features_of(struct taskstats_value list) {
    static const char *const names[] = {
        "comm_list", "implausible", "uncounted", "tgid_sums", "next_seq", "since", "history", "origin", "starts"};
    uint32_t features = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (taskstats_contains(list, names[i])) features |= 1u << i;
    return features;
}

static int take_hello(struct taskstats_client *client, struct taskstats_value hello, struct taskstats_error *error) {
    struct taskstats_server server = {0};
    struct taskstats_value you = taskstats_find(hello, "you"), kernel = taskstats_find(hello, "kernel");
    const char *access = taskstats_text(you, "access"), *reason = taskstats_text(you, "reason");
    COPY_TEXT(server.protocol, hello, "protocol");
    COPY_TEXT(server.server, hello, "server");
    COPY_TEXT(server.instance, hello, "instance");
    COPY_TEXT(server.release, kernel, "release");
    uint64_t number;
    if (taskstats_u64(kernel, "taskstats_version", &number)) server.struct_version = (uint32_t)number;
    if (taskstats_u64(you, "uid", &number)) server.uid = (uint32_t)number;
    taskstats_u64(kernel, "tick_ns", &server.tick_ns);
    taskstats_u64(taskstats_find(hello, "limits"), "line_bytes", &server.line_bytes);
    server.tgid_sums_complete = answer_of(kernel, "tgid_sums_complete");
    server.delay_accounting = answer_of(hello, "delay_accounting");
    server.features = features_of(taskstats_find(hello, "features"));
    if (strncmp(server.protocol, "1.", 2))
        return end(client, error, TASKSTATS_UNKNOWN_PROTOCOL,
                   "taskstatsd speaks protocol %s, this client 1.x (install another version of one of them)",
                   server.protocol);
    if (access && !strcmp(access, "none"))
        return end(client, error, TASKSTATS_NO_ACCESS, "taskstatsd does not serve this process: %s",
                   reason ? reason : "no reason");
    if (!access || !*server.instance)
        return end(client, error, TASKSTATS_BAD_LINE, "taskstatsd sent a first line that the protocol does not allow");
    if (!strcmp(access, "all")) server.access = TASKSTATS_ACCESS_ALL;
    if (!strcmp(access, "own")) server.access = TASKSTATS_ACCESS_OWN;
    client->server = server;
    return 0;
}

static int cannot_connect(struct taskstats_client *client, int number, struct taskstats_error *error) {
    const char *advice = "is taskstatsd running?";
    if (number == EACCES) advice = "may this user search its directory, and write to it?";
    if (number == EAGAIN) advice = "many clients connect at once; try again later";
    end(client, error, TASKSTATS_CANNOT_CONNECT, "cannot connect to %s: %s (%s)", client->path,
        strerror_l(number, client->locale), advice);
    error->system_errno = number;
    return -1;
}

/* Connects, and waits while the backlog is full. */
static int open_socket(struct taskstats_client *client, deadline until, struct taskstats_error *error) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, client->path, sizeof address.sun_path);
    client->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->socket < 0) return cannot_connect(client, errno, error);
    for (;;) {
        int left = remaining(until);
        if (left == 0) return cannot_connect(client, EAGAIN, error);
        struct timeval limit = {left < 0 ? 0 : left / 1000, left < 0 ? 0 : left % 1000 * 1000};
        if (setsockopt(client->socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0)
            return cannot_connect(client, errno, error);
        if (connect(client->socket, (struct sockaddr *)&address, sizeof address) == 0) return 0;
        if (errno != EAGAIN && errno != EINTR) return cannot_connect(client, errno, error);
    }
}

static int handshake(struct taskstats_client *client, struct taskstats_error *error) {
    deadline until = deadline_in(client->timeout_ms);
    client->begin = client->searched = client->filled = 0;
    client->is_subscribed = client->is_ending = false;
    client->line++;
    if (open_socket(client, until, error) < 0) return -1;
    int count = read_line(client, until, error);
    if (count < 0) return -1;
    if (count == 0) return end(client, error, TASKSTATS_TIMED_OUT, "taskstatsd sent nothing in time");
    struct message message = current_message(client);
    if (message.method && !strcmp(message.method, "closing")) return closed(client, message.params, error);
    if (!message.method || strcmp(message.method, "hello"))
        return end(client, error, TASKSTATS_BAD_LINE, "%s is not the socket of taskstatsd: its first line is not hello",
                   client->path);
    return take_hello(client, message.params, error);
}

int taskstats_connect(
    struct taskstats_client **result, const struct taskstats_options *options, struct taskstats_error *error) {
    WITH_ERROR;
    static const struct taskstats_options defaults;
    if (!options) options = &defaults;
    const char *path = options->path;
    if (!path) path = getenv("TASKSTATS_SOCKET");
    if (!path || !*path) path = "/run/taskstats.sock";
    size_t max_line = options->max_line ? options->max_line : default_line;
    if (max_line < least_line || max_line > longest_line)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "max_line must be from %d to %d bytes", least_line,
                    longest_line);
    if (strlen(path) >= sizeof((struct taskstats_client *)0)->path)
        return fail(error, TASKSTATS_INVALID_ARGUMENT, "the path of the socket is longer than %zu bytes",
                    sizeof((struct taskstats_client *)0)->path - 1);

    /* A node takes at least two bytes of a line, as in [0,0], and so does one of a request that is checked. */
    size_t longest = max_line > request_room ? max_line : request_room;
    size_t node_room = longest / 2 + 2, capacity = 2 * max_line, room = request_room + 1 + padding;
    struct taskstats_client *client =
        malloc(sizeof *client + node_room * sizeof(struct node) + capacity + padding + 2 * room);
    if (!client) return fail(error, TASKSTATS_NO_MEMORY, "there is no memory for a line of %zu bytes", max_line);
    memset(client, 0, sizeof *client);
    client->socket = -1;
    client->timeout_ms = options->timeout_ms ? options->timeout_ms : default_timeout_ms;
    client->max_line = max_line;
    client->node_room = (uint32_t)node_room;
    client->capacity = capacity;
    client->nodes = (struct node *)(client + 1);
    client->buffer = (char *)(client->nodes + node_room);
    client->request = client->buffer + capacity + padding;
    client->params = client->request + room;
    memset(client->buffer + capacity, 0, padding);
    memset(client->request, 0, 2 * room);
    copy_text(client->path, sizeof client->path, path);
    client->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (client->locale == (locale_t)0) {
        free(client);
        return fail(error, TASKSTATS_NO_MEMORY, "there is no memory for the locale C");
    }
    if (handshake(client, error) < 0) {
        taskstats_free(client);
        return -1;
    }
    *result = client;
    return 0;
}

void taskstats_free(struct taskstats_client *client) {
    if (!client) return;
    close_socket(client);
    freelocale(client->locale);
    free(client);
}

const struct taskstats_server *taskstats_server(const struct taskstats_client *client) { return &client->server; }

int taskstats_fd(const struct taskstats_client *client) { return client->socket; }

int taskstats_reconnect(struct taskstats_client *client, struct taskstats_reconnection *reconnection,
                        struct taskstats_error *error) {
    WITH_ERROR;
    bool was_subscribed = client->is_subscribed && !client->is_ending, is_resumed = false;
    char instance[sizeof client->server.instance], since[since_room];
    copy_text(instance, sizeof instance, client->server.instance);
    close_socket(client);
    int status = handshake(client, error);
    if (status == 0 && was_subscribed) {
        is_resumed = client->server.features & TASKSTATS_FEATURE_SINCE && put_since(client, since, sizeof since);
        client->is_position_current = false;
        status = subscribe(client, is_resumed ? since : NULL, error);
    }
    /* So that another attempt subscribes, too. */
    client->is_subscribed = was_subscribed;
    if (status < 0) {
        close_socket(client);
        return -1;
    }
    if (reconnection) {
        reconnection->is_new_instance = strcmp(instance, client->server.instance) != 0;
        reconnection->is_resumed = is_resumed;
    }
    return 0;
}
