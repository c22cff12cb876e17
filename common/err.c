/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err.c - error messages. Knows how to format and prefix; hides nothing. */
#include "common/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A message that was cut ends with a whole character: half a one is no text (to JSON, for one). */
static void mend_end(struct err *err)
{
    size_t len = strlen(err->msg), last = len;
    if (len < sizeof err->msg - 1)
        return;
    while (last > 0 && ((unsigned char)err->msg[last - 1] & 0xc0) == 0x80)
        last--; /* over the bytes that continue a character */
    unsigned char lead = last ? (unsigned char)err->msg[last - 1] : 0;
    size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    if (len - last + 1 < whole)
        err->msg[last - 1] = '\0';
}

void err_clear(struct err *err)
{
    if (err)
        err->msg[0] = '\0';
}

int err_set(struct err *err, const char *fmt, ...)
{
    if (!err)
        return -1;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    mend_end(err);
    return -1;
}

int err_sys(struct err *err, const char *fmt, ...)
{
    int saved = errno;
    if (!err)
        return -1;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    size_t used = strlen(err->msg);
    snprintf(err->msg + used, sizeof err->msg - used, ": %s", strerror(saved));
    mend_end(err);
    return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    if (!err)
        return -1;
    char context[ERR_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(context, sizeof context, fmt, args);
    va_end(args);
    size_t used = strlen(context);
    size_t room = sizeof context - used;
    if (room > 3) { /* ": ", at least one byte, NUL */
        memcpy(context + used, ": ", 2);
        size_t left = strnlen(err->msg, room - 3);
        memcpy(context + used + 2, err->msg, left);
        context[used + 2 + left] = '\0';
    }
    memcpy(err->msg, context, sizeof context);
    mend_end(err);
    return -1;
}
