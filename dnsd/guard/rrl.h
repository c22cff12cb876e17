/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrl.h - response rate limiting: a client network gets alike responses only so fast, so that who
 * forges its address cannot bury it under our answers.
 *
 * What counts is the response, after it has been found. Alike are: data of one name and type, names
 * made by one wildcard or one DNAME being one name; "no such data" of one name; "no such name" of
 * one zone; referrals to one child; errors of all kinds. Each network (IPv4 /24 and IPv6 /56 by
 * default) has a bucket (buckets.h) for each of these, in a table that all workers share: so a
 * limit is what it says, however many workers there are and over how many of them a client's ports
 * are spread. Which bucket, a hash with a secret key decides, so that nobody can aim at those of
 * others.
 *
 * What is over the limit is dropped, but for every nth, which slips through with TC set and nothing
 * in it: a client that is really there comes back over TCP, which no one can forge. Not limited at
 * all are TCP, clients with a good cookie, and prefixes that are exempt. */
#ifndef PROXIMA_GUARD_RRL_H
#define PROXIMA_GUARD_RRL_H

#include "common/addr.h"
#include "dnsd/guard/buckets.h"
#include "dnsd/guard/offenders.h"

#define RRL_MODES(X)                                                                               \
    X(RRL_OFF, "off")                                                                              \
    X(RRL_LOG_ONLY, "log-only") /* tells what it would do, and does nothing */                     \
    X(RRL_ON, "on")

#define RRL_CLASSES(X)                                                                             \
    X(RRL_DATA, "data")                                                                            \
    X(RRL_NODATA, "nodata")                                                                        \
    X(RRL_NXDOMAIN, "nxdomain")                                                                    \
    X(RRL_REFERRAL, "referral")                                                                    \
    X(RRL_ERROR, "error")                                                                          \
    X(RRL_ALL, "all") /* of all classes together; no response's own */

#define RRL_ENUM(id, name) id,
enum rrl_mode { RRL_MODES(RRL_ENUM) };
enum rrl_class { RRL_CLASSES(RRL_ENUM) RRL_CLASS_COUNT };
#undef RRL_ENUM

/* "off", "log-only" or "on"; -1: none of them. */
int rrl_mode_parse(const char *name, enum rrl_mode *out);

enum { RRL_EXEMPT_MAX = 128 };

struct rrl_rules {
    enum rrl_mode mode;
    struct bucket_size size[RRL_CLASS_COUNT];
    uint32_t slip;     /* every nth response over the limit: 0 none, 1 all */
    uint8_t ipv4_bits; /* of a network, 1..32 */
    uint8_t ipv6_bits; /* 1..64 */
    uint16_t exempt_count;
    struct prefix exempt[RRL_EXEMPT_MAX];
};

struct rrl;

/* A megabyte of buckets, for all workers. */
struct rrl *rrl_new(void);
void rrl_free(struct rrl *rrl);

/* A response that is about to go out over UDP. */
struct rrl_response {
    const struct addr *client;
    enum rrl_class class; /* not RRL_ALL */
    uint16_t type;        /* that was asked for; counts for RRL_DATA */
    const void *source;   /* what it was made of (answer.h); counts but for RRL_ERROR */
    struct mono now;
};

enum rrl_verdict {
    RRL_PASS,
    RRL_MATCH, /* over the limit, but it is for the log only: let it pass */
    RRL_SLIP,  /* send it truncated, with nothing in it */
    RRL_DROP,
};

/* Never for RRL_OFF. Any thread. */
enum rrl_verdict rrl_judge(struct rrl *rrl, const struct rrl_rules *rules,
                           const struct rrl_response *response);

/* Tells the log which networks are being limited since when, some lines at a time. Main thread,
 * some ten times a second. */
void rrl_log(struct rrl *rrl, const struct rrl_rules *rules, struct mono now);

/* How many networks are being limited. Any thread. */
size_t rrl_limited(const struct rrl *rrl);

#endif
