/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard_judge.h - does dnsd answer for a service in one family? The guard's whole judgement. Pure.
 */
#ifndef PROXIMA_GUARD_JUDGE_H
#define PROXIMA_GUARD_JUDGE_H

#include "anycastctl/sense/prober.h"
#include "anycastctl/sense/stall.h"

enum judgement {
    JUDGE_ASKING,   /* too early to say */
    JUDGE_ANSWERS,  /* rightly or wrongly: the level stays */
    JUDGE_DOUBTFUL, /* not heard for half the time: ask in a hurry */
    JUDGE_SILENT,   /* withdraw */
};

struct judge_rules {
    struct mono since; /* when the asking began */
    int64_t silent_ms; /* how long nothing may be heard */
};

/* When dnsd was heard last by a prober that is new at `rules->since`; if never, then. */
struct mono guard_heard(const struct judge_rules *rules, const struct prober_facts *facts);

/* A port that nobody listens on, or an address that is not there, needs no patience; silence needs
 * it, and a hurried round in vain. */
enum judgement guard_judge(const struct judge_rules *rules, const struct prober_facts *facts,
                           const struct stall *stall, struct mono now);

#endif
