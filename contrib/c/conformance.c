/* The adapter of taskstats.c for Protocol/conformance. It uses the public functions only, except that it reads the
 * commands of the kit with the client's own scanner. */
#include "taskstats.c"

static void print_text(const char *text, size_t length) {
    putchar('"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            printf("\\%c", c);
        } else if (c < 0x20 || c == 0x7F) {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

static void print_value(struct taskstats_value value) {
    struct taskstats_iterator each = {0};
    const char *separator = "";
    uint64_t number;
    int64_t negative;
    double inexact = 0;
    bool is_true = false;
    size_t length = 0;
    switch (taskstats_kind(value)) {
    case TASKSTATS_ABSENT:
    case TASKSTATS_NULL: printf("null"); break;
    case TASKSTATS_BOOL:
        taskstats_to_bool(value, &is_true);
        printf(is_true ? "true" : "false");
        break;
    case TASKSTATS_INTEGER:
        if (taskstats_to_u64(value, &number)) {
            printf("%" PRIu64, number);
        } else if (taskstats_to_i64(value, &negative)) {
            printf("%" PRId64, negative);
        }
        break;
    case TASKSTATS_NUMBER: printf(taskstats_to_double(value, &inexact) ? "%.17g" : "null", inexact); break;
    case TASKSTATS_TEXT: {
        const char *text = taskstats_to_text(value, &length);
        print_text(text, length);
        break;
    }
    case TASKSTATS_LIST:
    case TASKSTATS_OBJECT:
        putchar(taskstats_kind(value) == TASKSTATS_LIST ? '[' : '{');
        while (taskstats_each(value, &each)) {
            printf("%s", separator);
            separator = ",";
            if (each.key) {
                print_text(each.key, strlen(each.key));
                putchar(':');
            }
            print_value(each.value);
        }
        putchar(taskstats_kind(value) == TASKSTATS_LIST ? ']' : '}');
    }
}

static void print_part(const char *key, struct taskstats_value value) {
    if (taskstats_kind(value) == TASKSTATS_ABSENT) return;
    printf(",\"%s\":", key);
    print_value(value);
}

static void print_number(const char *key, bool is_known, uint64_t number) {
    if (is_known) printf(",\"%s\":%" PRIu64, key, number);
}

static void print_string(const char *key, const char *text) {
    if (!text) return;
    printf(",\"%s\":", key);
    print_text(text, strlen(text));
}

static void begin_event(const char *name) { printf("{\"event\":\"%s\"", name); }

static void end_event(void) {
    printf("}\n");
    fflush(stdout);
}

static void print_exit(const struct taskstats_event *event) {
    if (event->last) printf(",\"last\":%s", event->last == TASKSTATS_YES ? "true" : "false");
    if (event->exited == TASKSTATS_YES) printf(",\"exit\":{\"code\":%d}", event->code);
    if (event->exited == TASKSTATS_NO) {
        printf(",\"exit\":{\"signal\":%d", event->signal);
        print_string("name", event->signal_name);
        printf(",\"core\":%s}", event->core ? "true" : "false");
    }
    print_part("stats", event->stats);
    print_part("tgid_stats", event->tgid_stats);
    print_part("redacted", event->redacted);
    print_part("uncounted", event->uncounted);
    print_part("implausible", event->implausible);
}

static void print_event(const struct taskstats_event *event) {
    static const char *const names[] = {
        [TASKSTATS_EXIT] = "exit", [TASKSTATS_START] = "start", [TASKSTATS_LOST] = "lost", [TASKSTATS_LIVE] = "live"};
    bool is_task = event->type == TASKSTATS_EXIT || event->type == TASKSTATS_START;
    begin_event(names[event->type]);
    print_number("cpu", event->has_cpu, event->cpu);
    print_number("seq", is_task, event->seq);
    print_number("index", event->has_index, event->index);
    print_number("time", is_task, event->time);
    print_number("pid", is_task, (uint64_t)event->pid);
    print_number("tgid", event->has_tgid, (uint64_t)event->tgid);
    if (event->type == TASKSTATS_EXIT) print_exit(event);
    print_number("ppid", event->ppid > 0, (uint64_t)event->ppid);
    print_number("uid", event->has_ids, event->uid);
    print_number("gid", event->has_ids, event->gid);
    print_string("comm", event->comm);
    print_part("origin", event->origin);
    print_string("where", event->where_name);
    print_number("count", event->has_count, event->count);
    end_event();
}

static void print_error(const struct taskstats_error *error) {
    const char *kind = error->name;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].code == error->code) kind = refusals[i].name;
    if (taskstats_is_end(error->code)) {
        begin_event("closed");
        if (error->code != TASKSTATS_DISCONNECTED) print_string("reason", error->message);
    } else {
        begin_event("error");
        print_string("kind", kind);
    }
    end_event();
}

/* The params of a command. Texts point into the line of the command. */
struct command {
    struct taskstats_query query;
    struct taskstats_subscription subscription;
    char fields[1024];
};

static void read_params(char *text, struct command *command) {
    /* A client without a connection, for the scanner and the functions for values. */
    static struct node nodes[1024];
    static struct taskstats_client reader;
    reader.buffer = text;
    reader.nodes = nodes;
    reader.line = 1;
    reader.last_object = UINT32_MAX;
    struct scanner scanner = {text, text, nodes, 1024, 0};
    memset(command, 0, sizeof *command);
    if (!scan(&scanner, text + strlen(text))) abort();
    struct taskstats_value params = value_at(&reader, 0), since = taskstats_find(params, "since");
    struct taskstats_iterator each = {0};
    uint64_t number;
    if (taskstats_u64(params, "pid", &number)) command->query.pid = (int32_t)number;
    if (taskstats_u64(params, "tgid", &number)) command->query.tgid = (int32_t)number;
    command->query.cgroup = taskstats_text(params, "cgroup");
    while (taskstats_each(taskstats_find(params, "fields"), &each)) {
        if (*command->fields) strcat(command->fields, ",");
        strcat(command->fields, taskstats_to_text(each.value, NULL));
        command->query.fields = command->subscription.fields = command->fields;
    }
    command->subscription.cpus = taskstats_text(params, "cpus");
    command->subscription.scope = taskstats_text(params, "scope");
    command->subscription.overflow = taskstats_text(params, "overflow");
    taskstats_to_bool(taskstats_find(params, "origin"), &command->subscription.origin);
    taskstats_to_bool(taskstats_find(params, "starts"), &command->subscription.starts);
    taskstats_to_u64(since, &command->subscription.since_time);
    command->subscription.since_duration = taskstats_to_text(since, NULL);
}

static void get(struct command *command) {
    struct taskstats_client *client = NULL;
    struct taskstats_result result;
    struct taskstats_error error;
    if (taskstats_connect(&client, NULL, &error) < 0 || taskstats_get(client, &command->query, &result, &error) < 0) {
        print_error(&error);
    } else {
        begin_event("result");
        print_part("stats", result.stats);
        print_part("uncounted", result.uncounted);
        print_part("implausible", result.implausible);
        print_part("origin", result.origin);
        end_event();
    }
    taskstats_free(client);
}

/* Reconnects, with as many attempts as necessary; false if the daemon refuses. */
static bool reconnect(struct taskstats_client *client) {
    struct taskstats_reconnection reconnection;
    struct taskstats_error error;
    while (taskstats_reconnect(client, &reconnection, &error) < 0) {
        if (!taskstats_is_temporary(error.code)) {
            print_error(&error);
            return false;
        }
        poll(NULL, 0, 50);
    }
    begin_event("reconnected");
    printf(",\"new_instance\":%s", reconnection.is_new_instance ? "true" : "false");
    end_event();
    return true;
}

/* With `polls` it takes events as a program with an event loop does. */
static void follow(struct command *command, bool reconnects, bool polls) {
    struct taskstats_client *client = NULL;
    struct taskstats_event event;
    struct taskstats_error error;
    if (taskstats_connect(&client, NULL, &error) < 0 ||
        taskstats_subscribe(client, &command->subscription, &error) < 0) {
        print_error(&error);
        taskstats_free(client);
        return;
    }
    do {
        int count;
        while ((count = taskstats_next(client, &event, polls ? 0 : -1, &error)) >= 0) {
            if (count == 1) {
                print_event(&event);
            } else {
                struct pollfd readable = {taskstats_fd(client), POLLIN, 0};
                poll(&readable, 1, -1);
            }
        }
        print_error(&error);
    } while (reconnects && reconnect(client));
    taskstats_free(client);
}

int main(int argc, char **argv) {
    static char line[65536];
    bool polls = argc > 1 && !strcmp(argv[1], "--poll");
    printf("{\"event\":\"ready\",\"can\":[\"get\",\"subscribe\",\"follow\",\"since\",\"exact\",\"frames\"]}\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        size_t length = strcspn(line, " ");
        line[length] = 0;
        struct command command;
        read_params(line + length + 1, &command);
        if (!strcmp(line, "get")) {
            get(&command);
        } else {
            follow(&command, !strcmp(line, "follow"), polls);
        }
    }
    return 0;
}
