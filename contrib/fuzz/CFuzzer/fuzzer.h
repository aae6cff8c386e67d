#pragma once
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's loop, which comes with the compiler's runtime when something is linked with -sanitize=fuzzer. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *bytes, size_t count));
