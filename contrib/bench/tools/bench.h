/* What the programs of the bench share: clocks, figures, and how they start and fail. Each prints one JSON object per
 * line on standard output and ends when whoever started it ends. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds that only go forward; nanoseconds since 1970; nanoseconds of CPU that this process used. */
uint64_t monotonic_ns(void);
uint64_t wall_ns(void);
uint64_t cpu_ns(void);

/* Ends the program with what failed and why. */
_Noreturn void fail(const char *what);

/* Ends the program with how it is to be called. */
_Noreturn void usage(const char *text);

/* Has the kernel end this process when the one that started it ends. */
void die_with_parent(void);

/* Runs on this CPU only. */
void pin_to(int cpu);

/* Parses "0,1,5" into at most `room` numbers and returns how many there are. */
int parse_list(const char *text, int *numbers, int room);

/* Samples of one duration. */
struct samples {
    uint64_t *ns;
    size_t count, room;
};

/* Adds a sample; beyond the room it was made with it is let go. */
struct samples samples_with_room(size_t room);
void samples_add(struct samples *samples, uint64_t ns);

/* Sorts the samples and prints "NAME":{"count":..,"p50":..,"p90":..,"p99":..,"max":..} in microseconds. */
void samples_print(const char *name, struct samples *samples);

#endif
