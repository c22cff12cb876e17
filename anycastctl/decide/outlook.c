/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outlook.c - a sentence for each reason. */
#include "anycastctl/decide/outlook.h"

#include <stdarg.h>
#include <stdio.h>

struct text {
    char *out;
    size_t len;
};

static void __attribute__((format(printf, 2, 3))) say(struct text *text, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(text->out + text->len, OUTLOOK_MAX - text->len, fmt, args);
    va_end(args);
    text->len += len > 0 ? (size_t)len : 0;
    if (text->len >= OUTLOOK_MAX)
        text->len = OUTLOOK_MAX - 1;
}

/* Rounded up: what is said to come in 1 s has not come before. */
static void say_time(struct text *text, int64_t ms)
{
    const long long s = (long long)(ms + 999) / 1000;
    if (ms < 1000)
        say(text, "%lld ms", (long long)ms);
    else if (s < 120)
        say(text, "%lld s", s);
    else if (s < 7200)
        say(text, "%lld m", (s + 59) / 60);
    else
        say(text, "%lld h", (s + 3599) / 3600);
}

static int64_t left_of(const struct outlook_scene *scene, int64_t ms)
{
    return ms > scene->since_ms ? ms - scene->since_ms : 0;
}

static enum cause_class class_of(const struct outlook_scene *scene)
{
    return cause_class(scene->input->cause);
}

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

static void say_more_probes(struct text *text, unsigned count, const char *kind)
{
    say(text, "%u more %sprobe%s", count, kind, plural(count));
}

/* ---- the other sites ---- */

static void say_sees(struct text *text, const struct outlook_scene *scene)
{
    if (scene->others == 0)
        say(text, "(sees none)");
    else
        say(text, "(sees %u)", scene->others);
}

static void say_needed(struct text *text, const struct outlook_scene *scene)
{
    if (scene->min_sites == 1)
        say(text, "another site announces at normal ");
    else
        say(text, "%u other sites announce at normal ", scene->min_sites);
    say_sees(text, scene);
}

/* What the floor asks for at the end of a drain. */
static void say_if_floor(struct text *text, const struct outlook_scene *scene)
{
    const struct policy_input *in = scene->input;
    if (in->floor == FLOOR_NONE || in->force || in->stopping)
        return;
    say(text, ", if then ");
    if (in->floor == FLOOR_BLIND)
        say(text, "the other sites can be seen");
    else
        say_needed(text, scene);
}

static void say_floor(struct text *text, const struct outlook_scene *scene)
{
    say(text, "withdraws when ");
    if (scene->input->floor == FLOOR_BLIND)
        say(text, "the other sites can be seen, and enough announce: %s", scene->blind);
    else
        say_needed(text, scene);
}

static void say_settle(struct text *text, const struct outlook_scene *scene)
{
    const int64_t settle_ms = scene->rules->settle_ms - scene->state->settled_ms;
    if (!scene->state->confirmed) {
        say(text, "withdraws ");
        say_time(text, scene->rules->settle_ms);
        say(text, " after BIRD has confirmed this level, if then ");
    } else if (scene->decision->look) {
        say(text, "withdraws as soon as the other sites have been looked at, if ");
    } else {
        say(text, "withdraws in ");
        say_time(text, left_of(scene, settle_ms));
        say(text, ", if then ");
    }
    say_needed(text, scene);
}

static void say_turn(struct text *text, const struct outlook_scene *scene)
{
    if (scene->first)
        say(text, "waits its turn behind node %u, which is leaving too", (unsigned)scene->first);
    else
        say(text, "withdraws at the next look at the other sites: it is its turn");
}

/* ---- up ---- */

/* To the level that its health allows. */
static void say_rise(struct text *text, const struct outlook_scene *scene)
{
    const bool withdrawn = scene->state->level == LEVEL_WITHDRAWN;
    const bool soft = class_of(scene) == CLASS_SOFT;
    say(text, withdrawn ? "announces again" : "rises to normal");
    if (withdrawn && soft)
        say(text, " at backup");
}

/* The longest of what is left of hold and budget; 0: none. */
static int64_t up_left_ms(const struct outlook_scene *scene)
{
    const struct policy *s = scene->state;
    const bool announcing = s->level == LEVEL_WITHDRAWN;
    const uint32_t penalty_ms = announcing ? s->announced_penalty_ms : s->promoted_penalty_ms;
    const int64_t hold_ms = announcing ? scene->rules->hold_ms - s->since_withdrawn_ms : 0;
    const int64_t flap_ms = s->ordered ? 0 : flap_left_ms(penalty_ms, &scene->rules->flap);
    if (scene->input->alone)
        return 0;
    return left_of(scene, hold_ms > flap_ms ? hold_ms : flap_ms);
}

static unsigned rise_left(const struct outlook_scene *scene)
{
    const struct policy *s = scene->state;
    const uint8_t run = class_of(scene) == CLASS_SOFT ? s->serviceable : s->good;
    return run < scene->rules->rise ? (unsigned)(scene->rules->rise - run) : 0;
}

static void say_rising(struct text *text, const struct outlook_scene *scene)
{
    const int64_t left_ms = up_left_ms(scene);
    const unsigned probes = rise_left(scene);
    say_rise(text, scene);
    if (left_ms > 0) {
        say(text, " in ");
        say_time(text, left_ms);
    }
    say(text, " if ");
    say_more_probes(text, probes, "");
    say(text, probes == 1 ? " passes" : " pass");
}

static void say_waiting(struct text *text, const struct outlook_scene *scene)
{
    say_rise(text, scene);
    say(text, " in ");
    say_time(text, left_of(scene, scene->decision->next_ms));
    say(text, " if probes go on passing");
}

static void say_flap(struct text *text, const struct outlook_scene *scene)
{
    say_waiting(text, scene);
    say(text, ": it came and went too often (anycastctl announce overrides)");
}

/* While the cause lasts, nothing is counted yet. */
static void say_when_over(struct text *text, const struct outlook_scene *scene)
{
    const int64_t left_ms = up_left_ms(scene);
    const bool withdrawn = scene->state->level == LEVEL_WITHDRAWN;
    say(text, withdrawn ? "announces again" : "rises to normal");
    say(text, " when that is over and %u probe%s in a row pass", scene->rules->rise,
        plural(scene->rules->rise));
    if (left_ms > 0) {
        say(text, ", in ");
        say_time(text, left_ms);
        say(text, " at the earliest");
    }
}

/* ---- down, and at rest ---- */

static void say_falling(struct text *text, const struct outlook_scene *scene)
{
    const struct policy *s = scene->state;
    const bool wrong = class_of(scene) == CLASS_WRONG;
    const unsigned left = (unsigned)scene->rules->fall - (wrong ? s->wrong : s->bad);
    if (!wrong)
        say(text, "falls to backup");
    else if (scene->input->floor <= FLOOR_HOLDS)
        say(text, "withdraws");
    else
        say(text, "falls to backup, as too few other sites are seen,");
    say(text, " after ");
    say_more_probes(text, left, "bad ");
}

static void say_cause(struct text *text, const struct outlook_scene *scene)
{
    if (class_of(scene) == CLASS_UNKNOWN)
        say(text, "stays until there is evidence");
    else if (scene->state->level == LEVEL_LEAVING)
        say_settle(text, scene);
    else if (class_of(scene) == CLASS_WRONG && scene->state->level != LEVEL_WITHDRAWN)
        say_falling(text, scene);
    else
        say_when_over(text, scene);
}

static void say_healthy(struct text *text, const struct outlook_scene *scene)
{
    (void)scene;
    say(text, "stays as long as all is well");
}

static void say_adopted(struct text *text, const struct outlook_scene *scene)
{
    (void)scene;
    say(text, "stays as it was found in BIRD until there is evidence");
}

/* ---- planned ---- */

static void say_until_order_ends(struct text *text, const struct outlook_scene *scene)
{
    if (scene->order_left_ms < 0) {
        say(text, "stays until anycastctl resume");
        return;
    }
    say(text, "stays until the order ends in ");
    say_time(text, scene->order_left_ms);
}

static void say_drain(struct text *text, const struct outlook_scene *scene)
{
    const struct policy_rules *rules = scene->rules;
    const int64_t drained_ms = scene->state->drain_ms;
    const int64_t min_ms = left_of(scene, rules->drain_min_ms - drained_ms);
    const int64_t max_ms = left_of(scene, rules->drain_max_ms - drained_ms);
    say(text, "withdraws when the queries have gone elsewhere, ");
    if (min_ms > 0) {
        say(text, "in ");
        say_time(text, min_ms);
        say(text, " at the earliest, ");
    }
    say(text, "in ");
    say_time(text, max_ms);
    say(text, " at the latest");
    say_if_floor(text, scene);
}

static void say_operator(struct text *text, const struct outlook_scene *scene)
{
    if (scene->state->level == LEVEL_DRAIN)
        say_drain(text, scene);
    else if (scene->state->level == LEVEL_LEAVING)
        say_settle(text, scene);
    else
        say_until_order_ends(text, scene);
    if (scene->input->intent == INTENT_FORCED)
        say(text, ", or dnsd cannot answer");
}

static void say_stopping(struct text *text, const struct outlook_scene *scene)
{
    if (scene->state->level == LEVEL_DRAIN) {
        say_drain(text, scene);
    } else if (scene->decision->may_leave) {
        say(text, "dnsd may leave");
    } else if (scene->decision->next_ms < 0) {
        say(text, "dnsd may leave some time after BIRD has confirmed the withdrawal");
    } else {
        say(text, "dnsd may leave in ");
        say_time(text, left_of(scene, scene->decision->next_ms));
    }
}

static void (*const sentences[POLICY_REASON_COUNT])(struct text *, const struct outlook_scene *) = {
    [REASON_HEALTHY] = say_healthy,   [REASON_ADOPTED] = say_adopted,
    [REASON_CAUSE] = say_cause,       [REASON_FALLING] = say_falling,
    [REASON_RISING] = say_rising,     [REASON_HOLD] = say_waiting,
    [REASON_FLAP] = say_flap,         [REASON_FLOOR] = say_floor,
    [REASON_SETTLE] = say_settle,     [REASON_TURN] = say_turn,
    [REASON_OPERATOR] = say_operator, [REASON_STOPPING] = say_stopping,
};

char *outlook_text(const struct outlook_scene *scene, char out[OUTLOOK_MAX])
{
    struct text text = { .out = out };
    out[0] = '\0';
    sentences[scene->decision->reason](&text, scene);
    return out;
}
