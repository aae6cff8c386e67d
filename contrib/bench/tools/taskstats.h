/* A minimal part of the kernel's taskstats interface for a listener and a query, without decoding of records. */
#ifndef TASKSTATS_H
#define TASKSTATS_H

#include <stddef.h>
#include <stdint.h>

/* A generic netlink socket, bound. */
int netlink_open(void);

/* The id of the family TASKSTATS. */
uint16_t taskstats_family(int socket);

/* Registers a CPU with the socket, or deregisters it, and waits for the acknowledgement. */
void taskstats_listen(int socket, uint16_t family, int cpu, int on);

/* Builds a request for the statistics of a task and returns its length. */
size_t taskstats_get_request(void *room, uint16_t family, uint32_t pid);

#endif
