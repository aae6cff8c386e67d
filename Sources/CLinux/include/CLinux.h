/* What Swift on Linux cannot import or call by itself: headers that Glibc's module leaves out, functions and structs
 * that want _GNU_SOURCE, variadic functions, and a child between fork and exec. Nothing here decides anything. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/types.h>

/* The name ("EPERM") and the text of an error number; never null. */
const char *clinux_error_name(int error);
const char *clinux_error_text(int error);

/* accept4 with SOCK_CLOEXEC and SOCK_NONBLOCK: a descriptor, or -1 with errno. */
int clinux_accept(int listener);

/* What epoll reports: the token that a descriptor was added with, and what happened to it. */
struct clinux_event { uint64_t token; uint32_t events; };
int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds);
enum { clinux_event_limit = 64 };

/* Who is at the other end of a Unix socket: 0, or -1 with errno. */
struct clinux_peer { int32_t pid; uint32_t uid; uint32_t gid; };
int clinux_peer_credentials(int socket, struct clinux_peer *peer);
/* Its supplementary groups, without the primary one: how many there are, also when they do not fit, or -1. */
int clinux_peer_groups(int socket, uint32_t *groups, int capacity);
/* A pidfd of the peer (SO_PEERPIDFD), or -1 with errno. */
int clinux_peer_pidfd(int socket);
int clinux_pidfd_open(int32_t pid);

/* How many bytes that were sent on a Unix socket, counted as the kernel stores them, the peer has not read; or -1. */
int clinux_unread_bytes(int socket);

/* One datagram of a batch: where it came from and how long it was. */
struct clinux_datagram { uint32_t length; uint32_t sender; bool truncated; };
/* Receives up to `count` netlink datagrams without waiting, the n-th at buffer + n * slot. How many, or -1. */
int clinux_receive_batch(int socket, void *buffer, size_t slot, struct clinux_datagram *datagrams, unsigned count);
enum { clinux_batch_limit = 64 };

/* Runs a child that does nothing but end on `cpu`, and waits for it: 0 and its pid, or an error number. */
int clinux_end_child_on_cpu(int cpu, int32_t *pid);

/* Lets this process run on these CPUs only: 0, or -1 with errno. */
int clinux_run_on(const int32_t *cpus, size_t count);

/* prctl with one argument: what it returns, or -1 with errno. */
int clinux_prctl(int option, unsigned long argument);
/* The same of its options about ambient capabilities (PR_CAP_AMBIENT), which take another. */
int clinux_clear_ambient(void);
/* Sets the capabilities of this thread: 0, or -1 with errno. */
int clinux_set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable);
/* The effective capabilities of this thread: 0, or -1 with errno. */
int clinux_effective_capabilities(uint64_t *effective);
/* Becomes a user and a group in all three ids of each, without supplementary groups: 0, or -1 with errno. */
int clinux_become(uint32_t uid, uint32_t gid);

/* open with the flags of a directory or a file that is only looked at; -1 with errno. */
int clinux_open_at(int directory, const char *path, int flags);
enum { clinux_o_path = 010000000 };
/* open of a file that is created when it is missing, and no link; -1 with errno. */
int clinux_create(const char *path, unsigned mode);

/* pipe2 with O_CLOEXEC: 0 and both ends, the reading one first, or -1 with errno. */
int clinux_pipe(int ends[2]);

/* The size of the terminal: 0, or -1 with errno. */
int clinux_terminal_size(int descriptor, uint16_t *rows, uint16_t *columns);

/* From now on, when this process crashes, writes `text` (at most 64 bytes) to the terminal and gives it its present mode
 * back: 0, or -1. Until it is called off. */
int clinux_guard_terminal(int descriptor, const char *text);
void clinux_unguard_terminal(void);

/* Makes this process the parent of what its children leave behind when they end: 0, or -1 with errno. */
int clinux_adopt_orphans(void);

/* The variables of the environment, as a new program takes them. */
char *const *clinux_environment(void);

/* Gives pages that malloc holds and nobody uses back to the kernel. */
void clinux_trim_memory(void);

/* A timerfd, not blocking, that fires after `first` nanoseconds and, unless `interval` is 0, again and again; or -1. */
int clinux_timer(uint64_t first_ns, uint64_t interval_ns);

/* Whether this process ignores a signal, as nohup(1) lets it. */
bool clinux_is_ignored(int signal);
