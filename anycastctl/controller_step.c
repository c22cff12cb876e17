/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_step.c - one step of all policies: gathers what they hear, has them decide, hands the
 * decisions to BIRD and then to the records, and knows when time alone asks for the next step. */
#include "anycastctl/controller_state.h"

enum {
    TICK_MS = 1000,      /* the longest pause between steps */
    QUIET_RATE_FLOOR = 1 /* queries per second that are noise at any site */
};

/* ---- one of them ---- */

/* Whole milliseconds since the last step; what is left over counts for the next one. */
static uint32_t take_elapsed(struct announcement *a, struct mono now)
{
    int64_t ms = mono_diff_ms(now, a->stepped);
    if (ms < 0)
        ms = 0;
    if (ms > UINT32_MAX)
        ms = UINT32_MAX;
    a->stepped = mono_add_ms(a->stepped, ms);
    return (uint32_t)ms;
}

/* A dnsd that said so and hung up is still leaving, until one reports that is not. */
static void note_stopping(struct controller *c)
{
    const struct report *report = sense_report(c->sense);
    if (report)
        c->stopping = report->state == REPORT_STOPPING;
}

/* Has the drain done its work? Outside of one, the rate to compare with is remembered. */
static bool is_quiet(const struct controller *c, struct subject about, struct announcement *a)
{
    const struct query_rate rate = sense_query_rate_of(c->sense, about.service, about.family);
    if (a->decision.level != LEVEL_DRAIN) {
        a->rate_before = rate;
        return false;
    }
    if (rate.per_s < 0 || a->rate_before.per_s < 0 || rate.own != a->rate_before.own)
        return false;
    double quiet = a->rate_before.per_s * (double)c->settings->drain.quiet_percent / 100;
    return rate.per_s <= (quiet > QUIET_RATE_FLOOR ? quiet : QUIET_RATE_FLOOR);
}

/* Of this family, or of both where their fate is one. */
static bool is_round_over(const struct controller *c, struct subject about, struct rounds *last)
{
    const struct service *service = &c->settings->service[about.service];
    struct rounds now;
    bool counts[FAMILY_COUNT];
    for (int f = 0; f < FAMILY_COUNT; f++) {
        now.of[f] = sense_health(c->sense, about.service, (enum family)f)->rounds;
        counts[f] = f == (int)about.family ||
                    (service->fate == FATE_TOGETHER && service->family[f].enabled);
    }
    return rounds_over(last, &now, counts);
}

static struct policy_input gather(struct controller *c, struct subject about, struct mono now)
{
    struct announcement *a = &c->announcement[about.service][about.family];
    const struct sense_health health = evidence_of(c, about);
    struct policy_input input = {
        .elapsed_ms = take_elapsed(a, now),
        .observed = is_round_over(c, about, &a->rounds),
        .cause = health.cause,
        .intent = c->orders.of[about.service].intent,
        .force = c->orders.of[about.service].force,
        .stopping = c->stopping,
        .quiet = is_quiet(c, about, a),
        .confirmed = reconcile_is_confirmed(c->reconcile, about.service, about.family),
    };
    floor_tell(c, about, now, &input);
    return input;
}

static void note_fatal(struct controller *c, struct subject about, struct mono now)
{
    struct announcement *a = &c->announcement[about.service][about.family];
    bool waits = a->decision.level == LEVEL_WITHDRAWN &&
                 cause_class(a->decision.cause) == CLASS_FATAL &&
                 !reconcile_is_confirmed(c->reconcile, about.service, about.family);
    if (!waits)
        a->fatal_since = mono_never();
    else if (mono_is_never(a->fatal_since))
        a->fatal_since = now;
}

static void look(struct controller *c, struct announcement *a, struct mono now)
{
    a->look_since = now;
    fleet_look(c->fleet);
}

static void decide(struct controller *c, struct subject about, struct mono now)
{
    struct announcement *a = &c->announcement[about.service][about.family];
    if (!a->begun)
        return;
    const struct policy_decision before = a->decision;
    a->input = gather(c, about, now);
    a->policy = policy_step(a->policy, &c->rules, &a->input, &a->decision);
    if (a->decision.look && !before.look)
        look(c, a, now);
    if (a->decision.level != before.level)
        a->level_since = now;
}

static void hand_over(struct controller *c, struct subject about, struct mono now)
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    if (!a->begun)
        return;
    reconcile_want(c->reconcile, about.service, about.family, a->decision.level);
    note_fatal(c, about, now);
}

static void tell_level(struct controller *c, struct subject about, const char *reason)
{
    const enum level from = c->announcement[about.service][about.family].told.level;
    events_level(c, about, from, reason);
    proof_begin(c, about, from);
}

static void record(struct controller *c, struct subject about, struct mono now)
{
    (void)now;
    struct announcement *a = &c->announcement[about.service][about.family];
    const struct sense_health health = evidence_of(c, about);
    if (health.cause != a->told.cause)
        events_health(c, about, &health);
    if (a->decision.level != a->told.level)
        tell_level(c, about, policy_reason_name(a->decision.reason));
    if (a->decision.alarm && !a->told.alarm)
        events_alarm(c, about);
    a->told.level = a->decision.level;
    a->told.cause = health.cause;
    a->told.alarm = a->decision.alarm;
}

/* ---- all of them ---- */

static bool is_enabled(const struct controller *c, struct subject about)
{
    return c->settings->service[about.service].family[about.family].enabled;
}

/* Calls `f` for each service in each family that it has. */
static void for_each(struct controller *c, struct mono now,
                     void (*f)(struct controller *c, struct subject about, struct mono now))
{
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int family = 0; family < FAMILY_COUNT; family++) {
            struct subject about = { s, (enum family)family };
            if (is_enabled(c, about))
                f(c, about, now);
        }
}

/* Is everything withdrawn, and more than one of it only now? */
static bool all_go(const struct controller *c)
{
    unsigned going = 0;
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int family = 0; family < FAMILY_COUNT; family++) {
            const struct announcement *a = &c->announcement[s][family];
            if (!is_enabled(c, (struct subject){ s, (enum family)family }))
                continue;
            if (!a->begun || a->decision.level != LEVEL_WITHDRAWN)
                return false;
            going += a->decision.changed;
        }
    return going > 1;
}

static bool all_may_leave(const struct controller *c)
{
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int family = 0; family < FAMILY_COUNT; family++) {
            const struct announcement *a = &c->announcement[s][family];
            if (is_enabled(c, (struct subject){ s, (enum family)family }) &&
                !(a->begun && a->decision.may_leave))
                return false;
        }
    return true;
}

static void let_dnsd_leave(struct controller *c)
{
    bool may = c->stopping && all_may_leave(c);
    if (may && !c->leave_told)
        sense_tell_withdrawn(c->sense);
    c->leave_told = may;
}

static void set_timer(struct controller *c)
{
    int64_t next_ms = TICK_MS;
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct announcement *a = &c->announcement[s][f];
            if (a->begun && a->decision.next_ms >= 0 && a->decision.next_ms < next_ms)
                next_ms = a->decision.next_ms;
        }
    ev_timer_stop(c->loop, &c->next);
    ev_timer_set(&c->next, (double)(next_ms + 1) / 1000, 0);
    ev_timer_start(c->loop, &c->next);
}

static bool any_fatal(const struct controller *c)
{
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (!mono_is_never(c->announcement[s][f].fatal_since))
                return true;
    return false;
}

/* The guard shall not have to wait for a beat: for dnsd's pidfd, least of all. */
static bool is_news_for_guard(struct controller *c, bool fatal_before)
{
    const struct report *report = sense_report(c->sense);
    int32_t pid = report ? report->pid : 0;
    bool another = pid != c->dnsd_pid;
    c->dnsd_pid = pid;
    return another || any_fatal(c) != fatal_before;
}

void controller_step(struct controller *c)
{
    struct mono now = mono_now();
    bool fatal_before = any_fatal(c);
    note_stopping(c);
    controller_expire_orders(c);
    for_each(c, now, decide);
    if (all_go(c))
        reconcile_sweep(c->reconcile);
    for_each(c, now, hand_over);
    if (is_news_for_guard(c, fatal_before) && c->holder)
        holder_renew(c->holder);
    let_dnsd_leave(c);
    set_timer(c);
    for_each(c, now, record);
    for_each(c, now, proof_tick);
}

/* ---- BIRD is met ---- */

static void begin(struct controller *c, struct subject about, struct mono now)
{
    struct announcement *a = &c->announcement[about.service][about.family];
    enum level found = LEVEL_WITHDRAWN;
    reconcile_announced(c->reconcile, about.service, about.family, &found);
    a->policy = policy_begin(found, &c->rules);
    a->decision = (struct policy_decision){
        .level = found, .reason = REASON_ADOPTED, .cause = CAUSE_UNKNOWN, .next_ms = -1
    };
    a->begun = true;
    a->stepped = a->level_since = now;
    record(c, about, now);
}

/* Whatever the new BIRD announces, nobody has said that it may. Why it is withdrawn, and what would
 * change that, is as if it had been so all the time. */
static void begin_anew(struct controller *c, struct subject about, struct mono now)
{
    struct announcement *a = &c->announcement[about.service][about.family];
    a->policy = policy_begin(LEVEL_WITHDRAWN, &c->rules);
    a->input.elapsed_ms = 0;
    a->input.observed = a->input.confirmed = false;
    policy_step(a->policy, &c->rules, &a->input, &a->decision);
    a->decision.level = LEVEL_WITHDRAWN;
    a->stepped = now;
    if (a->told.level == LEVEL_WITHDRAWN)
        return;
    a->level_since = now;
    tell_level(c, about, "bird_restarted");
    a->told.level = LEVEL_WITHDRAWN;
}

void controller_meet(struct controller *c, bool restarted)
{
    for_each(c, mono_now(), restarted ? begin_anew : begin);
    controller_step(c);
}
