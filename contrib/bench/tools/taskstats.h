/* The least of the kernel's taskstats interface: what a listener and a query need, without looking at the records. */
#ifndef TASKSTATS_H
#define TASKSTATS_H

#include <stddef.h>
#include <stdint.h>

/* A generic netlink socket, bound. */
int netlink_open(void);

/* The number of the family TASKSTATS. */
uint16_t taskstats_family(int socket);

/* Registers a CPU with the socket, or takes that back, and waits for the acknowledgement. */
void taskstats_listen(int socket, uint16_t family, int cpu, int on);

/* A request for the statistics of a task; returns its length. */
size_t taskstats_get_request(void *room, uint16_t family, uint32_t pid);

#endif
