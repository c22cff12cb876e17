/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.c - the rules in force. Hides how they are replaced under the workers. */
#include "dnsd/guard/guard.h"

#include "common/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* One version of the rules; constant once it is in force. */
struct version {
    struct guard_rules rules;
    struct version *older;
};

struct guard {
    _Atomic(struct version *) version;
    struct rrl *rrl; /* there before the first version that limits; NULL: none has yet */
};

int guard_cookies_parse(const char *name, enum guard_cookies *out)
{
    static const char *const names[] = {
#define GUARD_COOKIES_NAME(id, name) [id] = name,
        GUARD_COOKIES(GUARD_COOKIES_NAME)
#undef GUARD_COOKIES_NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum guard_cookies)i;
            return 0;
        }
    }
    return -1;
}

static const struct guard_rules *rules_of(const struct guard *guard)
{
    return &atomic_load_explicit(&guard->version, memory_order_acquire)->rules;
}

void guard_set_rules(struct guard *guard, const struct guard_rules *rules)
{
    struct version *older = atomic_load_explicit(&guard->version, memory_order_relaxed);
    /* Should bytes between the members differ, one more version is kept, and that is all.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    if (older && memcmp(&older->rules, rules, sizeof *rules) == 0)
        return;
    if (rules->rrl.mode != RRL_OFF && !guard->rrl)
        guard->rrl = rrl_new();
    struct version *version = mem_alloc(sizeof *version);
    memcpy(&version->rules, rules, sizeof *rules);
    version->older = older;
    atomic_store_explicit(&guard->version, version, memory_order_release);
}

struct guard *guard_new(const struct guard_rules *rules)
{
    struct guard *guard = mem_zalloc(sizeof *guard);
    guard_set_rules(guard, rules);
    return guard;
}

void guard_free(struct guard *guard)
{
    if (!guard)
        return;
    struct version *version = atomic_load(&guard->version);
    while (version) {
        struct version *older = version->older;
        explicit_bzero(&version->rules.secrets, sizeof version->rules.secrets);
        free(version);
        version = older;
    }
    rrl_free(guard->rrl);
    free(guard);
}

void guard_judge_cookie(const struct guard *guard, const struct cookie_request *request,
                        struct cookie *out)
{
    const struct guard_rules *rules = rules_of(guard);
    out->state = COOKIE_NONE;
    if (rules->cookies != GUARD_COOKIES_OFF)
        cookie_judge(&rules->secrets, request, out);
}

bool guard_requires_cookies(const struct guard *guard)
{
    return rules_of(guard)->cookies == GUARD_COOKIES_REQUIRE;
}

bool guard_limits(const struct guard *guard)
{
    return rules_of(guard)->rrl.mode != RRL_OFF;
}

enum rrl_verdict guard_judge_response(const struct guard *guard,
                                      const struct rrl_response *response)
{
    const struct rrl_rules *rules = &rules_of(guard)->rrl;
    return rules->mode == RRL_OFF ? RRL_PASS : rrl_judge(guard->rrl, rules, response);
}

void guard_log(const struct guard *guard, struct mono now)
{
    if (guard->rrl)
        rrl_log(guard->rrl, &rules_of(guard)->rrl, now);
}

size_t guard_limited(const struct guard *guard)
{
    return guard->rrl ? rrl_limited(guard->rrl) : 0;
}
