/* SPDX-License-Identifier: GPL-3.0-or-later */
/* target.h - a fuzz target: one function, which ends the process where a law is broken.
 *
 * Each is built in one of two ways. With --enable-fuzz libFuzzer has the main function, and makes
 * inputs of its own; else replay.c has it, and gives the target the kept ones, as a unit test. */
#ifndef PROXIMA_TESTS_FUZZ_TARGET_H
#define PROXIMA_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Tries one input; returns 0. The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
