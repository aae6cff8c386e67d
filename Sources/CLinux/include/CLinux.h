/* C shims for what Swift on Linux cannot import or call itself: headers missing from Glibc's module, functions and
 * structs that need _GNU_SOURCE, variadic functions, and a child between fork and exec. They make no decisions. */
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

/* An event from epoll: the token that a descriptor was added with, and the event flags. */
struct clinux_event { uint64_t token; uint32_t events; };
int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds);
enum { clinux_event_limit = 1024 };

/* The identity of a Unix socket's peer: 0, or -1 with errno. */
struct clinux_peer { int32_t pid; uint32_t uid; uint32_t gid; };
int clinux_peer_credentials(int socket, struct clinux_peer *peer);
/* The peer's supplementary groups, without the primary one: their number, even if they do not fit, or -1. */
int clinux_peer_groups(int socket, uint32_t *groups, int capacity);
/* A pidfd of the peer (SO_PEERPIDFD), or -1 with errno. */
int clinux_peer_pidfd(int socket);
int clinux_pidfd_open(int32_t pid);

/* The number of sent bytes on a Unix socket that the peer has not read, as charged by the kernel; or -1. */
int clinux_unread_bytes(int socket);

/* One datagram of a batch: its length and sender. */
struct clinux_datagram { uint32_t length; uint32_t sender; bool truncated; };
/* Receives up to `count` netlink datagrams without waiting, the n-th at buffer + n * slot. Returns their number, or -1.
 * */
int clinux_receive_batch(int socket, void *buffer, size_t slot, struct clinux_datagram *datagrams, unsigned count);
enum { clinux_batch_limit = 64 };

/* Runs a child that only ends, on `cpu`, and waits for it: 0 and its pid, or an error number. */
int clinux_end_child_on_cpu(int cpu, int32_t *pid);

/* Runs a child on `cpu` whose second thread ends before its first, and waits for it: 0 and its pid, or an error number.
 * The child ends after a few seconds at the latest. */
int clinux_end_two_threads_on_cpu(int cpu, int32_t *pid);
/* Runs up to `count` children on `cpu`, one after the other, each of which writes a file in `directory`, syncs it to
 * disk, and ends; other children keep the CPU busy with short waits. Returns the number that succeeded within about a
 * second, with their pids, or -1 with errno. */
int clinux_sync_under_load(int cpu, const char *directory, int32_t *pids, int count);

/* Restricts this process to these CPUs: 0, or -1 with errno. */
int clinux_run_on(const int32_t *cpus, size_t count);

/* prctl with one argument: its result, or -1 with errno. */
int clinux_prctl(int option, unsigned long argument);
/* Clears the ambient capabilities (PR_CAP_AMBIENT): 0, or -1 with errno. */
int clinux_clear_ambient(void);
/* Sets the capabilities of this thread: 0, or -1 with errno. */
int clinux_set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable);
/* The effective and permitted capabilities of this thread: 0, or -1 with errno. */
int clinux_capabilities(uint64_t *effective, uint64_t *permitted);
/* Sets all user and group ids, and clears the supplementary groups: 0, or -1 with errno. */
int clinux_become(uint32_t uid, uint32_t gid);

/* openat with O_CLOEXEC; -1 with errno. */
int clinux_open_at(int directory, const char *path, int flags);
enum { clinux_o_path = 010000000 };
/* Opens a file that is not a symbolic link, and creates it if it is missing; -1 with errno. */
int clinux_create(const char *path, unsigned mode);

/* pipe2 with O_CLOEXEC: 0 and both ends, the reading one first, or -1 with errno. */
int clinux_pipe(int ends[2]);

/* The size of the terminal: 0, or -1 with errno. */
int clinux_terminal_size(int descriptor, uint16_t *rows, uint16_t *columns);

/* From now on, if this process crashes, writes `text` (at most 64 bytes) to the terminal and restores its current mode:
 * 0, or -1. Ends with clinux_unguard_terminal. */
int clinux_guard_terminal(int descriptor, const char *text);
void clinux_unguard_terminal(void);

/* Makes this process the parent of its descendants' orphans: 0, or -1 with errno. */
int clinux_adopt_orphans(void);

/* The environment variables, in the form required to execute a program. */
char *const *clinux_environment(void);

/* Returns unused pages of malloc to the kernel. */
void clinux_trim_memory(void);

/* A non-blocking timerfd that fires after `first_ns` nanoseconds and then, unless it is 0, every `interval_ns`; or -1.
 * */
int clinux_timer(uint64_t first_ns, uint64_t interval_ns);

/* Whether this process ignores a signal, as nohup(1) arranges. */
bool clinux_is_ignored(int signal);

/* Sends a datagram with a descriptor on a connected Unix socket, without waiting: 0, or -1 with errno. */
int clinux_send_with_descriptor(int socket, const void *bytes, size_t count, int descriptor);

/* Opens generic netlink sockets with these port ids in a separate network namespace, where no other process holds the
 * ids. Needs CAP_SYS_ADMIN, or permission to create a user namespace. Returns 0 and the descriptors, or an error number
 * and none. */
int clinux_open_ports_elsewhere(const uint32_t *ports, int32_t *descriptors, size_t count);

/* Prevents descriptors from arriving on connections that a Unix socket accepts from now on, where the kernel can. */
void clinux_refuse_descriptors(int listener);
/* Prepares an accepted Unix socket: 0 if no descriptor can have arrived on it; 1 if one can have, so that it must be
 * peeked at before it is read, and must never be closed where blocking is not allowed; -1 with errno. */
int clinux_guard_against_descriptors(int socket);
/* Peeks at a Unix socket up to the end of the first message that carries descriptors, without receiving any and without
 * waiting: the number of bytes, 0 at the end, or -1 with errno. */
ssize_t clinux_peek(int socket, void *buffer, size_t size, bool *carries_descriptors);

/* A non-blocking eventfd, or -1 with errno. */
int clinux_event_counter(void);

/* Blocks signals in this thread, except SIGKILL and SIGSTOP: 0, or -1 with errno. */
int clinux_block_signals(const int32_t *signals, size_t count);
/* A non-blocking signalfd of these signals, or -1 with errno. */
int clinux_signal_descriptor(const int32_t *signals, size_t count);

/* The name of a system call of the daemon, by its number; NULL for others. */
const char *clinux_call_name(long number);

/* The kernel's id of this thread. */
int32_t clinux_thread_id(void);
/* Lets this thread be interrupted: a system call that waits for something that a signal ends returns. 0, or -1 with errno. */
int clinux_allow_interruption(void);
/* Interrupts a thread of this process that allows it; nothing else happens to it. */
void clinux_interrupt(int32_t thread);

/* Lets only some events of the proc connector into a socket: executions, and unless these are wanted alone,
 * acknowledgements, new sessions, and forks, ends and changes of the user or the name, of processes and not of other
 * threads. 0, or -1 with errno. */
int clinux_filter_process_events(int socket, bool executions_only);
/* Reads a small file below a directory, which the kernel delivers at once: the number of bytes, or -1 with errno. */
ssize_t clinux_read_at(int directory, const char *name, void *buffer, size_t size);

/* A file by its device and inode. */
struct clinux_file { uint32_t major; uint32_t minor; uint64_t inode; };
/* Identifies a regular file without input or output, by what the kernel has in memory, so that it cannot wait for a
 * disk or a file server: 0 and its path without symbolic links, or -1 with errno. */
int clinux_cached_file(const char *path, struct clinux_file *file, char *resolved, size_t size);

/* Runs this thread at the lowest real-time priority, or at normal priority again; `alone` if threads that it starts are
 * not to inherit that. 0, or -1 with errno. */
int clinux_run_in_real_time(bool enabled, bool alone);
bool clinux_runs_in_real_time(void);
/* Limits how long a thread of this process may run in real time without waiting: 0, or -1 with errno. */
int clinux_limit_real_time(uint64_t microseconds);
/* Whether the limit of this process allows real-time priority. */
bool clinux_may_run_in_real_time(void);

/* The offset of the first occurrence of bytes (memmem), or -1. */
ptrdiff_t clinux_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count);

/* The number of bytes in a pipe that nobody has read, or -1. */
int clinux_bytes_in_pipe(int pipe);
