/* spawn-times COUNT COMMAND... -- COMMAND...: runs the commands alternately, COUNT times each, and prints how long each
 * took from start to wait. Their output is discarded. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { max_commands = 8 };
extern char **environ;

static uint64_t run(char **command, const posix_spawn_file_actions_t *actions) {
    uint64_t began = monotonic_ns();
    pid_t child;
    int status;
    errno = posix_spawnp(&child, command[0], actions, NULL, command, environ);
    if (errno) fail(command[0]);
    if (waitpid(child, &status, 0) < 0) fail("waitpid");
    uint64_t took = monotonic_ns() - began;
    if (status != 0) {
        fprintf(stderr, "spawn-times: %s failed\n", command[0]);
        exit(1);
    }
    return took;
}

int main(int argc, char **argv) {
    if (argc < 3) usage("spawn-times COUNT COMMAND... -- COMMAND...");
    die_with_parent();
    int count = atoi(argv[1]), commands = 1;
    char **command[max_commands] = {&argv[2]};
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--") || commands == max_commands) continue;
        argv[i] = NULL;
        command[commands++] = &argv[i + 1];
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);

    struct samples took[max_commands];
    for (int i = 0; i < commands; i++) took[i] = samples_with_room((size_t)count);
    for (int round = 0; round < count; round++)
        for (int i = 0; i < commands; i++) samples_add(&took[i], run(command[i], &actions));

    printf("{");
    for (int i = 0; i < commands; i++) {
        char name[8];
        snprintf(name, sizeof name, "%d", i);
        if (i) printf(",");
        samples_print(name, &took[i]);
    }
    printf("}\n");
    return 0;
}
