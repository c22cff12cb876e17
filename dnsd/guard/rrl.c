/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrl.c - response rate limiting. Knows which responses are alike, and what becomes of too many;
 * hides the key of its hash. */
#include "dnsd/guard/rrl.h"

#include "common/log.h"
#include "common/mem.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    /* A million responses a second have at most 20,000 that come 50 times: the rest of the table is
     * for those that come once, which push each other out. */
    BUCKETS = 1 << 17,
    LINES_AT_ONCE = 2, /* of the log: some 20 a second */
};

struct rrl {
    uint64_t key[3];
    struct buckets *buckets;
    struct offenders *offenders;
};

#define RRL_NAME(id, name) [id] = name,
static const char *const mode_names[] = { RRL_MODES(RRL_NAME) };
static const char *const class_names[] = { RRL_CLASSES(RRL_NAME) };
#undef RRL_NAME

int rrl_mode_parse(const char *name, enum rrl_mode *out)
{
    for (size_t i = 0; i < sizeof mode_names / sizeof *mode_names; i++) {
        if (strcmp(name, mode_names[i]) == 0) {
            *out = (enum rrl_mode)i;
            return 0;
        }
    }
    return -1;
}

struct rrl *rrl_new(void)
{
    struct rrl *rrl = mem_zalloc(sizeof *rrl);
    while (getrandom(rrl->key, sizeof rrl->key, 0) < 0)
        if (errno != EINTR)
            abort(); /* a Linux before 3.17 */
    rrl->buckets = buckets_new(BUCKETS);
    rrl->offenders = offenders_new();
    return rrl;
}

void rrl_free(struct rrl *rrl)
{
    if (!rrl)
        return;
    offenders_free(rrl->offenders);
    buckets_free(rrl->buckets);
    free(rrl);
}

/* The client's network in one number: the upper half of an IPv6 address; an IPv4 address behind
 * ::ffff, where no IPv6 network is. Never 0, for that is nobody. */
static uint64_t network_of(const struct rrl_rules *rules, const struct addr *client)
{
    uint64_t network;
    if (client->sa.sa_family == AF_INET) {
        network = ntohl(client->in4.sin_addr.s_addr) & ~UINT32_C(0) << (32 - rules->ipv4_bits);
        return UINT64_C(0xffff00000000) | network;
    }
    memcpy(&network, &client->in6.sin6_addr, sizeof network);
    network = be64toh(network) & ~UINT64_C(0) << (64 - rules->ipv6_bits);
    return network ? network : 1;
}

/* The reverse, for people. */
static struct prefix prefix_of(const struct rrl_rules *rules, uint64_t network)
{
    struct prefix prefix = { 0 };
    if (network >> 32 == 0xffff) {
        prefix.base.in4.sin_family = AF_INET;
        prefix.base.in4.sin_addr.s_addr = htonl((uint32_t)network);
        prefix.bits = rules->ipv4_bits;
        return prefix;
    }
    uint64_t upper = htobe64(network & ~UINT64_C(0) << (64 - rules->ipv6_bits));
    prefix.base.in6.sin6_family = AF_INET6;
    memcpy(&prefix.base.in6.sin6_addr, &upper, sizeof upper);
    prefix.bits = rules->ipv6_bits;
    return prefix;
}

/* What all responses that are alike have in common, in one number: a source is at a multiple of 8
 * within the lower 47 bits (a user's part of the address space). */
static uint64_t kind_of(const struct rrl_response *response)
{
    uint64_t kind = (uint64_t)response->class;
    if (response->class != RRL_ERROR)
        kind ^= (uintptr_t)response->source;
    if (response->class == RRL_DATA)
        kind ^= (uint64_t)response->type << 48;
    return kind;
}

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static bool take(struct rrl *rrl, uint64_t network, uint64_t kind, struct bucket_size size,
                 struct mono now)
{
    if (size.interval == 0)
        return true;
    uint64_t hash = fold(network ^ rrl->key[0], kind ^ rrl->key[1]);
    return buckets_take(rrl->buckets, fold(hash, rrl->key[2]), size, now);
}

/* Over the limit. An error is never let slip: who gets one over UDP would not ask again over TCP.
 */
static enum rrl_verdict limit(struct rrl *rrl, const struct rrl_rules *rules,
                              const struct rrl_response *response, enum rrl_class over)
{
    if (prefixes_contain(rules->exempt, rules->exempt_count, response->client))
        return RRL_PASS;
    uint64_t count = offenders_note(rrl->offenders, network_of(rules, response->client), over,
                                    response->now);
    if (rules->mode == RRL_LOG_ONLY)
        return RRL_MATCH;
    bool slips = rules->slip && count % rules->slip == 0 && response->class != RRL_ERROR;
    return slips ? RRL_SLIP : RRL_DROP;
}

enum rrl_verdict rrl_judge(struct rrl *rrl, const struct rrl_rules *rules,
                           const struct rrl_response *response)
{
    uint64_t network = network_of(rules, response->client);
    if (!take(rrl, network, kind_of(response), rules->size[response->class], response->now))
        return limit(rrl, rules, response, response->class);
    if (!take(rrl, network, RRL_ALL, rules->size[RRL_ALL], response->now))
        return limit(rrl, rules, response, RRL_ALL);
    return RRL_PASS;
}

static void log_offender(void *arg, const struct offender *offender)
{
    const struct rrl_rules *rules = arg;
    struct prefix prefix = prefix_of(rules, offender->prefix);
    char text[ADDR_TEXT_MAX];
    prefix_text(&prefix, text);
    if (offender->ended)
        log_event(LOG_NOTICE, "rate-limit-end",
                  "network=%s responses=%" PRIu64 " lasted_s=%" PRId64 ".%" PRId64, text,
                  offender->responses, offender->lasted_ms / 1000,
                  offender->lasted_ms % 1000 / 100);
    else
        log_event(LOG_NOTICE, "rate-limit-begin", "network=%s class=%s mode=%s", text,
                  class_names[offender->class], mode_names[rules->mode]);
}

void rrl_log(struct rrl *rrl, const struct rrl_rules *rules, struct mono now)
{
    offenders_tell(rrl->offenders, now, LINES_AT_ONCE, log_offender, (void *)rules);
}

size_t rrl_limited(const struct rrl *rrl)
{
    return offenders_count(rrl->offenders);
}
