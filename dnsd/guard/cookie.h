/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cookie.h - DNS cookies (RFC 7873), made so that all servers of one address understand each
 * other's (RFC 9018, version 1: SipHash-2-4 over client cookie, version, time and client address).
 * A client that shows a cookie of ours has shown that it gets what is sent to its address. Pure:
 * the wall clock is passed in. */
#ifndef PROXIMA_GUARD_COOKIE_H
#define PROXIMA_GUARD_COOKIE_H

#include "common/addr.h"

#include <stdint.h>

enum {
    COOKIE_BYTES = 8 + 16, /* what we send: the client's part and ours */
    COOKIE_SECRET_BYTES = 16,
    COOKIE_SECRETS_MAX = 3, /* current, previous, next */
};

/* Cookies are made with the first secret, and taken if any of them made them. */
struct cookie_secrets {
    unsigned count; /* at least 1 */
    uint8_t secret[COOKIE_SECRETS_MAX][COOKIE_SECRET_BYTES];
};

enum cookie_state {
    COOKIE_NONE,      /* there is none, or we do without */
    COOKIE_MALFORMED, /* of a length that cannot be (RFC 7873 5.2.2) */
    COOKIE_NEW,       /* the client's part alone: it asks for ours */
    COOKIE_BAD,       /* not from us, or for another address, or too old */
    COOKIE_VALID,
};

/* A COOKIE option as it came, from whom, and when. */
struct cookie_request {
    const uint8_t *data;
    uint16_t len;
    const struct addr *client;
    uint32_t unix_s; /* modulo 2^32: it is compared as a serial number */
};

/* What it is, and the option to send back (unless it is COOKIE_NONE or COOKIE_MALFORMED). */
struct cookie {
    enum cookie_state state;
    uint8_t reply[COOKIE_BYTES];
};

void cookie_judge(const struct cookie_secrets *secrets, const struct cookie_request *request,
                  struct cookie *out);

#endif
