/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lease.h - what anycastd and its guard say to each other.
 *
 * The guard listens on a SOCK_SEQPACKET socket; anycastd connects and renews its lease every
 * LEASE_INTERVAL_MS: one JSON object per message, always with dnsd's pidfd beside it if there is
 * one. As long as the lease is renewed, the guard leaves BIRD alone; except that a fatal withdrawal
 * which BIRD does not confirm for too long is the guard's, too.
 *   {"v":1,"seq":7,"mono_ns":81234567890,"fatal_since_ns":0,"fatal":["dns_4"]}
 * The guard answers each with whether it could act: {"v":1,"bird":true} */
#ifndef PROXIMA_ACT_LEASE_H
#define PROXIMA_ACT_LEASE_H

#include "anycastctl/model/settings.h"
#include "common/err.h"
#include "common/mono.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LEASE_INTERVAL_MS = 100,
    LEASE_BYTES_MAX = 4096,
    LEASE_FATAL_MAX = SERVICES_MAX * FAMILY_COUNT,
};

/* A service in one family, by name: the two may have read different versions of the settings. */
struct lease_fatal {
    char service[SERVICE_NAME_MAX + 1];
    int family; /* 4 or 6 */
};

struct lease {
    uint64_t seq;
    struct mono sent;
    struct mono fatal_since; /* since when the oldest of `fatal` waits for BIRD; never: none does */
    unsigned fatal_count;
    struct lease_fatal fatal[LEASE_FATAL_MAX];
};

struct lease_reply {
    bool bird_connected;
};

/* Encode into `out` (LEASE_BYTES_MAX); return the bytes. */
size_t lease_encode(const struct lease *lease, char out[LEASE_BYTES_MAX]);
size_t lease_reply_encode(const struct lease_reply *reply, char out[LEASE_BYTES_MAX]);

/* Decode and check every field. On error `out` is untouched. */
int lease_decode(const char *text, size_t len, struct lease *out, struct err *err);
int lease_reply_decode(const char *text, size_t len, struct lease_reply *out, struct err *err);

#endif
