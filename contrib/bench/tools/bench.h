/* Clocks, statistics, start-up and failure, shared by the benchmark programs. Each program prints one JSON object per
 * line on standard output and ends when its parent ends. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic time, time since 1970, and CPU time of this process, all in nanoseconds. */
uint64_t monotonic_ns(void);
uint64_t wall_ns(void);
uint64_t cpu_ns(void);

/* Exits with a message that says what failed and why. */
_Noreturn void fail(const char *what);

/* Exits with a usage message. */
_Noreturn void usage(const char *text);

/* Makes the kernel end this process when its parent ends. */
void die_with_parent(void);

/* Pins this process to a CPU. */
void pin_to(int cpu);

/* Parses "0,1,5" into at most `room` numbers and returns how many there are. */
int parse_list(const char *text, int *numbers, int room);

/* Samples of one duration. */
struct samples {
    uint64_t *ns;
    size_t count, room;
};

/* Adds a sample, or discards it when the capacity is used up. */
struct samples samples_with_room(size_t room);
void samples_add(struct samples *samples, uint64_t ns);

/* Sorts the samples and prints "NAME":{"count":..,"p50":..,"p90":..,"p99":..,"max":..} in microseconds. */
void samples_print(const char *name, struct samples *samples);

#endif
