/* Prints each process that exits, and everything that is missing: like `tsctl watch`, with taskstats.c.
 *
 *     cc -std=c11 -O2 example.c taskstats.c -o example
 *     ./example [--since 10min] [FILTER]        FILTER is JSON, as in '{"exit":"failed"}'
 *
 * It needs no privilege: a user sees their own processes, root and the group taskstats see all. It ends with Ctrl-C, or
 * when the daemon refuses it. When the connection is lost it resumes where it was. */
#define _POSIX_C_SOURCE 200809L
#include "taskstats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_time(uint64_t nanoseconds) {
    time_t seconds = (time_t)(nanoseconds / 1000000000);
    char text[16];
    strftime(text, sizeof text, "%H:%M:%S", localtime(&seconds));
    printf("%s.%03d", text, (int)(nanoseconds / 1000000 % 1000));
}

/* A name is chosen by the process itself: what could control a terminal becomes "?". */
static void print_name(const char *name) {
    char shown[64];
    snprintf(shown, sizeof shown, "%s", name ? name : "-");
    for (char *c = shown; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F) *c = '?';
    printf("%-16s", shown);
}

/* A field in milliseconds, or "-" where it is not known: absent is not 0. */
static void print_ms(struct taskstats_value stats, const char *field, double per_ms) {
    uint64_t number;
    if (taskstats_u64(stats, field, &number)) {
        printf(" %10.3f", (double)number / per_ms);
    } else {
        printf(" %10s", "-");
    }
}

static void print_exit(const struct taskstats_event *exit) {
    char end[16] = "-";
    if (exit->exited == TASKSTATS_YES) snprintf(end, sizeof end, "%d", exit->code);
    if (exit->exited == TASKSTATS_NO) snprintf(end, sizeof end, "%s", exit->signal_name);
    print_time(exit->time);
    printf(" %3u %7d ", exit->cpu, exit->pid);
    print_name(taskstats_text(exit->stats, "ac_comm"));
    printf(" %-12s", end);
    /* In the order of the line, in which they are found at once. */
    print_ms(exit->stats, "cpu_delay_total", 1e6);
    print_ms(exit->stats, "blkio_delay_total", 1e6);
    print_ms(exit->stats, "ac_etime", 1e3);
    printf("\n");
}

static void print_loss(const struct taskstats_event *lost) {
    if (lost->has_count) {
        printf("-- %" PRIu64 " records are missing here (%s)\n", lost->count, lost->where_name);
    } else {
        printf("-- an unknown number of records is missing here (%s)\n", lost->where_name);
    }
}

/* Tries to connect again until it succeeds; false if the daemon refuses. */
static bool reconnect(struct taskstats_client *client, struct taskstats_error *error) {
    struct taskstats_reconnection reconnection;
    for (long delay_ms = 50; taskstats_reconnect(client, &reconnection, error) < 0; delay_ms *= 2) {
        if (!taskstats_is_temporary(error->code)) return false;
        if (delay_ms > 5000) delay_ms = 5000;
        struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000};
        nanosleep(&delay, NULL);
    }
    printf("-- connected again%s%s\n", reconnection.is_new_instance ? " to a restarted daemon" : "",
           reconnection.is_resumed ? "" : "; what exited in between is not known");
    return true;
}

int main(int argc, char **argv) {
    struct taskstats_client *client = NULL;
    struct taskstats_error error;
    struct taskstats_event event;
    struct taskstats_subscription exits = {.scope = "process",
                                           .fields = "ac_comm,ac_etime,cpu_delay_total,blkio_delay_total"};
    if (argc > 2 && !strcmp(argv[1], "--since")) {
        exits.since_duration = argv[2];
        argc -= 2;
        argv += 2;
    }
    if (argc > 1) exits.filter = argv[1];

    if (taskstats_connect(&client, NULL, &error) < 0 || taskstats_subscribe(client, &exits, &error) < 0) {
        fprintf(stderr, "example: %s\n", error.message);
        taskstats_free(client);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-12s CPU     PID %-16s %-12s %10s %10s %10s\n", "TIME", "COMMAND", "EXIT", "CPUWAIT ms", "BLKIO ms",
           "ELAPSED ms");
    do {
        while (taskstats_next(client, &event, -1, &error) == 1) {
            if (event.type == TASKSTATS_EXIT) print_exit(&event);
            if (event.type == TASKSTATS_LOST) print_loss(&event);
            if (event.type == TASKSTATS_LIVE) printf("-- now\n");
        }
        printf("-- %s\n", error.message);
    } while (reconnect(client, &error));
    fprintf(stderr, "example: %s\n", error.message);
    taskstats_free(client);
    return 1;
}
