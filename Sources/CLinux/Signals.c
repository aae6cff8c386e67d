/* Signals: reading them, and interrupting a thread that is in a system call by one that has no other effect. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

bool clinux_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* The C library omits its own signals 32 and 33 from signal sets; the kernel accepts all of them. */
static void add_signal(uint64_t *set, int signal) { *set |= UINT64_C(1) << (signal - 1); }

int clinux_block_signals(const int32_t *signals, size_t count) {
    uint64_t set = 0;
    for (size_t i = 0; i < count; i++) add_signal(&set, signals[i]);
    return syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof set) < 0 ? -1 : 0;
}

int clinux_signal_descriptor(const int32_t *signals, size_t count) {
    uint64_t set = 0;
    for (size_t i = 0; i < count; i++) add_signal(&set, signals[i]);
    return (int)syscall(SYS_signalfd4, -1, &set, sizeof set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int32_t clinux_thread_id(void) { return gettid(); }

static void ignore(int signal) { (void)signal; }

int clinux_allow_interruption(void) {
    struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    sigset_t interruption;
    sigemptyset(&interruption);
    sigaddset(&interruption, SIGURG);
    if (sigaction(SIGURG, &action, NULL) < 0) return -1;
    return pthread_sigmask(SIG_UNBLOCK, &interruption, NULL) == 0 ? 0 : -1;
}

void clinux_interrupt(int32_t thread) { tgkill(getpid(), thread, SIGURG); }
