/* The tests of taskstats.c that no conversation of Protocol/conformance has: the scanner, values, limits and misuse.
 * contrib/check/clients compiles and runs it, with AddressSanitizer and UndefinedBehaviorSanitizer. */
#define _XOPEN_SOURCE 700
#include "taskstats.c"

#include <pthread.h>
#include <signal.h>

#define CHECK(condition)                                                      \
    do {                                                                      \
        if (!(condition)) {                                                   \
            fprintf(stderr, "test.c:%d: failed: %s\n", __LINE__, #condition); \
            exit(1);                                                          \
        }                                                                     \
    } while (0)

/* ---- The scanner ---- */

static char scanned[1 << 16];
static struct node scanned_nodes[1 << 15];

/* A client without a connection, whose current line is this text; false if it is not JSON. */
static bool read_text(struct taskstats_client *client, const char *text, size_t length) {
    memset(client, 0, sizeof *client);
    memcpy(scanned, text, length);
    /* What is behind the end must not matter. */
    memset(scanned + length, '"', padding);
    struct scanner scanner = {scanned, scanned, scanned_nodes, sizeof scanned_nodes / sizeof *scanned_nodes, 0};
    client->buffer = scanned;
    client->nodes = scanned_nodes;
    client->line = 1;
    client->last_object = UINT32_MAX;
    client->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return scan(&scanner, scanned + length);
}

static bool is_json(const char *text) {
    struct taskstats_client client;
    return read_text(&client, text, strlen(text));
}

static void test_accepts_and_refuses(void) {
    static const char *const right[] = {
        "{}",
        "[]",
        " { } ",
        "\t[ ]\r",
        "0",
        "-0",
        "1e9",
        "-1.5E+07",
        "0.0",
        "true",
        "false",
        "null",
        "\"\"",
        "{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
        "\"\xc3\xa9\xe2\x82\xac\"",
        "\"\xf0\x9f\x98\x80\"",
        "\"\x7f\"",
        "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
        "\"\\u0000\"",
    };
    static const char *const wrong[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{1:1}",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "{}{}",
        "1 2",
        "01",
        "-",
        "-01",
        "+1",
        ".5",
        "1.",
        "1.e1",
        "1e",
        "1e+",
        "0x1",
        "1a",
        "tru",
        "truee",
        "nul",
        "NaN",
        "Infinity",
        "'a'",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u123g\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800\\ud800\"",
        "\"\\udc00\"",
        "\"\\udc00\\udc00\"",
        "\"\\ud800\\\"",
        "\"\t\"",
        "\"\n\"",
        "\"\x01\"",
        "[1,\n2]",
        "\"\x80\"",
        "\"\xc3\"",
        "\"\xc0\x80\"",
        "\"\xe0\x80\x80\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xf5\x80\x80\x80\"",
        "\"\xe2\x82\"",
        "\xef\xbb\xbf{}",
        "[1}",
        "{\"a\":1]",
        "//",
        "[1]//",
        "[\"a\"",
        "{\"a\":\"b\"",
        "\"abcdefgh",
        "\"abcdefgh\\",
        "\"abcdefghi\\u",
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (!is_json(right[i])) fprintf(stderr, "refused: %s\n", right[i]), exit(1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (is_json(wrong[i])) fprintf(stderr, "accepted: %s\n", wrong[i]), exit(1);

    /* A NUL ends no text. */
    struct taskstats_client client;
    CHECK(!read_text(&client, "[1]\0", 4));
    CHECK(!read_text(&client, "\"a\0b\"", 5));
}

static void test_depth_is_limited(void) {
    char text[2 * deepest + 3] = {0};
    memset(text, '[', deepest);
    memset(text + deepest, ']', deepest);
    CHECK(is_json(text));
    memset(text, '[', deepest + 1);
    memset(text + deepest + 1, ']', deepest + 1);
    CHECK(!is_json(text));
}

/* Nodes are sized for the densest line. */
static void test_nodes_suffice_for_any_line(void) {
    static const char *const dense[] = {"0,", "[],", "{},", "\"\","};
    for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
        static char text[4096];
        size_t unit = strlen(dense[i]), length = 1;
        text[0] = '[';
        while (length + unit < sizeof text - 1) {
            memcpy(text + length, dense[i], unit);
            length += unit;
        }
        text[length - 1] = ']';
        static struct node nodes[sizeof text / 2 + 2];
        memcpy(scanned, text, length);
        struct scanner scanner = {scanned, scanned, nodes, sizeof nodes / sizeof *nodes, 0};
        CHECK(scan(&scanner, scanned + length));
    }
    struct node nodes[2];
    strcpy(scanned, "[0,0]");
    struct scanner scanner = {scanned, scanned, nodes, 2, 0};
    CHECK(!scan(&scanner, scanned + 5));
}

static void test_values(void) {
    static const char text[] =
        "{\"least\":-9223372036854775808,\"below\":-9223372036854775809,\"most\":18446744073709551615,"
        "\"above\":18446744073709551616,\"big\":9223372036854775808,\"half\":0.5,\"huge\":1e999,\"exp\":1e2,\"zero\":0,"
        "\"long\":1.00000000000000000000000000000000000000000000000000000000000000001,"
        "\"text\":\"a\\u0000\\u00e9\\ud83d\\ude00\\u001b\",\"yes\":true,\"no\":false,\"none\":null,\"list\":[1,\"x\",["
        "2,[3]],{}],"
        "\"object\":{\"a\":{\"b\":[1]},\"c\":7},\"last\":\"z\"}";
    struct taskstats_client client;
    CHECK(read_text(&client, text, sizeof text - 1));
    struct taskstats_value all = value_at(&client, 0);
    uint64_t u = 42;
    int64_t i = 42;
    double d = 42;
    bool b = true;
    CHECK(taskstats_u64(all, "most", &u) && u == UINT64_MAX && !taskstats_i64(all, "most", &i));
    CHECK(taskstats_i64(all, "least", &i) && i == INT64_MIN && !taskstats_u64(all, "least", &u));
    CHECK(taskstats_u64(all, "big", &u) && u == (uint64_t)INT64_MAX + 1 && !taskstats_i64(all, "big", &i));
    CHECK(taskstats_u64(all, "zero", &u) && u == 0 && taskstats_i64(all, "zero", &i) && i == 0);
    u = 42;
    CHECK(!taskstats_u64(all, "above", &u) && !taskstats_u64(all, "half", &u) && !taskstats_u64(all, "exp", &u));
    CHECK(!taskstats_u64(all, "text", &u) && !taskstats_u64(all, "absent", &u) && u == 42);
    CHECK(taskstats_kind(taskstats_find(all, "above")) == TASKSTATS_NUMBER);
    CHECK(taskstats_to_double(taskstats_find(all, "above"), &d) && d == 18446744073709551616.0);
    CHECK(taskstats_to_double(taskstats_find(all, "below"), &d) && d == -9223372036854775808.0);
    CHECK(taskstats_to_double(taskstats_find(all, "half"), &d) && d == 0.5);
    CHECK(taskstats_to_double(taskstats_find(all, "exp"), &d) && d == 100);
    CHECK(taskstats_to_double(taskstats_find(all, "long"), &d) && d == 1);
    CHECK(taskstats_to_double(taskstats_find(all, "least"), &d) && d == -9223372036854775808.0);
    CHECK(!taskstats_to_double(taskstats_find(all, "huge"), &d) &&
          !taskstats_to_double(taskstats_find(all, "text"), &d));
    CHECK(taskstats_to_bool(taskstats_find(all, "no"), &b) && !b && taskstats_to_bool(taskstats_find(all, "yes"), &b) &&
          b);
    CHECK(!taskstats_to_bool(taskstats_find(all, "zero"), &b) &&
          taskstats_kind(taskstats_find(all, "none")) == TASKSTATS_NULL);
    size_t length;
    const char *name = taskstats_to_text(taskstats_find(all, "text"), &length);
    CHECK(length == 9 && !memcmp(name, "a\0\xc3\xa9\xf0\x9f\x98\x80\x1b", 10));
    CHECK(!taskstats_text(all, "zero") && !taskstats_text(all, "tex") && !taskstats_text(all, "textt"));

    /* In any order, and in an object within an object. */
    CHECK(!strcmp(taskstats_text(all, "last"), "z") && taskstats_i64(all, "least", &i) &&
          taskstats_u64(all, "zero", &u));
    struct taskstats_value object = taskstats_find(all, "object");
    CHECK(taskstats_u64(object, "c", &u) && u == 7 && !taskstats_find(object, "last").client);
    CHECK(taskstats_kind(taskstats_find(taskstats_find(object, "a"), "b")) == TASKSTATS_LIST);
    CHECK(!taskstats_find(taskstats_find(all, "list"), "x").client &&
          !taskstats_find(taskstats_find(all, "none"), "x").client);

    struct taskstats_iterator each = {0};
    struct taskstats_value list = taskstats_find(all, "list");
    CHECK(taskstats_each(list, &each) && !each.key && taskstats_to_u64(each.value, &u) && u == 1);
    CHECK(taskstats_each(list, &each) && taskstats_to_text(each.value, NULL) && taskstats_each(list, &each));
    CHECK(taskstats_each(list, &each) && taskstats_kind(each.value) == TASKSTATS_OBJECT &&
          !taskstats_each(list, &each));
    CHECK(taskstats_contains(list, "x") && !taskstats_contains(list, "1") && !taskstats_contains(all, "text"));
    int count = 0;
    for (each = (struct taskstats_iterator){0}; taskstats_each(all, &each); count++)
        CHECK(taskstats_find(all, each.key).node == each.value.node);
    CHECK(count == 17 && !strcmp(each.key, "last"));
    CHECK(!taskstats_each(taskstats_find(all, "zero"), &each) && !taskstats_each((struct taskstats_value){0}, &each));

    /* The next line makes values absent. */
    client.line++;
    CHECK(taskstats_kind(all) == TASKSTATS_ABSENT && !taskstats_find(all, "zero").client &&
          !taskstats_u64(object, "c", &u));
}

/* A program's locale can have another decimal point. contrib/check/clients provides one. */
static void test_locale(void) {
    const char *name = getenv("TEST_LOCALE");
    if (!name) return;
    CHECK(setlocale(LC_ALL, name) && !strcmp(localeconv()->decimal_point, ","));
    struct taskstats_client client;
    double d;
    CHECK(read_text(&client, "[0.5]", 5));
    CHECK(taskstats_to_double(value_at(&client, 1), &d) && d == 0.5);
    setlocale(LC_ALL, "C");
}

static void test_durations(void) {
    CHECK(duration_ns("0s") == 0 && duration_ns("10min") == 600000000000 && duration_ns("2") == 2000000000 &&
          duration_ns("0.5") == 500000000);
    CHECK(duration_ns("1.5h") == 5400000000000 && duration_ns("7us") == 7000 && duration_ns("1.25ms") == 1250000);
    CHECK(duration_ns("100d") == 8640000000000000 && duration_ns("1.000001s") == 1000001000);
    static const char *const wrong[] = {
        "",          "s", "-1s", "1.s", ".5s", "1w", "1 s", "1smin", "1.0000000001s", "1e3", "99999999999999999999",
        "9999999d d"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(duration_ns(wrong[i]) == -1);
}

/* ---- Connections to a peer that plays a script ---- */

#define HELLO_WITH(you, features)                                                                                      \
    "{\"jsonrpc\":\"2.0\",\"method\":\"hello\",\"params\":{\"protocol\":\"1.1\",\"server\":\"taskstatsd/9\","          \
    "\"instance\":\"0123456789abcdef\",\"kernel\":{\"release\":\"6.18\",\"taskstats_version\":16,\"tick_ns\":4000000," \
    "\"tgid_sums_complete\":false},\"delay_accounting\":true,\"you\":" you ",\"limits\":{\"line_bytes\":65536},"       \
    "\"features\":[" features "]}}\n"
#define YOU "{\"uid\":4294967294,\"access\":\"own\"}"
#define HELLO HELLO_WITH(YOU, "\"since\",\"origin\",\"starts\",\"later\"")
#define GRANTED(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"cpus\":\"0\",\"next_index\":5}}\n"
#define EXIT                                                                                                     \
    "{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":{\"cpu\":0,\"seq\":1,\"index\":9,\"time\":2,\"pid\":3," \
    "\"stats\":{}}}\n"

/* Plays each script to one connection: sends it, keeps what the client sends, and ends when the client does. After "#"
 * it sends nothing more at once, and after "!" it reads nothing either. */
struct peer {
    char path[64], received[4][16384];
    const char *scripts[4];
    int listener;
    pthread_t thread;
    bool is_over;
};

static void *play(void *context) {
    struct peer *peer = context;
    for (int i = 0; i < 4 && peer->scripts[i]; i++) {
        const char *script = peer->scripts[i];
        size_t length = strcspn(script, "#!"), filled = 0;
        int connection = accept(peer->listener, NULL, NULL);
        CHECK(connection >= 0 && send(connection, script, length, MSG_NOSIGNAL) == (ssize_t)length);
        if (script[length] == '#') shutdown(connection, SHUT_WR);
        while (script[length] != '!') {
            ssize_t count = recv(connection, peer->received[i] + filled, sizeof peer->received[i] - 1 - filled, 0);
            if (count <= 0) break;
            filled += (size_t)count;
        }
        close(connection);
    }
    return NULL;
}

static void start_with(struct peer *peer, const char *first, const char *second, const char *third) {
    memset(peer, 0, sizeof *peer);
    peer->scripts[0] = first;
    peer->scripts[1] = second;
    peer->scripts[2] = third;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(peer->path, sizeof peer->path, "/tmp/c-client-test.%d", (int)getpid());
    strcpy(address.sun_path, peer->path);
    unlink(peer->path);
    peer->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(peer->listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(peer->listener, 4) == 0);
    CHECK(pthread_create(&peer->thread, NULL, play, peer) == 0);
}

static void start(struct peer *peer, const char *first, const char *second) { start_with(peer, first, second, NULL); }

static struct taskstats_client *connected(struct peer *peer, size_t max_line) {
    struct taskstats_options options = {.path = peer->path, .timeout_ms = 100, .max_line = max_line};
    struct taskstats_client *client;
    struct taskstats_error error;
    CHECK(taskstats_connect(&client, &options, &error) == 0);
    return client;
}

/* Waits until all scripts have been played. */
static void wait_for(struct peer *peer) {
    if (!peer->is_over) pthread_join(peer->thread, NULL);
    peer->is_over = true;
}

static void stop(struct peer *peer, struct taskstats_client *client) {
    taskstats_free(client);
    wait_for(peer);
    close(peer->listener);
    unlink(peer->path);
}

/* The code with which a subscription ends that has this script. */
static enum taskstats_code end_of(const char *script, size_t max_line) {
    struct peer peer;
    struct taskstats_error error = {0};
    struct taskstats_event event;
    struct taskstats_subscription all = {0};
    start(&peer, script, NULL);
    struct taskstats_client *client = connected(&peer, max_line);
    int status = taskstats_subscribe(client, &all, &error);
    while (status >= 0) status = taskstats_next(client, &event, 2000, &error);
    CHECK(taskstats_is_end(error.code) && taskstats_fd(client) == -1 && *error.message);
    enum taskstats_code code = error.code;
    CHECK(taskstats_next(client, &event, -1, &error) == -1 && error.code == TASKSTATS_DISCONNECTED);
    stop(&peer, client);
    return code;
}

static void test_lines_that_end_the_connection(void) {
#define EVENT(method, params) HELLO GRANTED("1") "{\"method\":\"" method "\",\"params\":" params "}\n#"
    CHECK(end_of(HELLO GRANTED("1") "#", 0) == TASKSTATS_DISCONNECTED);
    CHECK(end_of(HELLO GRANTED("1") EXIT "{\"method\":\"exit\"#", 0) == TASKSTATS_DISCONNECTED);
    CHECK(end_of(HELLO GRANTED("1") EXIT "{\"method\":\"exit\",}\n#", 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(HELLO GRANTED("1") "[1]\n#", 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(HELLO GRANTED("1") "\n#", 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(HELLO "{\"id\":1}\n#", 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(HELLO "{\"id\":null,\"result\":{}}\n#", 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("closing", "{\"reason\":\"enough\"}"), 0) == TASKSTATS_CLOSED);
    CHECK(end_of(EVENT("closing", "7"), 0) == TASKSTATS_CLOSED);
    /* Known keys have their types, and required ones are there. */
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":3,\"stats\":{}}"), 0) ==
          TASKSTATS_DISCONNECTED);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":3}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"seq\":1,\"time\":2,\"pid\":3,\"stats\":{}}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":\"3\",\"stats\":{}}"), 0) ==
          TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":2147483648,\"stats\":{}}"), 0) ==
          TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":-1,\"time\":2,\"pid\":3,\"stats\":{}}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2.5,\"pid\":3,\"stats\":{}}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":3,\"stats\":7}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":3,\"stats\":{},\"exit\":{\"signal\":9}}"), 0) ==
          TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("exit", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":3,\"stats\":{},\"exit\":{\"later\":9}}"), 0) ==
          TASKSTATS_DISCONNECTED);
    CHECK(end_of(EVENT("exit", "[]"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(HELLO GRANTED("1") "{\"method\":\"exit\"}\n#", 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("live", "{}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("lost", "{\"count\":1}"), 0) == TASKSTATS_BAD_LINE);
    CHECK(end_of(EVENT("start", "{\"cpu\":0,\"seq\":1,\"time\":2,\"pid\":3}"), 0) == TASKSTATS_BAD_LINE);
}

static void test_the_longest_line_is_configurable(void) {
    enum { bytes = 5000 };
    static char line[bytes + 1024];
    int head = snprintf(line, sizeof line, "%s{\"method\":\"later\",\"x\":\"", HELLO GRANTED("1"));
    int begin = (int)strlen(HELLO GRANTED("1"));
    memset(line + head, 'x', (size_t)(bytes - (head - begin) - 3));
    strcpy(line + begin + bytes - 3, "\"}\n#");
    CHECK(end_of(line, bytes) == TASKSTATS_DISCONNECTED);
    CHECK(end_of(line, bytes - 1) == TASKSTATS_LINE_TOO_LONG);
    /* The rest of such a line is not waited for. */
    strcpy(line + begin + bytes - 3, "#");
    CHECK(end_of(line, bytes - 3) == TASKSTATS_LINE_TOO_LONG);

    struct taskstats_client *client;
    struct taskstats_error error;
    struct taskstats_options options = {.max_line = least_line - 1};
    CHECK(taskstats_connect(&client, &options, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);
}

static void ignore(int signal) { (void)signal; }

static void test_connecting(void) {
    struct taskstats_client *client;
    struct taskstats_error error;
    struct taskstats_options options = {.path = "/nonexistent/socket"};
    CHECK(taskstats_connect(&client, &options, &error) == -1 && error.code == TASKSTATS_CANNOT_CONNECT);
    CHECK(error.system_errno == ENOENT && strstr(error.message, "/nonexistent/socket: No such file"));
    CHECK(taskstats_connect(&client, &options, NULL) == -1);
    char path[200];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = 0;
    options.path = path;
    CHECK(taskstats_connect(&client, &options, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);

    static const struct {
        const char *script, *text;
        enum taskstats_code code;
    } cases[] = {
        {"", "in time", TASKSTATS_TIMED_OUT},
        {"#", "closed", TASKSTATS_DISCONNECTED},
        {"220 smtp\n#", "JSON", TASKSTATS_BAD_LINE},
        {"{}\n#", "not the socket", TASKSTATS_BAD_LINE},
        {EXIT "#", "not the socket", TASKSTATS_BAD_LINE},
        {HELLO_WITH("{}", "") "#", "first line", TASKSTATS_BAD_LINE},
        {HELLO_WITH("{\"access\":\"none\",\"reason\":\"elsewhere\"}", "") "#", "elsewhere", TASKSTATS_NO_ACCESS},
        {"{\"method\":\"closing\",\"params\":{\"reason\":\"full\",\"limit\":\"connections\",\"allowed\":8,\"used\":9}}"
         "\n#",
         "full", TASKSTATS_CLOSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer peer;
        start(&peer, cases[i].script, NULL);
        options = (struct taskstats_options){.path = peer.path, .timeout_ms = 100};
        CHECK(taskstats_connect(&client, &options, &error) == -1 && error.code == cases[i].code);
        CHECK(strstr(error.message, cases[i].text));
        if (*error.limit) CHECK(!strcmp(error.limit, "connections") && error.allowed == 8 && error.used == 9);
        stop(&peer, NULL);
    }
    CHECK(error.code == TASKSTATS_CLOSED && *error.limit);

    /* A path that is a file, and a backlog that stays full. */
    options = (struct taskstats_options){.path = "/dev/null", .timeout_ms = 50};
    CHECK(taskstats_connect(&client, &options, &error) == -1 && error.system_errno == ECONNREFUSED);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/c-client-test.%d", (int)getpid());
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), waiting = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 0) == 0);
    CHECK(connect(waiting, (struct sockaddr *)&address, sizeof address) == 0);
    options.path = address.sun_path;
    /* Signals do not end the wait. */
    struct sigaction ignored = {.sa_handler = ignore};
    struct itimerval often = {{0, 5000}, {0, 5000}}, never_more = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &ignored, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    CHECK(taskstats_connect(&client, &options, &error) == -1 && error.system_errno == EAGAIN);
    setitimer(ITIMER_REAL, &never_more, NULL);
    close(waiting);
    close(listener);
    unlink(address.sun_path);
}

static void test_server(void) {
    struct peer peer;
    start(&peer, HELLO, NULL);
    struct taskstats_client *client = connected(&peer, 0);
    const struct taskstats_server *server = taskstats_server(client);
    CHECK(!strcmp(server->protocol, "1.1") && !strcmp(server->server, "taskstatsd/9") &&
          !strcmp(server->release, "6.18"));
    CHECK(!strcmp(server->instance, "0123456789abcdef") && server->struct_version == 16 && server->tick_ns == 4000000);
    CHECK(server->tgid_sums_complete == TASKSTATS_NO && server->delay_accounting == TASKSTATS_YES);
    CHECK(server->uid == 4294967294 && server->access == TASKSTATS_ACCESS_OWN && server->line_bytes == 65536);
    CHECK(server->features == (TASKSTATS_FEATURE_SINCE | TASKSTATS_FEATURE_ORIGIN | TASKSTATS_FEATURE_STARTS));
    stop(&peer, client);
}

static void test_queries(void) {
    struct peer peer;
    struct taskstats_error error;
    struct taskstats_result result;
    struct taskstats_value value;
    uint64_t number;
    start(&peer,
          HELLO
          "{\"method\":\"later\"}\n{\"id\":7,\"result\":{}}\n"
          "{\"id\":1,\"result\":{\"pid\":1,\"stats\":{\"nvcsw\":3},\"uncounted\":[\"stats\"]}}\n"
          "{\"id\":2,\"error\":{\"code\":-32602,\"message\":\"no\",\"data\":{\"name\":\"InvalidParams\",\"member\":"
          "\"fields\"}}}\n"
          "{\"id\":null,\"error\":{\"code\":-32600,\"message\":\"what\",\"data\":{\"name\":\"InvalidRequest\"}}}\n"
          "{\"id\":4,\"error\":{\"code\":-1,\"data\":{\"name\":\"Later\",\"errno\":\"ESRCH\"}}}\n"
          "{\"id\":5,\"result\":{\"up\":8}}\n{\"id\":6,\"result\":{\"cgroup\":\"/a\"}}\n",
          NULL);
    struct taskstats_client *client = connected(&peer, 0);
    CHECK(taskstats_get(client, &(struct taskstats_query){.pid = 1, .fields = "nvcsw,io", .origin = true}, &result,
                        &error) == 0);
    CHECK(taskstats_u64(result.stats, "nvcsw", &number) && number == 3 &&
          taskstats_contains(result.uncounted, "stats"));
    CHECK(taskstats_kind(result.origin) == TASKSTATS_ABSENT);
    CHECK(taskstats_get(client, &(struct taskstats_query){.tgid = 2}, &result, &error) == -1);
    CHECK(error.code == TASKSTATS_INVALID_PARAMS && !strcmp(error.member, "fields") &&
          !strcmp(error.name, "InvalidParams"));
    CHECK(!taskstats_is_end(error.code) && taskstats_kind(result.stats) == TASKSTATS_ABSENT);
    CHECK(taskstats_call(client, "later", "{\"a\":[1]}", &value, &error) == -1 &&
          error.code == TASKSTATS_INVALID_REQUEST);
    CHECK(taskstats_get(client, &(struct taskstats_query){.cgroup = "/a\"\\\n\xc3\xa9"}, &result, &error) == -1);
    CHECK(error.code == TASKSTATS_REFUSED && !strcmp(error.name, "Later") && !strcmp(error.errno_name, "ESRCH"));
    CHECK(taskstats_call(client, "status", NULL, &value, &error) == 0 && taskstats_u64(value, "up", &number) &&
          number == 8);

    /* What is wrong is not sent. */
    CHECK(taskstats_get(client, &(struct taskstats_query){0}, &result, &error) == -1);
    CHECK(error.code == TASKSTATS_INVALID_ARGUMENT);
    CHECK(taskstats_get(client, &(struct taskstats_query){.pid = 1, .cgroup = "/"}, &result, &error) == -1);
    CHECK(taskstats_get(client, &(struct taskstats_query){.pid = -1}, &result, &error) == -1);
    CHECK(taskstats_call(client, "status", "{}\n{}", &value, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);
    CHECK(taskstats_call(client, "status", "[]", &value, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);
    static char path[request_room + 1];
    memset(path, 'x', request_room);
    CHECK(taskstats_get(client, &(struct taskstats_query){.cgroup = path}, &result, &error) == -1);
    CHECK(error.code == TASKSTATS_INVALID_ARGUMENT && strstr(error.message, "8192"));
    path[request_room - 20] = 0; /* fits, but not with the rest of the request */
    CHECK(taskstats_get(client, &(struct taskstats_query){.cgroup = path}, &result, &error) == -1);
    CHECK(error.code == TASKSTATS_INVALID_ARGUMENT && strstr(error.message, "8192"));
    CHECK(taskstats_next(client, &(struct taskstats_event){0}, 0, &error) == -1 &&
          error.code == TASKSTATS_INVALID_ARGUMENT);
    CHECK(taskstats_unsubscribe(client, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);

    /* Without an answer the query fails in time, and the connection continues. */
    client->last_id = 50;
    CHECK(taskstats_call(client, "status", NULL, &value, &error) == -1 && error.code == TASKSTATS_TIMED_OUT);
    CHECK(taskstats_fd(client) >= 0);
    stop(&peer, client);
    CHECK(!strcmp(
        peer.received[0],
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get\",\"params\":{\"pid\":1,\"fields\":[\"nvcsw\",\"io\"],"
        "\"origin\":true}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"get\",\"params\":{\"tgid\":2}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"later\",\"params\":{\"a\":[1]}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"get\",\"params\":{\"cgroup\":\"/a\\\"\\\\\\u000a\xc3\xa9\"}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"status\"}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":51,\"method\":\"status\"}\n"));
}

static void test_subscriptions(void) {
    struct peer peer;
    struct taskstats_error error;
    struct taskstats_event event;
    struct taskstats_position position;
    struct taskstats_subscription wanted = {.cpus = "0-1",
                                            .scope = "process",
                                            .fields = "ac_comm",
                                            .filter = "{\"uid\":[0]}",
                                            .overflow = "disconnect",
                                            .origin = true,
                                            .starts = true};
    start(&peer,
          HELLO GRANTED("1") EXIT "{\"method\":\"start\",\"params\":{\"cpu\":1,\"seq\":2,\"time\":3,\"pid\":4,\"tgid\":"
                                  "4,\"ppid\":5,\"uid\":6,\"gid\":7,"
                                  "\"comm\":\"git\",\"origin\":{\"unit\":\"a.service\"}}}\n"
                                  "{\"method\":\"lost\",\"params\":{\"where\":\"moon\",\"count\":2}}\n" GRANTED(
                                      "9") "{\"id\":2,\"result\":{}}\n" GRANTED("3") GRANTED("4"),
          NULL);
    struct taskstats_client *client = connected(&peer, 0);
    CHECK(!taskstats_position(client, &position));
    CHECK(taskstats_subscribe(client, &wanted, &error) == 0 && taskstats_position(client, &position));
    CHECK(position.index == 4 && !strcmp(position.instance, "0123456789abcdef"));
    CHECK(taskstats_subscribe(client, &wanted, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);
    CHECK(taskstats_get(client, &(struct taskstats_query){.pid = 1}, &(struct taskstats_result){.all = {0}}, &error) ==
          -1);
    CHECK(error.code == TASKSTATS_INVALID_ARGUMENT);
    CHECK(taskstats_next(client, &event, 1000, &error) == 1 && event.type == TASKSTATS_EXIT && event.pid == 3);
    CHECK(event.last == TASKSTATS_UNKNOWN && event.exited == TASKSTATS_UNKNOWN && !event.has_tgid && event.has_index);
    CHECK(taskstats_position(client, &position) && position.index == 9);
    struct taskstats_value old = event.stats;
    CHECK(taskstats_kind(old) == TASKSTATS_OBJECT);
    CHECK(taskstats_next(client, &event, -1, &error) == 1 && event.type == TASKSTATS_START);
    CHECK(event.cpu == 1 && event.ppid == 5 && event.has_ids && event.uid == 6 && event.gid == 7 &&
          !strcmp(event.comm, "git"));
    CHECK(!strcmp(taskstats_text(event.origin, "unit"), "a.service") && taskstats_kind(old) == TASKSTATS_ABSENT);
    CHECK(taskstats_next(client, &event, -1, &error) == 1 && event.type == TASKSTATS_LOST &&
          event.where == TASKSTATS_LOSS_OTHER);
    CHECK(!strcmp(event.where_name, "moon") && event.count == 2 && taskstats_position(client, &position) &&
          position.index == 9);
    CHECK(taskstats_unsubscribe(client, &error) == 0);
    CHECK(taskstats_unsubscribe(client, &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);
    CHECK(taskstats_next(client, &event, -1, &error) == 1 && event.type == TASKSTATS_UNSUBSCRIBED);
    wanted = (struct taskstats_subscription){.filter = "{} "};
    CHECK(taskstats_subscribe(client, &wanted, &error) == 0);

    /* Without an event: at once, after a time, and with poll. */
    CHECK(taskstats_next(client, &event, 0, &error) == 0 && taskstats_next(client, &event, 0, &error) == 0);
    int64_t before = nanoseconds(CLOCK_MONOTONIC);
    CHECK(taskstats_next(client, &event, 30, &error) == 0 && nanoseconds(CLOCK_MONOTONIC) - before >= 30000000);
    struct pollfd readable = {taskstats_fd(client), POLLIN, 0};
    CHECK(poll(&readable, 1, 0) == 0);
    stop(&peer, client);
    CHECK(!strcmp(
        peer.received[0],
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":{\"cpus\":\"0-1\",\"scope\":\"process\","
        "\"fields\":[\"ac_comm\"],\"filter\":{\"uid\":[0]},\"overflow\":\"disconnect\",\"origin\":true,\"starts\":true}"
        "}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"unsubscribe\"}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"subscribe\",\"params\":{\"filter\":{} }}\n"));
}

static void test_refused_subscriptions_are_not_sent(void) {
    struct peer peer;
    struct taskstats_error error;
    start(&peer, HELLO_WITH(YOU, "\"get\"") GRANTED("1"), NULL);
    struct taskstats_client *client = connected(&peer, 0);
    struct taskstats_position position = {"a", 1};
    const struct taskstats_subscription unavailable[] = {
        {.since_time = 1}, {.since_duration = "1s"}, {.since_position = &position}, {.starts = true}};
    for (size_t i = 0; i < 4; i++)
        CHECK(taskstats_subscribe(client, &unavailable[i], &error) == -1 && error.code == TASKSTATS_UNAVAILABLE);
    const struct taskstats_subscription wrong[] = {{.filter = "{"},
                                                   {.filter = "[]"},
                                                   {.filter = "{},\"starts\":true"},
                                                   {.filter = "{\n}"},
                                                   {.since_time = 1, .since_duration = "1s"}};
    for (size_t i = 0; i < 5; i++)
        CHECK(taskstats_subscribe(client, &wrong[i], &error) == -1 && error.code == TASKSTATS_INVALID_ARGUMENT);
    /* A daemon without the feature is not asked for origins. */
    CHECK(taskstats_subscribe(client, &(struct taskstats_subscription){.origin = true}, &error) == 0);
    stop(&peer, client);
    CHECK(!strcmp(peer.received[0], "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":{}}\n"));
}

/* A client that stored its position resumes there in another process, and repeats it until a record arrives. */
static void test_a_stored_position(void) {
    struct peer peer;
    struct taskstats_error error;
    struct taskstats_event event;
    struct taskstats_reconnection reconnection;
    struct taskstats_position position = {"an \"instance\"", UINT64_MAX}, now;
    start(&peer, HELLO GRANTED("1") "#", HELLO GRANTED("2") EXIT "#");
    struct taskstats_client *client = connected(&peer, 0);
    CHECK(taskstats_subscribe(client, &(struct taskstats_subscription){.since_position = &position}, &error) == 0);
    CHECK(taskstats_position(client, &now) && !strcmp(now.instance, position.instance) && now.index == position.index);
    CHECK(taskstats_next(client, &event, -1, &error) == -1 && error.code == TASKSTATS_DISCONNECTED);
    CHECK(taskstats_reconnect(client, &reconnection, &error) == 0);
    CHECK(!reconnection.is_new_instance && reconnection.is_resumed);
    CHECK(taskstats_next(client, &event, -1, &error) == 1 && taskstats_position(client, &now));
    CHECK(now.index == 9 && !strcmp(now.instance, "0123456789abcdef"));
    stop(&peer, client);
    for (int i = 0; i < 2; i++)
        CHECK(strstr(peer.received[i],
                     "\"since\":{\"instance\":\"an \\\"instance\\\"\",\"index\":18446744073709551615}"));
}

/* The reason was sent before the connection ended, so a request that cannot be sent still gets it. */
static void test_the_reason_precedes_a_failed_write(void) {
    struct peer peer;
    struct taskstats_error error;
    struct taskstats_result result;
    start(&peer, HELLO "{\"method\":\"closing\",\"params\":{\"reason\":\"enough\"}}\n!", NULL);
    struct taskstats_client *client = connected(&peer, 0);
    wait_for(&peer);
    CHECK(send(taskstats_fd(client), "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    CHECK(taskstats_get(client, &(struct taskstats_query){.pid = 1}, &result, &error) == -1);
    CHECK(error.code == TASKSTATS_CLOSED && strstr(error.message, "enough"));
    stop(&peer, client);
}

/* A time in the past is not requested again after a connection on which records had no numbers. */
static void test_a_time_is_not_repeated_after_a_gap(void) {
    struct peer peer;
    struct taskstats_error error;
    struct taskstats_event event;
    struct taskstats_reconnection reconnection;
    start_with(&peer, HELLO GRANTED("1") "#", HELLO_WITH(YOU, "") "{\"id\":2,\"result\":{}}\n#", HELLO GRANTED("3"));
    struct taskstats_client *client = connected(&peer, 0);
    CHECK(taskstats_subscribe(client, &(struct taskstats_subscription){.since_time = 7}, &error) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK(taskstats_next(client, &event, -1, &error) == -1 && error.code == TASKSTATS_DISCONNECTED);
        CHECK(taskstats_reconnect(client, &reconnection, &error) == 0 && !reconnection.is_resumed);
    }
    stop(&peer, client);
    CHECK(strstr(peer.received[0], "\"since\":7") && !strstr(peer.received[1], "since"));
    CHECK(strstr(peer.received[2], "subscribe") && !strstr(peer.received[2], "since"));
}

static void test_a_refused_reconnection(void) {
    struct peer peer;
    struct taskstats_error error;
    start(&peer, HELLO GRANTED("1") "#",
          HELLO "{\"id\":2,\"error\":{\"code\":-32003,\"data\":{\"name\":\"LimitExceeded\",\"limit\":\"subscriptions_"
                "per_uid\"}}}\n#");
    struct taskstats_client *client = connected(&peer, 0);
    CHECK(taskstats_subscribe(client, &(struct taskstats_subscription){.scope = "task"}, &error) == 0);
    CHECK(taskstats_next(client, &(struct taskstats_event){0}, -1, &error) == -1);
    CHECK(taskstats_reconnect(client, NULL, &error) == -1 && error.code == TASKSTATS_LIMIT_EXCEEDED);
    CHECK(taskstats_is_temporary(error.code) && !strcmp(error.limit, "subscriptions_per_uid") &&
          taskstats_fd(client) == -1);
    wait_for(&peer);
    close(peer.listener);
    CHECK(taskstats_reconnect(client, NULL, &error) == -1 && error.code == TASKSTATS_CANNOT_CONNECT);
    /* The next attempt still subscribes. */
    unlink(peer.path);
    start(&peer, HELLO GRANTED("3") EXIT, NULL);
    struct taskstats_event event;
    CHECK(taskstats_reconnect(client, NULL, &error) == 0 && taskstats_next(client, &event, -1, &error) == 1);
    stop(&peer, client);
    CHECK(strstr(peer.received[0], "\"scope\":\"task\",\"since\":{\"instance\":\"0123456789abcdef\",\"index\":4}"));
}

int main(void) {
    test_accepts_and_refuses();
    test_depth_is_limited();
    test_nodes_suffice_for_any_line();
    test_values();
    test_locale();
    test_durations();
    test_lines_that_end_the_connection();
    test_the_longest_line_is_configurable();
    test_connecting();
    test_server();
    test_queries();
    test_subscriptions();
    test_refused_subscriptions_are_not_sent();
    test_a_stored_position();
    test_the_reason_precedes_a_failed_write();
    test_a_time_is_not_repeated_after_a_gap();
    test_a_refused_reconnection();
    printf("17 tests of taskstats.c passed\n");
    return 0;
}
