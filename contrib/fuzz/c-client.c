/* The C client of contrib/c under libFuzzer: lines of the daemon, with libjansson as the oracle of its scanner. */
#include "../c/taskstats.c"

#include <jansson.h>

#define REQUIRE(condition) \
    if (!(condition)) abort()

/* The value of jansson for this one; it must be the same. */
static void compare(struct taskstats_value value, const json_t *oracle) {
    struct taskstats_iterator each = {0};
    int64_t number;
    bool is_true;
    double inexact;
    size_t length, count = 0;
    switch (taskstats_kind(value)) {
    case TASKSTATS_NULL: REQUIRE(json_is_null(oracle)); break;
    case TASKSTATS_BOOL:
        REQUIRE(taskstats_to_bool(value, &is_true) && json_is_boolean(oracle) && is_true == json_is_true(oracle));
        break;
    case TASKSTATS_INTEGER: REQUIRE(taskstats_to_i64(value, &number) && json_integer_value(oracle) == number); break;
    case TASKSTATS_NUMBER:
        REQUIRE(taskstats_to_double(value, &inexact) && json_is_real(oracle) && json_real_value(oracle) == inexact);
        break;
    case TASKSTATS_TEXT: {
        const char *text = taskstats_to_text(value, &length);
        REQUIRE(json_is_string(oracle) && json_string_length(oracle) == length);
        REQUIRE(!memcmp(text, json_string_value(oracle), length) && !text[length]);
        break;
    }
    case TASKSTATS_LIST:
        while (taskstats_each(value, &each)) compare(each.value, json_array_get(oracle, count++));
        REQUIRE(json_is_array(oracle) && json_array_size(oracle) == count);
        break;
    case TASKSTATS_OBJECT:
        for (; taskstats_each(value, &each); count++) {
            REQUIRE(taskstats_find(value, each.key).node == each.value.node);
            compare(each.value, json_object_get(oracle, each.key));
        }
        REQUIRE(json_is_object(oracle) && json_object_size(oracle) == count);
        break;
    case TASKSTATS_ABSENT: abort();
    }
}

/* The client and jansson accept the same texts, apart from those that jansson cannot read (keys with NUL, integers
 * beyond 63 bits, doubles beyond their range), depths that the client refuses, and a newline, which ends a line. */
static void scan_as_jansson_does(struct taskstats_client *client, const uint8_t *bytes, size_t count) {
    json_error_t error;
    char *line = client->buffer;
    if (count == 0 || memchr(bytes, '\n', count)) return;
    memcpy(line, bytes, count);
    struct scanner scanner = {line, line, client->nodes, client->node_room, 0};
    client->line++;
    client->last_object = UINT32_MAX;
    bool is_right = scan(&scanner, line + count);
    if (memchr(bytes, 0, count)) {
        REQUIRE(!is_right); /* jansson accepts a NUL behind a number */
        return;
    }
    json_t *oracle =
        json_loadb((const char *)bytes, count, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    if (oracle) {
        if (is_right) compare(value_at(client, 0), oracle);
        int depth = 0, deepest_seen = 0;
        for (size_t i = 0; i < count; i++) {
            if (bytes[i] == '[' || bytes[i] == '{') depth++;
            if (bytes[i] == ']' || bytes[i] == '}') depth--;
            if (depth > deepest_seen) deepest_seen = depth;
        }
        /* Brackets in texts count, too, so some deep texts are not compared. */
        REQUIRE(is_right || deepest_seen > deepest);
        json_decref(oracle);
        return;
    }
    enum json_error_code code = json_error_code(&error);
    REQUIRE(!is_right || code == json_error_numeric_overflow || code == json_error_duplicate_key ||
            code == json_error_null_byte_in_key);
}

/* Every value of the line, as a program would read it: AddressSanitizer sees what is outside of the buffer. */
static size_t walk(struct taskstats_value value) {
    struct taskstats_iterator each = {0};
    size_t length = 0, sum = 0;
    const char *text = taskstats_to_text(value, &length);
    for (size_t i = 0; i < length; i++) sum += (unsigned char)text[i];
    while (taskstats_each(value, &each)) sum += walk(each.value) + (each.key ? strlen(each.key) : 0);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    enum { max_line = 4096 };
    /* As taskstats_connect does, with a socket on which nothing arrives, and memory of exactly this size. */
    static int pair[2] = {-1, -1};
    static volatile size_t sum; /* keeps the reads */
    if (pair[0] < 0) REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (count > 2 * max_line) return 0;
    struct taskstats_client *client = calloc(1, sizeof *client);
    client->capacity = 2 * max_line;
    client->max_line = max_line;
    client->node_room = max_line + 2;
    client->buffer = malloc(client->capacity + padding);
    client->nodes = malloc(client->node_room * sizeof(struct node));
    client->request = malloc(request_room + 1 + padding);
    client->params = malloc(request_room + 1 + padding);
    client->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    scan_as_jansson_does(client, bytes, count);

    struct taskstats_event event;
    struct taskstats_error error;
    struct taskstats_value result;
    for (int is_subscribed = 0; is_subscribed < 2; is_subscribed++) {
        client->node_room = max_line / 2 + 2;
        client->socket = dup(pair[0]);
        memcpy(client->buffer, bytes, count);
        client->begin = client->searched = 0;
        client->filled = count;
        client->last_id = 1;
        client->is_subscribed = client->is_ending = is_subscribed;
        client->ending_id = 1;
        if (is_subscribed) {
            while (taskstats_next(client, &event, 0, &error) == 1 && event.type != TASKSTATS_UNSUBSCRIBED)
                sum += walk(event.all);
        } else if (count > 0 && bytes[0] == '{') {
            if (answer(client, at_once, &result, &error) == 0) {
                sum += walk(result);
                if (client->socket >= 0) take_hello(client, result, &error);
            }
        }
        close_socket(client);
    }
    free(client->buffer);
    free(client->nodes);
    free(client->request);
    free(client->params);
    free(client);
    return 0;
}
