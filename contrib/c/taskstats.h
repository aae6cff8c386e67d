/* A client of taskstatsd in C11: this header and taskstats.c, which need only POSIX.1-2008.
 *
 *     struct taskstats_client *client;
 *     struct taskstats_error error;
 *     if (taskstats_connect(&client, NULL, &error) < 0) errx(1, "%s", error.message);
 *     struct taskstats_subscription exits = {.scope = "process", .fields = "ac_comm,cpu_delay_total"};
 *     if (taskstats_subscribe(client, &exits, &error) < 0) errx(1, "%s", error.message);
 *     struct taskstats_event event;
 *     uint64_t delay;
 *     while (taskstats_next(client, &event, -1, &error) == 1)
 *         if (event.type == TASKSTATS_EXIT && taskstats_u64(event.stats, "cpu_delay_total", &delay))
 *             printf("%d waited %" PRIu64 " ns for a CPU\n", (int)event.pid, delay);
 *
 * The specification is Protocol/README.md: it defines every key and field, and `describe` returns the units of the
 * fields. Here are only the shapes. Times are nanoseconds since 1970, and ids are those of the initial namespaces.
 *
 * Memory: taskstats_connect allocates one block for the connection, its lines and its requests. Nothing else allocates:
 * neither an event, nor a query, nor a reconnection. The block has about 10 times `max_line` bytes, of which the kernel
 * provides only those that the lines need.
 *
 * Lifetime: values, texts and events point into that block. They are valid until the next call of a function that takes
 * the client as its first parameter, other than taskstats_server, taskstats_fd and taskstats_position. A value that is
 * used later counts as absent; a text that is used later has other contents; after taskstats_free neither may be used.
 * Structs of the caller and the texts in them need to live only during the call.
 *
 * Threads: a client must be used by one thread at a time; several clients are independent. There is no global state, no
 * signal is raised, and descriptors are closed on exec.
 *
 * Errors: functions return -1 and fill the error, if it is not NULL. */
#ifndef TASKSTATS_CLIENT_H
#define TASKSTATS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors ---- */

enum taskstats_code {
    TASKSTATS_OK,

    /* The daemon refused the request, and the connection continues. An error with a name that this version does not
     * know has the code of its kind, see Errors in Protocol/README.md. */
    TASKSTATS_PARSE_ERROR,
    TASKSTATS_INVALID_REQUEST,
    TASKSTATS_METHOD_NOT_FOUND,
    TASKSTATS_INVALID_PARAMS,
    TASKSTATS_INTERNAL_ERROR,
    TASKSTATS_PERMISSION_DENIED,
    TASKSTATS_NO_SUCH_TASK,
    TASKSTATS_LIMIT_EXCEEDED,
    TASKSTATS_KERNEL_ERROR,
    TASKSTATS_UNAVAILABLE, /* also when the daemon lacks a feature that was requested; then nothing was sent */
    TASKSTATS_REFUSED,     /* neither the name nor the kind is known */

    /* Nothing was sent, and the connection continues. */
    TASKSTATS_INVALID_ARGUMENT, /* the call is wrong, or its request would be too long */

    /* No answer came in time. The connection continues, and a later answer is ignored. */
    TASKSTATS_TIMED_OUT,

    /* The connection has ended, or there is none. taskstats_reconnect starts another one. */
    TASKSTATS_CANNOT_CONNECT,   /* system_errno has the reason */
    TASKSTATS_CLOSED,           /* the daemon ended the connection and gave the reason */
    TASKSTATS_DISCONNECTED,     /* the connection ended without a reason */
    TASKSTATS_NO_ACCESS,        /* the daemon does not serve this process; the message says why */
    TASKSTATS_UNKNOWN_PROTOCOL, /* the daemon's protocol is not 1.x */
    TASKSTATS_BAD_LINE,         /* the daemon sent a line that the protocol does not allow */
    TASKSTATS_LINE_TOO_LONG,    /* a line is longer than max_line */
    TASKSTATS_NO_MEMORY
};

struct taskstats_error {
    enum taskstats_code code;
    int system_errno;       /* the errno of this process; 0 without one */
    char message[600];      /* what failed, why, and what to do: for people */
    char name[64];          /* the daemon's own name of the error; "" without one */
    char errno_name[32];    /* the daemon's errno, as in "ESRCH"; "" without one */
    char member[64];        /* the parameter that is wrong, as in "filter.uid"; "" without one */
    char limit[64];         /* the limit that is reached; "" without one */
    uint64_t allowed, used; /* of that limit */
};

/* Whether the connection has ended with this error, so that only taskstats_reconnect and taskstats_free make sense. */
bool taskstats_is_end(enum taskstats_code code);

/* Whether another attempt to connect can succeed without a change by an administrator. */
bool taskstats_is_temporary(enum taskstats_code code);

/* ---- Connections ---- */

struct taskstats_client;

struct taskstats_options {
    const char *path; /* NULL: $TASKSTATS_SOCKET, or else /run/taskstats.sock */
    /* The longest line to read, with its newline, from 4,096 to 16,777,216; 0: 65,536. The daemon's longest line is
     * line_bytes of taskstats_server; less is enough for a subscription to few fields. A longer line ends the
     * connection: no line is skipped. */
    size_t max_line;
    int timeout_ms; /* for a connection, and for each answer; 0: 10,000; below 0: no limit */
};

/* Connects, and reads the daemon's first line. While the daemon's backlog is full it waits. `options` may be NULL. */
int taskstats_connect(struct taskstats_client **client, const struct taskstats_options *options,
                      struct taskstats_error *error);

/* Ends the connection and frees the client, which may be NULL. */
void taskstats_free(struct taskstats_client *client);

enum taskstats_access { TASKSTATS_ACCESS_OTHER, TASKSTATS_ACCESS_OWN, TASKSTATS_ACCESS_ALL };

/* Facts that may be unknown. */
enum taskstats_answer { TASKSTATS_UNKNOWN, TASKSTATS_NO, TASKSTATS_YES };

/* Abilities of a daemon; a client sends what is newer than protocol 1.0 only to a daemon that has the ability. */
enum taskstats_feature {
    TASKSTATS_FEATURE_COMM_LIST = 1 << 0,
    TASKSTATS_FEATURE_IMPLAUSIBLE = 1 << 1,
    TASKSTATS_FEATURE_UNCOUNTED = 1 << 2,
    TASKSTATS_FEATURE_TGID_SUMS = 1 << 3,
    TASKSTATS_FEATURE_NEXT_SEQ = 1 << 4,
    TASKSTATS_FEATURE_SINCE = 1 << 5,
    TASKSTATS_FEATURE_HISTORY = 1 << 6,
    TASKSTATS_FEATURE_ORIGIN = 1 << 7,
    TASKSTATS_FEATURE_STARTS = 1 << 8
};

/* The daemon's first line, as far as most clients need it. Texts that are not known are "". */
struct taskstats_server {
    char protocol[16];       /* "1.1" */
    char server[64];         /* "taskstatsd/0.1.0" */
    char instance[129];      /* differs after each start of the daemon */
    char release[72];        /* the kernel's */
    uint32_t struct_version; /* the version of struct taskstats that the kernel fills; 0: not known */
    uint64_t tick_ns;        /* the period of the scheduler's tick; 0: not known */
    enum taskstats_answer tgid_sums_complete, delay_accounting;
    enum taskstats_access access;
    uint32_t uid;        /* by which the daemon knows this process */
    uint32_t features;   /* bits of enum taskstats_feature */
    uint64_t line_bytes; /* the daemon's longest line; 0: not known */
};

/* The daemon of the current connection, or of the last one. Valid until taskstats_free; a reconnection changes it. */
const struct taskstats_server *taskstats_server(const struct taskstats_client *client);

/* The descriptor for poll(2), to wait for POLLIN; -1 while there is no connection. It is another one after a
 * reconnection. Wait only after taskstats_next has returned 0: lines can be in the client's memory already. */
int taskstats_fd(const struct taskstats_client *client);

/* ---- Values: the daemon's JSON ---- */

/* A part of the current line. All bits 0: an absent value. */
struct taskstats_value {
    struct taskstats_client *client;
    uint32_t node, line;
};

enum taskstats_kind {
    TASKSTATS_ABSENT,
    TASKSTATS_NULL,
    TASKSTATS_BOOL,
    TASKSTATS_INTEGER, /* without a fraction, within the range of uint64_t or int64_t */
    TASKSTATS_NUMBER,  /* any other number */
    TASKSTATS_TEXT,
    TASKSTATS_LIST,
    TASKSTATS_OBJECT
};

enum taskstats_kind taskstats_kind(struct taskstats_value value);

/* The values themselves. They return false, and leave the result as it is, if the value is absent, of another kind, or
 * does not fit. An integer is exact; a number with a fraction is the nearest double. */
bool taskstats_to_u64(struct taskstats_value value, uint64_t *number);
bool taskstats_to_i64(struct taskstats_value value, int64_t *number);
bool taskstats_to_double(struct taskstats_value value, double *number);
bool taskstats_to_bool(struct taskstats_value value, bool *is_true);

/* The text in UTF-8 with a final NUL, or NULL if the value is not a text. A text can contain NUL itself, and control
 * characters: `length`, which may be NULL, receives the bytes before the final NUL. */
const char *taskstats_to_text(struct taskstats_value value, size_t *length);

/* The value of a key of an object; absent if there is none. Keys that are taken in the order of the line are found at
 * once; those of statistics are in the order of struct taskstats. */
struct taskstats_value taskstats_find(struct taskstats_value object, const char *key);

/* Fields by name: taskstats_find with the functions above. False, or NULL, means that the value is not known. */
bool taskstats_u64(struct taskstats_value object, const char *key, uint64_t *number);
bool taskstats_i64(struct taskstats_value object, const char *key, int64_t *number);
const char *taskstats_text(struct taskstats_value object, const char *key);

/* Whether a list of texts contains this one, as in redacted, uncounted and fields. */
bool taskstats_contains(struct taskstats_value list, const char *text);

/* A place in an object or a list; begins with all bits 0. */
struct taskstats_iterator {
    const char *key; /* NULL in a list */
    struct taskstats_value value;
    uint32_t next;
};

/* Moves to the next value; false behind the last one, or if the value is neither an object nor a list.
 *
 *     struct taskstats_iterator field = {0};
 *     while (taskstats_each(event.stats, &field)) ... */
bool taskstats_each(struct taskstats_value container, struct taskstats_iterator *iterator);

/* ---- Queries: on a connection without a subscription ---- */

struct taskstats_query {
    /* Exactly one of these. */
    int32_t pid;        /* a task: the id of a thread, or of a process with one thread */
    int32_t tgid;       /* a process: the sums over its threads */
    const char *cgroup; /* a directory of cgroup version 1 */
    const char *fields; /* names of fields and groups, as in "ac_comm,delay"; NULL: all */
    bool origin;        /* also what the process executed, and where it belongs; without the feature it is absent */
};

struct taskstats_result {
    struct taskstats_value stats;
    struct taskstats_value uncounted, implausible; /* fields that are left out of stats, see Omissions */
    struct taskstats_value origin;
    struct taskstats_value all; /* the whole result, with the keys of later versions */
};

/* Returns the statistics of a living task, of a process, or of a cgroup. */
int taskstats_get(struct taskstats_client *client, const struct taskstats_query *query, struct taskstats_result *result,
                  struct taskstats_error *error);

/* Sends any request, as in "status" or "describe". `params` is a JSON object on one line, or NULL. */
int taskstats_call(struct taskstats_client *client, const char *method, const char *params,
                   struct taskstats_value *result, struct taskstats_error *error);

/* ---- Subscriptions ---- */

/* The point after an event, which survives a restart of the agent if it is stored. */
struct taskstats_position {
    char instance[129];
    uint64_t index;
};

/* The requested records. All bits 0: every task that exits, with all fields. */
struct taskstats_subscription {
    const char *cpus;     /* as in "0-3,8"; NULL: all */
    const char *scope;    /* "task" or "process"; NULL: task */
    const char *fields;   /* names of fields and groups, as in "ac_comm,delay"; NULL: all */
    const char *filter;   /* a JSON object on one line, as in "{\"exit\":\"failed\"}", see Filters; NULL: everything */
    const char *overflow; /* "drop" or "disconnect"; NULL: drop */
    bool origin;          /* each exit has the origin of its process; without the feature it is absent */
    bool starts;          /* also programs that start */

    /* Where to start in what the daemon keeps; at most one of these. */
    uint64_t since_time;                             /* 0: not given */
    const char *since_duration;                      /* before now, as in "10min"; NULL: not given */
    const struct taskstats_position *since_position; /* after this point; NULL: not given */
};

/* Subscribes. Each client has at most one subscription; the events come from taskstats_next. */
int taskstats_subscribe(struct taskstats_client *client, const struct taskstats_subscription *subscription,
                        struct taskstats_error *error);

enum taskstats_event_type {
    TASKSTATS_EXIT = 1,    /* a task exited */
    TASKSTATS_START,       /* a process executed a program */
    TASKSTATS_LOST,        /* records are missing at this point of the stream */
    TASKSTATS_LIVE,        /* everything that the daemon kept was delivered: what follows happened afterwards */
    TASKSTATS_UNSUBSCRIBED /* the last event after taskstats_unsubscribe */
};

enum taskstats_loss {
    TASKSTATS_LOSS_OTHER,  /* of a later version; where_name has its name */
    TASKSTATS_LOSS_KERNEL, /* in the kernel on this CPU, for all subscribers */
    TASKSTATS_LOSS_QUEUE,  /* in the daemon: this client read too slowly */
    TASKSTATS_LOSS_STARTS, /* starts of programs, before the daemon could read them */
    TASKSTATS_LOSS_HISTORY /* records that the daemon does not keep */
};

/* An event. A number is 0 while its has_... is false, and a text that is not known is NULL: absent is never 0. */
struct taskstats_event {
    enum taskstats_event_type type;

    bool has_cpu, has_tgid, has_index, has_count, has_ids;
    uint32_t cpu;   /* of an exit or a start, and of a loss in the kernel */
    uint64_t seq;   /* of an exit or a start: its number among those on that CPU */
    uint64_t index; /* the number among all records; of a loss: the stream is complete up to it */
    uint64_t time;
    int32_t pid, tgid;

    /* TASKSTATS_EXIT: */
    enum taskstats_answer last;   /* whether the process ended with this task */
    enum taskstats_answer exited; /* yes: with `code`; no: by `signal`; unknown: how it ended is not known */
    int32_t code, signal;
    const char *signal_name; /* "SIGKILL" */
    bool core;               /* a core was dumped */
    struct taskstats_value stats, tgid_stats;
    struct taskstats_value redacted;               /* what is withheld from this client */
    struct taskstats_value uncounted, implausible; /* fields that are left out of the statistics, see Omissions */

    /* TASKSTATS_START: */
    uint32_t uid, gid; /* with has_ids */
    int32_t ppid;      /* 0: not known */
    const char *comm;

    struct taskstats_value origin; /* of exits and starts, if the subscription requests it */

    /* TASKSTATS_LOST: */
    enum taskstats_loss where;
    const char *where_name;
    uint64_t count; /* with has_count; otherwise the number is not known */

    struct taskstats_value all; /* the whole line, with the keys of later versions */
};

/* Takes the next event: 1, or 0 when none comes within `timeout_ms` (0: returns at once; below 0: no limit), or -1.
 * After an error for which taskstats_is_end is true the connection has ended, with everything before its end delivered.
 * Lines that this version does not know are skipped. A signal does not end the wait. */
int taskstats_next(struct taskstats_client *client, struct taskstats_event *event, int timeout_ms,
                   struct taskstats_error *error);

/* Ends the subscription. Events that precede the end are still delivered, up to TASKSTATS_UNSUBSCRIBED: so an agent
 * that has waited for a child and then unsubscribes gets the child's record, or a report of a loss. Afterwards the
 * client can query, and subscribe again. */
int taskstats_unsubscribe(struct taskstats_client *client, struct taskstats_error *error);

/* The point after the last event, for since_position; false if the daemon does not number records, or nothing was
 * numbered yet. An agent that stores it after each event that it has processed loses nothing by a restart. */
bool taskstats_position(const struct taskstats_client *client, struct taskstats_position *position);

struct taskstats_reconnection {
    bool is_new_instance; /* of the daemon: counters and sequence numbers have been reset */
    /* What ended in between follows, or a loss where the daemon does not keep it. If false, there is a gap: what ended
     * in between is neither delivered nor counted. */
    bool is_resumed;
};

/* Makes one attempt at another connection after one that has ended, and subscribes again: after the last event where
 * the daemon numbers records. Allocates nothing. `reconnection` may be NULL.
 *
 * After an error there is no connection. taskstats_is_temporary says whether another attempt makes sense: make the
 * first ones after 50 ms, 100 ms and so on, and later ones after some seconds. */
int taskstats_reconnect(struct taskstats_client *client, struct taskstats_reconnection *reconnection,
                        struct taskstats_error *error);

#ifdef __cplusplus
}
#endif

#endif
