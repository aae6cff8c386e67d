/* measure SOCKET RECORDS [FIELD...]: takes that many exits, looks up these fields by name in each, and prints the cost.
 *
 * It counts the allocations between the first and the last event, those of the C library included, by replacing malloc
 * and its relatives. contrib/check/clients runs it and expects none. */
#define _POSIX_C_SOURCE 200809L
#include "taskstats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What glibc's own functions are called, beside the names that programs can replace. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static uint64_t allocations;

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    allocations++;
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

static uint64_t cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv) {
    struct taskstats_client *client = NULL;
    struct taskstats_error error;
    struct taskstats_event event = {0};
    const struct taskstats_subscription all = {0};
    struct taskstats_options options = {.path = argc > 2 ? argv[1] : NULL};
    uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, records = 0, fields = 0, sum = 0, value;
    uint64_t begin_ns = 0, begin_allocations = 0;
    if (wanted < 2) {
        fprintf(stderr, "usage: measure SOCKET RECORDS [FIELD...]\n");
        return 64;
    }
    if (taskstats_connect(&client, &options, &error) < 0 || taskstats_subscribe(client, &all, &error) < 0) goto failed;
    while (records < wanted) {
        if (taskstats_next(client, &event, -1, &error) < 0) goto failed;
        if (event.type != TASKSTATS_EXIT) continue;
        if (records++ == 0) {
            begin_ns = cpu_ns();
            begin_allocations = allocations;
        }
        for (int i = 3; i < argc; i++) {
            if (!taskstats_u64(event.stats, argv[i], &value)) continue;
            fields++;
            sum += value;
        }
    }
    uint64_t used_ns = cpu_ns() - begin_ns, made = allocations - begin_allocations;
    printf("{\"records\":%" PRIu64 ",\"ns_per_record\":%" PRIu64 ",\"allocations\":%" PRIu64 ",\"at_connect\":%" PRIu64
           ",\"fields\":%" PRIu64 ",\"sum\":%" PRIu64 "}\n",
           records, used_ns / (records - 1), made, begin_allocations, fields, sum);
    taskstats_free(client);
    return 0;
failed:
    fprintf(stderr, "measure: %s\n", error.message);
    taskstats_free(client);
    return 1;
}
