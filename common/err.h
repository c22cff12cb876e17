/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err.h - one message that says what failed, where, and what to do about it.
 *
 * What can fail returns 0 or -1 and fills a `struct err` that the caller owns. Callers add context
 * in front with err_wrap(), so that the person who reads it sees the whole way down:
 *   zone example.com: /etc/proxima/zones/example.com.zone:14: TTL "1hh" is not a time */
#ifndef PROXIMA_COMMON_ERR_H
#define PROXIMA_COMMON_ERR_H

#include <stdarg.h>

#define ERR_MAX 1024

struct err {
    char msg[ERR_MAX]; /* empty string: no error */
};

/* Empties `err`. */
void err_clear(struct err *err);

/* Sets the message (longer ones are cut). `err` may be NULL. Returns -1, so that
 * `return err_set(err, …)` reads straight. */
int err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Like err_set, and appends ": " and the text of the current errno. Returns -1. */
int err_sys(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of what is there. Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
