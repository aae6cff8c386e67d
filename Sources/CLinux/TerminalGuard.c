/* Restores a terminal when the process that changed it dies of a crash signal. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGQUIT};
enum { crash_count = sizeof crashes / sizeof *crashes };

static struct {
    int descriptor;
    struct termios mode;
    char text[64];
    size_t length;
    struct sigaction before[crash_count];
} guarded = {.descriptor = -1};

static void put_back(int signal) {
    if (write(guarded.descriptor, guarded.text, guarded.length) >= 0)
        tcsetattr(guarded.descriptor, TCSANOW, &guarded.mode);
    for (int i = 0; i < crash_count; i++)
        if (crashes[i] == signal) sigaction(signal, &guarded.before[i], NULL);
    raise(signal);
}

int clinux_guard_terminal(int descriptor, const char *text) {
    size_t length = strlen(text);
    if (length > sizeof guarded.text || tcgetattr(descriptor, &guarded.mode) < 0) return -1;
    memcpy(guarded.text, text, length);
    guarded.length = length;
    guarded.descriptor = descriptor;
    /* SA_NODEFER: the raised signal must be delivered. */
    struct sigaction action = {.sa_handler = put_back, .sa_flags = SA_NODEFER};
    for (int i = 0; i < crash_count; i++) sigaction(crashes[i], &action, &guarded.before[i]);
    return 0;
}

void clinux_unguard_terminal(void) {
    if (guarded.descriptor < 0) return;
    for (int i = 0; i < crash_count; i++) sigaction(crashes[i], &guarded.before[i], NULL);
    guarded.descriptor = -1;
}
