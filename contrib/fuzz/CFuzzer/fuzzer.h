#pragma once
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's loop, which is part of the compiler runtime that -sanitize=fuzzer links. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *bytes, size_t count));
