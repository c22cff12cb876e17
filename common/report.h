/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h - what dnsd says of itself to anycastd, and what anycastd says back.
 *
 * dnsd connects to anycastd's SOCK_SEQPACKET socket and sends one JSON object per message: every
 * 100 ms and at once on any change; the first one carries dnsd's own pidfd (SCM_RIGHTS). anycastd
 * answers on the same socket with `struct report_reply` messages. At most 16 KiB a message: where
 * it would be more, watched zones are left out from the end, and "watched_left_out" counts them
 * ("watch_left_out" in a reply; 256 workers always fit, and 64 zones with names of usual length).
 *
 *   {"v":1,"seq":7,"mono_ns":81234567890,"node":"fra1","state":"serving","workers":[
 *     {"tick_ns":81234560000},…],"starved":[1],
 *    "zones":{"serving":2,"stale":0,"expired":0,"failed":0},
 *    "watched":[{"name":".","serial":2026082201,"state":"serving","expires_s":null}],
 *    "watched_left_out":0,"counters":{"queries":10,…},"addresses":{"192.0.2.53@53":10,…},
 *    "version":"0.1.0","started_unix":1787389200,"pid":4711}
 */
#ifndef PROXIMA_COMMON_REPORT_H
#define PROXIMA_COMMON_REPORT_H

#include "common/addr.h"
#include "common/dname.h"
#include "common/err.h"
#include "common/mono.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REPORT_VERSION = 1,
    REPORT_INTERVAL_MS = 100,
    REPORT_BYTES_MAX = 16 * 1024,
    REPORT_WORKERS_MAX = 256,
    REPORT_WATCHED_MAX = 64,   /* zones that services name, all services together */
    REPORT_ADDRESSES_MAX = 32, /* whose queries are told apart */
    REPORT_NODE_MAX = 63,
};

#define REPORT_STATES(X)                                                                           \
    X(REPORT_STARTING, "starting") /* sockets or zones are not ready yet */                        \
    X(REPORT_SERVING, "serving")                                                                   \
    X(REPORT_STOPPING, "stopping") /* asks for an orderly withdrawal */

enum report_state {
#define REPORT_STATE_ENUM(id, name) id,
    REPORT_STATES(REPORT_STATE_ENUM)
#undef REPORT_STATE_ENUM
        REPORT_STATE_COUNT
};

#define REPORT_ZONE_STATES(X)                                                                      \
    X(ZONE_SERVING, "serving")                                                                     \
    X(ZONE_STALE, "stale")     /* served, but its last refresh or reload failed */                 \
    X(ZONE_EXPIRED, "expired") /* answered with SERVFAIL: RFC 1035 3.3.13 */                       \
    X(ZONE_FAILED, "failed")   /* never loaded: SERVFAIL */

enum report_zone_state {
#define REPORT_ZONE_STATE_ENUM(id, name) id,
    REPORT_ZONE_STATES(REPORT_ZONE_STATE_ENUM)
#undef REPORT_ZONE_STATE_ENUM
        REPORT_ZONE_STATE_COUNT
};

#define REPORT_COUNTERS(X)                                                                         \
    X(queries_udp4)                                                                                \
    X(queries_udp6)                                                                                \
    X(queries_tcp4)                                                                                \
    X(queries_tcp6)                                                                                \
    X(responses)                                                                                   \
    X(noerror)                                                                                     \
    X(nxdomain)                                                                                    \
    X(refused)                                                                                     \
    X(servfail)                                                                                    \
    X(formerr)                                                                                     \
    X(notimp)                                                                                      \
    X(truncated)                                                                                   \
    X(badcookie)     /* told to come back with the cookie that goes with it */                     \
    X(cookies_valid) /* queries with a cookie of ours */                                           \
    X(cookies_bad)   /* with one that is not, or too old, or malformed */                          \
    X(rate_dropped)  /* over the rate limit of its client's network: no reply sent */              \
    X(rate_slipped)  /* over it: sent truncated, or as BADCOOKIE */                                \
    X(rate_matched)  /* over it, but limits are for the log only */                                \
    X(dropped)       /* malformed beyond an answer, or a response: no reply sent */                \
    X(send_failed)   /* the kernel refused a reply */                                              \
    X(receive_drops) /* datagrams the kernel dropped: receive buffer full */                       \
    X(tcp_open)      /* connections open now */                                                    \
    X(transfers)     /* AXFR sent whole */

struct report_counters {
#define REPORT_COUNTER_FIELD(name) uint64_t name;
    REPORT_COUNTERS(REPORT_COUNTER_FIELD)
#undef REPORT_COUNTER_FIELD
};

struct report_zone {
    struct dname name;
    enum report_zone_state state;
    bool has_serial;
    uint32_t serial;
    int64_t expires_s;         /* seconds until it expires; -1: never (a zone from a file) */
    int64_t signed_until_unix; /* when the first of its RRsets is left without a valid signature; 0:
                                  it is not signed, or that is not known. Not sent then */
};

/* An address that dnsd listens on, and the queries that came to its sockets, over UDP and TCP: for
 * a wildcard, those to all addresses that have no socket of their own. */
struct report_address {
    struct addr addr;
    uint64_t queries;
};

struct report {
    uint64_t seq;
    struct mono sent; /* the sender's CLOCK_MONOTONIC */
    char node[REPORT_NODE_MAX + 1];
    enum report_state state;
    int32_t pid;
    size_t worker_count;
    struct mono worker_tick[REPORT_WORKERS_MAX]; /* when each worker's loop last turned */
    bool worker_starved[REPORT_WORKERS_MAX];     /* it would turn, but gets no CPU: the numbers of
                                                    those, if any. Otherwise it hangs */
    uint32_t zones[REPORT_ZONE_STATE_COUNT];     /* totals by state */
    size_t watched_count;
    struct report_zone watched[REPORT_WATCHED_MAX];
    size_t watched_left_out; /* further watched zones, of which this report says nothing */
    struct report_counters counters;
    size_t address_count; /* 0: an older dnsd, or it does not listen yet */
    struct report_address address[REPORT_ADDRESSES_MAX];
    char version[32];
    int64_t started_unix;
};

/* anycastd to dnsd: what to watch (sent once after accept), and that the prefix is withdrawn for
 * good (all services, confirmed by BIRD, linger over), so that a stopping dnsd may leave. */
struct report_reply {
    bool withdrawn;
    bool has_watch;
    size_t watch_count;
    struct dname watch[REPORT_WATCHED_MAX];
    size_t watch_left_out; /* further zones to watch for which there was no room */
};

const char *report_state_name(enum report_state state);
const char *report_zone_state_name(enum report_zone_state state);

/* How many queries came to `addr`, port included. False: dnsd does not count them by themselves. */
bool report_queries_at(const struct report *report, const struct addr *addr, uint64_t *out);

/* Encodes into `out` (`cap`: REPORT_BYTES_MAX); returns the bytes. What does not fit is left out
 * and added to watched_left_out; 0 only if even the rest does not fit, which REPORT_BYTES_MAX rules
 * out. */
size_t report_encode(const struct report *report, char *out, size_t cap);

/* Decodes and checks every field; unknown keys are ignored (a newer dnsd), a missing or mistyped
 * one is an error that names it. `out` is untouched on error. */
int report_decode(const char *text, size_t len, struct report *out, struct err *err);

/* The same for replies. */
size_t report_reply_encode(const struct report_reply *reply, char *out, size_t cap);
int report_reply_decode(const char *text, size_t len, struct report_reply *out, struct err *err);

#endif
