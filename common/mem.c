/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem.c - allocation that cannot fail. */
#include "common/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
    if (!p) {
        static const char text[] = "out of memory\n";
        fputs(text, stderr);
        abort();
    }
    return p;
}

void *mem_alloc(size_t bytes)
{
    return checked(malloc(bytes ? bytes : 1));
}

void *mem_zalloc(size_t bytes)
{
    return checked(calloc(1, bytes ? bytes : 1));
}

void *mem_calloc(size_t count, size_t bytes)
{
    return checked(calloc(count ? count : 1, bytes ? bytes : 1));
}

void *mem_realloc(void *old, size_t bytes)
{
    return checked(realloc(old, bytes ? bytes : 1));
}

char *mem_strdup(const char *text)
{
    return checked(strdup(text));
}

void *mem_dup(const void *data, size_t bytes)
{
    void *copy = mem_alloc(bytes);
    if (bytes)
        memcpy(copy, data, bytes);
    return copy;
}

char *mem_printf(const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    return checked(n < 0 ? NULL : text);
}
