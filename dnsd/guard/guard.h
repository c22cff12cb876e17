/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.h - what may be refused, and to whom.
 *
 *   cookie.h      who has shown that he gets what we send to his address (RFC 7873, RFC 9018)
 *   secretfile.h  the secrets for that, which sites share
 *   rrl.h         who gets more alike responses than a client needs
 *   buckets.h     how fast that is, for very many at once
 *   offenders.h   who they are, for the log
 *
 * One struct guard is shared by all workers. Its rules are replaced as a whole, by one pointer:
 * whoever answers a query while that happens goes by the old ones or by the new ones. Old rules
 * are kept until guard_free, because a worker may still be looking at them: some kilobytes for
 * each change that an operator makes. Workers neither wait nor allocate. */
#ifndef PROXIMA_GUARD_GUARD_H
#define PROXIMA_GUARD_GUARD_H

#include "dnsd/guard/cookie.h"
#include "dnsd/guard/rrl.h"

#include <stdbool.h>

#define GUARD_COOKIES(X)                                                                           \
    X(GUARD_COOKIES_OFF, "off")         /* the option is ignored, as if we did not know it */      \
    X(GUARD_COOKIES_ON, "on")           /* given to who asks; nobody needs one */                  \
    X(GUARD_COOKIES_REQUIRE, "require") /* over UDP, who knows cookies must show one */

enum guard_cookies {
#define GUARD_COOKIES_ENUM(id, name) id,
    GUARD_COOKIES(GUARD_COOKIES_ENUM)
#undef GUARD_COOKIES_ENUM
};

/* "off", "on" or "require"; -1: none of them. */
int guard_cookies_parse(const char *name, enum guard_cookies *out);

struct guard_rules {
    enum guard_cookies cookies;
    struct cookie_secrets secrets; /* unless cookies are off */
    struct rrl_rules rrl;
};

struct guard;

/* Copies the rules, as guard_set_rules does. */
struct guard *guard_new(const struct guard_rules *rules);
void guard_free(struct guard *guard); /* NULL is fine */

/* The rules from now on; nothing happens where they are the same bytes. Main thread. */
void guard_set_rules(struct guard *guard, const struct guard_rules *rules);

/* Judges a COOKIE option; COOKIE_NONE where we do without. Any thread. */
void guard_judge_cookie(const struct guard *guard, const struct cookie_request *request,
                        struct cookie *out);

/* Whether who knows cookies must show one over UDP. Any thread. */
bool guard_requires_cookies(const struct guard *guard);

/* Whether rates are looked at; and what a response has to expect then. Any thread. */
bool guard_limits(const struct guard *guard);
enum rrl_verdict guard_judge_response(const struct guard *guard,
                                      const struct rrl_response *response);

/* Tells the log who is being limited. Main thread, some ten times a second. */
void guard_log(const struct guard *guard, struct mono now);

/* How many networks are being limited. Any thread. */
size_t guard_limited(const struct guard *guard);

#endif
