/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem.h - allocation that cannot fail: out of memory ends the process with a log line.
 * For start-up, loaders and control paths. The answer path does not allocate at all. */
#ifndef PROXIMA_COMMON_MEM_H
#define PROXIMA_COMMON_MEM_H

#include <stddef.h>

/* All return new memory that the caller frees with free(). */
void *mem_alloc(size_t bytes) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t bytes) __attribute__((malloc, returns_nonnull));
void *mem_calloc(size_t count, size_t bytes) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *old, size_t bytes) __attribute__((returns_nonnull));
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
void *mem_dup(const void *data, size_t bytes) __attribute__((malloc, returns_nonnull));
/* Formatted text in new memory. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

#endif
