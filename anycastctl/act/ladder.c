/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.c - steps of a proof: which there are, and what a fact makes of them. */
#include "anycastctl/act/ladder.h"

#include <stdio.h>
#include <string.h>

static const double rate_low = 5; /* queries per second: below, chance moves as much */

#define NAME_ROW(id, name) [id] = name,

const char *ladder_kind_name(enum ladder_kind kind)
{
    static const char *const names[] = { LADDER_KINDS(NAME_ROW) };
    return names[kind];
}

const char *ladder_state_name(enum ladder_state state)
{
    static const char *const names[] = { LADDER_STATES(NAME_ROW) };
    return names[state];
}

const char *ladder_why_text(enum ladder_why why)
{
    static const char *const names[] = { LADDER_WHYS(NAME_ROW) };
    return names[why];
}

const char *ladder_end_name(enum ladder_end end)
{
    static const char *const names[] = { LADDER_ENDS(NAME_ROW) };
    return names[end];
}

#undef NAME_ROW

/* ---- steps ---- */

static struct ladder_step *find(struct ladder *ladder, enum ladder_kind kind, const char *name)
{
    for (unsigned i = 0; i < ladder->count; i++)
        if (ladder->step[i].kind == kind && strcmp(ladder->step[i].name, name) == 0)
            return &ladder->step[i];
    return NULL;
}

/* Behind the last one of its kind. NULL: no room. */
static struct ladder_step *insert(struct ladder *ladder, enum ladder_kind kind, const char *name)
{
    unsigned at = ladder->count;
    if (ladder->count == LADDER_STEPS_MAX)
        return NULL;
    while (at > 0 && ladder->step[at - 1].kind > kind)
        at--;
    memmove(&ladder->step[at + 1], &ladder->step[at],
            (ladder->count - at) * sizeof ladder->step[0]);
    ladder->count++;
    ladder->step[at] = (struct ladder_step){ .kind = kind, .state = STEP_NOT_YET };
    snprintf(ladder->step[at].name, sizeof ladder->step[at].name, "%s", name);
    return &ladder->step[at];
}

/* The step of this name; the first one takes the place of the nameless, which stands for whatever
 * there will be. */
static struct ladder_step *step_of(struct ladder *ladder, enum ladder_kind kind, const char *name)
{
    struct ladder_step *step = find(ladder, kind, name);
    if (step)
        return step;
    step = find(ladder, kind, "");
    if (!step)
        return insert(ladder, kind, name);
    snprintf(step->name, sizeof step->name, "%s", name);
    return step;
}

static void prove(struct ladder_step *step, struct mono now)
{
    if (!step || step->state == STEP_PROVEN)
        return;
    step->state = STEP_PROVEN;
    step->why = WHY_NONE;
    step->at = now;
}

/* It can't be told, and won't be. */
static void give_up(struct ladder_step *step, enum ladder_why why)
{
    if (!step || step->state == STEP_PROVEN)
        return;
    step->state = STEP_UNPROVEN;
    step->why = why;
}

/* Not so yet; `why`, if that is more than just not so. After the end it is what it was then. */
static void wait_on(const struct ladder *ladder, struct ladder_step *step, enum ladder_why why)
{
    if (!step || step->state == STEP_PROVEN || ladder->end != LADDER_OPEN)
        return;
    step->state = STEP_NOT_YET;
    step->why = why;
}

/* Once it is recorded whole, nothing is added. */
static bool takes_facts(const struct ladder *ladder)
{
    return ladder->change > 0 && (ladder->end == LADDER_OPEN || ladder->end == LADDER_TIME_OVER);
}

/* ---- facts ---- */

void ladder_begin(struct ladder *ladder, uint64_t change, enum level from, enum level to,
                  struct mono now)
{
    *ladder = (struct ladder){ .change = change, .from = from, .to = to, .decided = now };
    prove(insert(ladder, STEP_DECIDED, ""), now);
    insert(ladder, STEP_REPLIED, "");
    insert(ladder, STEP_READ_BACK, "");
    insert(ladder, STEP_EXPORT, "");
    insert(ladder, STEP_GLASS, "");
    insert(ladder, STEP_QUERIES, "");
}

void ladder_found_so(struct ladder *ladder)
{
    give_up(find(ladder, STEP_REPLIED, ""), WHY_FOUND_SO);
    give_up(find(ladder, STEP_QUERIES, ""), WHY_FOUND_SO);
}

void ladder_replied(struct ladder *ladder, struct mono now)
{
    if (takes_facts(ladder))
        prove(find(ladder, STEP_REPLIED, ""), now);
}

void ladder_read_back(struct ladder *ladder, struct mono now)
{
    if (!takes_facts(ladder))
        return;
    struct ladder_step *replied = find(ladder, STEP_REPLIED, "");
    prove(find(ladder, STEP_READ_BACK, ""), now);
    if (replied && replied->state == STEP_NOT_YET)
        give_up(replied, WHY_NO_COMMAND);
}

/* BIRD may do what it has not replied to, but what was asked before either is of the time before.
 */
bool ladder_counts(const struct ladder *ladder, struct mono asked)
{
    for (unsigned i = 0; i < ladder->count; i++) {
        const struct ladder_step *step = &ladder->step[i];
        if ((step->kind == STEP_REPLIED || step->kind == STEP_READ_BACK) &&
            step->state == STEP_PROVEN && !mono_before(asked, step->at))
            return true;
    }
    return false;
}

/* The step that a look tells of; NULL: of none any more, or of the time before. */
static struct ladder_step *looked_at(struct ladder *ladder, enum ladder_kind kind, const char *name,
                                     struct mono asked)
{
    return takes_facts(ladder) && ladder_counts(ladder, asked) ? step_of(ladder, kind, name) : NULL;
}

/* Whoever looked could see whether it is so. */
static void take_sight(const struct ladder *ladder, struct ladder_step *step, enum ladder_look look,
                       struct mono now)
{
    if (look == LOOK_AS_DECIDED)
        prove(step, now);
    else
        wait_on(ladder, step, WHY_NONE);
}

/* A session that is down has taken its routes with it, but nobody has seen that; one that shall
 * announce may still come up. */
static void take_down(const struct ladder *ladder, struct ladder_step *step)
{
    if (ladder->to == LEVEL_WITHDRAWN)
        give_up(step, WHY_SESSION_DOWN);
    else
        wait_on(ladder, step, WHY_SESSION_DOWN);
}

void ladder_export(struct ladder *ladder, const char *name, enum ladder_look look,
                   struct mono asked, struct mono now)
{
    struct ladder_step *step = looked_at(ladder, STEP_EXPORT, name, asked);
    if (look == LOOK_DOWN)
        take_down(ladder, step);
    else if (look == LOOK_NO_CHANNEL)
        give_up(step, WHY_NO_CHANNEL);
    else if (look == LOOK_UNREADABLE)
        wait_on(ladder, step, WHY_UNREADABLE);
    else
        take_sight(ladder, step, look, now);
}

void ladder_glass(struct ladder *ladder, const char *name, enum ladder_look look, struct mono asked,
                  struct mono now)
{
    struct ladder_step *step = looked_at(ladder, STEP_GLASS, name, asked);
    if (look == LOOK_DOWN)
        wait_on(ladder, step, WHY_GLASS_SILENT);
    else if (look == LOOK_UNREADABLE)
        give_up(step, WHY_GLASS_LEVEL);
    else
        take_sight(ladder, step, look, now);
}

void ladder_listed(struct ladder *ladder, bool any, struct mono asked)
{
    if (!takes_facts(ladder) || !ladder_counts(ladder, asked))
        return;
    ladder->listed = true;
    if (!any)
        give_up(find(ladder, STEP_EXPORT, ""), WHY_NO_SESSION);
}

void ladder_expect_glass(struct ladder *ladder, const char *name)
{
    if (takes_facts(ladder))
        step_of(ladder, STEP_GLASS, name);
}

void ladder_no_glass(struct ladder *ladder)
{
    if (takes_facts(ladder))
        give_up(find(ladder, STEP_GLASS, ""), WHY_NO_GLASS);
}

void ladder_bird_died(struct ladder *ladder)
{
    ladder->listed = true;
    for (unsigned i = 0; takes_facts(ladder) && i < ladder->count; i++)
        if (ladder->step[i].kind == STEP_EXPORT)
            give_up(&ladder->step[i], WHY_BIRD_DEAD);
}

/* ---- queries ---- */

/* Levels between normal and drain move some of the queries, the rest all or none. */
static bool is_partial(const struct ladder *ladder)
{
    return ladder->from > LEVEL_DRAIN && ladder->to > LEVEL_DRAIN;
}

static enum ladder_why why_untold(const struct ladder_rates *rates)
{
    if (rates->shared)
        return WHY_RATE_SHARED;
    if (rates->now < 0)
        return WHY_RATE_UNKNOWN;
    return rates->before >= 0 && rates->before < rate_low ? WHY_RATE_LOW : WHY_NONE;
}

static bool has_fallen(const struct ladder *ladder, const struct ladder_rates *rates)
{
    const double quiet = rates->before * rates->quiet_share;
    if (is_partial(ladder))
        return rates->now <= rates->before / 2;
    return rates->now <= (quiet > 1 ? quiet : 1);
}

static bool has_risen(const struct ladder *ladder, const struct ladder_rates *rates)
{
    const double then = rates->then > 0 ? rates->then : 0;
    const double more = then * (is_partial(ladder) ? 1.5 : 2);
    return rates->now >= (more > rate_low ? more : rate_low);
}

void ladder_queries(struct ladder *ladder, const struct ladder_rates *rates, struct mono now)
{
    struct ladder_step *step = find(ladder, STEP_QUERIES, "");
    const bool falls = ladder->to < ladder->from;
    if (!takes_facts(ladder) || !step)
        return;
    if (step->state != STEP_PROVEN)
        step->whole_node = rates->whole_node;
    enum ladder_why why = why_untold(rates);
    if (why == WHY_NONE && falls && rates->before < 0)
        why = WHY_RATE_UNKNOWN;
    if (why != WHY_NONE)
        give_up(step, why);
    else if (falls ? has_fallen(ladder, rates) : has_risen(ladder, rates))
        prove(step, now);
    else
        wait_on(ladder, step, WHY_NONE);
}

/* ---- the end ---- */

/* Something may still prove it, and should. */
static bool is_pending(const struct ladder_step *step)
{
    return step->state == STEP_NOT_YET || step->why == WHY_TOO_LATE || step->why == WHY_UNREADABLE;
}

bool ladder_awaits(const struct ladder *ladder, enum ladder_kind kind)
{
    if (!takes_facts(ladder))
        return false;
    for (unsigned i = 0; i < ladder->count; i++)
        if (ladder->step[i].kind == kind &&
            (ladder->step[i].state == STEP_NOT_YET || ladder->step[i].why == WHY_TOO_LATE))
            return true;
    return false;
}

static bool is_whole(const struct ladder *ladder)
{
    for (unsigned i = 0; i < ladder->count; i++)
        if (is_pending(&ladder->step[i]))
            return false;
    return true;
}

static void end_steps(struct ladder *ladder, enum ladder_why why)
{
    for (unsigned i = 0; i < ladder->count; i++)
        if (ladder->step[i].state == STEP_NOT_YET)
            give_up(&ladder->step[i], ladder->step[i].why == WHY_NONE ? why : ladder->step[i].why);
}

static bool end(struct ladder *ladder, enum ladder_end how, struct mono now)
{
    ladder->end = how;
    ladder->ended = now;
    return true;
}

bool ladder_close(struct ladder *ladder, int64_t limit_ms, struct mono now)
{
    if (!takes_facts(ladder))
        return false;
    if (ladder->listed && is_whole(ladder))
        return end(ladder, ladder->end == LADDER_OPEN ? LADDER_COMPLETE : LADDER_LATE, now);
    if (ladder->end != LADDER_OPEN || mono_diff_ms(now, ladder->decided) < limit_ms)
        return false;
    end_steps(ladder, WHY_TOO_LATE);
    return end(ladder, is_whole(ladder) ? LADDER_COMPLETE : LADDER_TIME_OVER, now);
}

bool ladder_overtake(struct ladder *ladder, struct mono now)
{
    if (ladder->change == 0 || ladder->end != LADDER_OPEN)
        return false;
    end_steps(ladder, WHY_OVERTAKEN);
    return end(ladder, LADDER_OVERTAKEN, now);
}

static bool is_local(enum ladder_kind kind)
{
    return kind < STEP_GLASS;
}

static bool is_overdue(const struct ladder *ladder, const struct ladder_step *step, bool local_over)
{
    if (step->kind == STEP_QUERIES && ladder->to != LEVEL_WITHDRAWN)
        return false;
    if (step->state == STEP_NOT_YET)
        return local_over && is_local(step->kind) && step->why != WHY_SESSION_DOWN;
    return is_pending(step);
}

const struct ladder_step *ladder_overdue(const struct ladder *ladder, int64_t local_ms,
                                         struct mono now)
{
    const bool local_over = mono_diff_ms(now, ladder->decided) >= local_ms;
    if (!takes_facts(ladder))
        return NULL;
    for (unsigned i = 0; i < ladder->count; i++)
        if (is_overdue(ladder, &ladder->step[i], local_over))
            return &ladder->step[i];
    return NULL;
}
