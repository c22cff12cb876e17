/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_proof.c - what the rooms see of a change, gathered on its ladder. */
#include "anycastctl/controller_proof.h"

#include "anycastctl/controller_state.h"
#include "common/jsonread.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>

static struct proof *proof_of(struct controller *c, struct subject about)
{
    return &c->proof[about.service][about.family];
}

/* What BIRD does it does at once; it is read again after so long. */
static int64_t local_ms(const struct controller *c)
{
    return c->settings->bird.timeout_ms + EXPORTS_GRACE_ROUNDS * c->settings->bird.poll_ms;
}

/* ---- as JSON ---- */

static json_t *step_json(const struct ladder *ladder, const struct ladder_step *step)
{
    json_t *out = json_pack("{s:s}", "step", ladder_kind_name(step->kind));
    if (step->name[0])
        json_object_set_new(out, "name", json_text(step->name));
    json_object_set_new(out, "state", json_string(ladder_state_name(step->state)));
    if (step->whole_node)
        json_object_set_new(out, "of", json_string("node"));
    if (step->state == STEP_PROVEN)
        json_object_set_new(out, "ms", json_real(mono_diff_s(step->at, ladder->decided) * 1000));
    else if (step->why != WHY_NONE)
        json_object_set_new(out, "why", json_string(ladder_why_text(step->why)));
    return out;
}

static unsigned count_steps(const struct ladder *ladder, enum ladder_state state)
{
    unsigned count = 0;
    for (unsigned i = 0; i < ladder->count; i++)
        count += ladder->step[i].state == state;
    return count;
}

static json_t *ladder_json(const struct controller *c, struct subject about,
                           const struct ladder *ladder)
{
    json_t *out = json_object(), *steps = json_array();
    for (unsigned i = 0; i < ladder->count; i++)
        json_array_append_new(steps, step_json(ladder, &ladder->step[i]));
    json_object_set_new(out, "service", json_string(c->settings->service[about.service].name));
    json_object_set_new(out, "family", json_integer(family_number(about.family)));
    json_object_set_new(out, "change", json_integer((json_int_t)ladder->change));
    json_object_set_new(out, "from", json_string(level_name(ladder->from)));
    json_object_set_new(out, "to", json_string(level_name(ladder->to)));
    json_object_set_new(out, "end", json_string(ladder_end_name(ladder->end)));
    if (ladder->end != LADDER_OPEN)
        json_object_set_new(out, "after_ms",
                            json_real(mono_diff_s(ladder->ended, ladder->decided) * 1000));
    json_object_set_new(out, "proven", json_integer(count_steps(ladder, STEP_PROVEN)));
    json_object_set_new(out, "unproven", json_integer(count_steps(ladder, STEP_UNPROVEN)));
    json_object_set_new(out, "steps", steps);
    return out;
}

json_t *proof_of_change(void *arg, uint64_t change)
{
    const struct controller *c = arg;
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (change > 0 && c->proof[s][f].ladder.change == change)
                return ladder_json(c, (struct subject){ s, (enum family)f },
                                   &c->proof[s][f].ladder);
    return NULL;
}

/* ---- recording ---- */

static void record(struct controller *c, struct subject about)
{
    const struct ladder *ladder = &proof_of(c, about)->ladder;
    events_proof(c, ladder_json(c, about, ladder));
    log_event(LOG_INFO, "proof",
              "change=%" PRIu64 " service=%s family=%d to=%s end=%s proven=%u unproven=%u",
              ladder->change, c->settings->service[about.service].name, family_number(about.family),
              level_name(ladder->to), ladder_end_name(ladder->end),
              count_steps(ladder, STEP_PROVEN), count_steps(ladder, STEP_UNPROVEN));
}

static void close_ladder(struct controller *c, struct subject about, struct mono now)
{
    if (ladder_close(&proof_of(c, about)->ladder, c->settings->proof.limit_ms, now))
        record(c, about);
}

/* ---- what the rooms see ---- */

void proof_init(struct proof *proof)
{
    *proof = (struct proof){ .busy = { -1 }, .before = { -1 }, .then = { -1 } };
}

/* What came in while it was announced, and not yet about to leave: `leaving` moves queries too. */
static void note_busy(struct proof *proof, enum level level, struct query_rate rate)
{
    if (rate.per_s >= 0 && level > LEVEL_LEAVING)
        proof->busy = rate;
}

void proof_begin(struct controller *c, struct subject about, enum level from)
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    struct proof *proof = proof_of(c, about);
    if (c->settings->dry_run)
        return; /* nothing is done that could be proven */
    if (ladder_overtake(&proof->ladder, a->level_since))
        record(c, about);
    ladder_begin(&proof->ladder, a->change, from, a->decision.level, a->level_since);
    if (a->decision.reason == REASON_ADOPTED)
        ladder_found_so(&proof->ladder);
    if (c->settings->glasses.count == 0)
        ladder_no_glass(&proof->ladder);
    for (size_t i = 0; i < c->settings->glasses.count; i++)
        ladder_expect_glass(&proof->ladder, settings_glass(c->settings, i)->name);
    glasses_chase(c->glasses, about.service, about.family, from, a->decision.level, a->level_since);
    proof->then = sense_query_rate_of(c->sense, about.service, about.family);
    note_busy(proof, from, proof->then);
    proof->before = proof->busy;
    proof->alarmed = false;
}

/* A command that was sent for another decision proves nothing of this one. */
void proof_acted(struct controller *c, const struct reconcile_act *act)
{
    const struct subject about = { act->service, act->family };
    struct ladder *ladder = &proof_of(c, about)->ladder;
    if (!act->done || act->wanted != ladder->to)
        return;
    ladder_replied(ladder, mono_now());
    exports_chase(c->exports, about.service, about.family, ladder->to);
}

/* Without a connection only a dead BIRD is known to be as wanted. */
void proof_confirmed(struct controller *c, struct subject about)
{
    struct ladder *ladder = &proof_of(c, about)->ladder;
    const struct mono now = mono_now();
    ladder_read_back(ladder, now);
    if (!reconcile_is_connected(c->reconcile))
        ladder_bird_died(ladder);
    else if (ladder_awaits(ladder, STEP_EXPORT))
        exports_chase(c->exports, about.service, about.family, ladder->to);
    close_ladder(c, about, now);
}

void proof_seen(void *arg, const struct exports_seen *seen)
{
    struct controller *c = arg;
    const struct subject about = { seen->service, seen->family };
    struct ladder *ladder = &proof_of(c, about)->ladder;
    if (ladder->change == 0 || seen->level != ladder->to)
        return;
    ladder_export(ladder, seen->session, seen->look, seen->asked, seen->now);
    close_ladder(c, about, seen->now);
}

void proof_listed(void *arg, unsigned service, enum family family, bool any, struct mono asked)
{
    struct controller *c = arg;
    const struct subject about = { service, family };
    ladder_listed(&proof_of(c, about)->ladder, any, asked);
    close_ladder(c, about, mono_now());
}

static enum ladder_look look_of(const struct glass_seen *seen)
{
    static const enum ladder_look looks[] = {
        [SIGHT_AGREES] = LOOK_AS_DECIDED,
        [SIGHT_DIFFERS] = LOOK_OTHERWISE,
        [SIGHT_UNTOLD] = LOOK_UNREADABLE,
    };
    return seen->answered ? looks[seen->verdict] : LOOK_DOWN;
}

void proof_glass(void *arg, const struct glass_seen *seen)
{
    struct controller *c = arg;
    const struct subject about = { seen->service, seen->family };
    struct ladder *ladder = &proof_of(c, about)->ladder;
    if (ladder->change == 0 || seen->level != ladder->to)
        return;
    ladder_glass(ladder, seen->glass, look_of(seen), seen->asked, seen->now);
    close_ladder(c, about, seen->now);
}

/* ---- queries, and time ---- */

/* Does another service get queries that are counted with these? */
static bool is_shared(const struct controller *c, struct subject about)
{
    for (unsigned s = 0; s < c->settings->service_count; s++)
        if (s != about.service && c->settings->service[s].family[about.family].enabled &&
            c->announcement[s][about.family].decision.level != LEVEL_WITHDRAWN)
            return true;
    return false;
}

/* What was counted otherwise cannot be compared. */
static double as_in(struct query_rate now, struct query_rate earlier)
{
    return earlier.own == now.own ? earlier.per_s : -1;
}

static void look_at_queries(struct controller *c, struct subject about, struct mono now)
{
    struct proof *proof = proof_of(c, about);
    const struct query_rate rate = sense_query_rate_of(c->sense, about.service, about.family);
    const struct ladder_rates rates = {
        .before = as_in(rate, proof->before),
        .then = as_in(rate, proof->then),
        .now = rate.per_s,
        .quiet_share = (double)c->settings->drain.quiet_percent / 100,
        .whole_node = !rate.own,
        .shared = !rate.own && is_shared(c, about),
    };
    if (ladder_awaits(&proof->ladder, STEP_QUERIES))
        ladder_queries(&proof->ladder, &rates, now);
    note_busy(proof, proof->ladder.to, rate);
}

static void tell_overdue(struct controller *c, struct subject about, struct mono now)
{
    struct proof *proof = proof_of(c, about);
    const struct ladder_step *step = ladder_overdue(&proof->ladder, local_ms(c), now);
    if (step && !proof->alarmed)
        events_unproven(c, about, step);
    proof->alarmed = step != NULL;
}

void proof_tick(struct controller *c, struct subject about, struct mono now)
{
    look_at_queries(c, about, now);
    close_ladder(c, about, now);
    tell_overdue(c, about, now);
}

/* ---- alarms ---- */

/* What is missing, and where to look. `out` has room for VIEW_TEXT_MAX. */
static void describe(const struct ladder *ladder, const struct ladder_step *step,
                     char out[VIEW_TEXT_MAX])
{
    const bool gone = ladder->to == LEVEL_WITHDRAWN;
    switch (step->kind) {
    case STEP_REPLIED:
        snprintf(out, VIEW_TEXT_MAX, "BIRD has not taken the command: see birdc show status");
        break;
    case STEP_READ_BACK:
        snprintf(out, VIEW_TEXT_MAX,
                 "BIRD is not seen to be so: see birdc show protocols \"svc_*\"");
        break;
    case STEP_EXPORT:
        snprintf(out, VIEW_TEXT_MAX, "BIRD %s %s%s%s: see birdc show route exported %s",
                 step->why == WHY_UNREADABLE ? "does not say whether it exports to"
                 : gone                      ? "still exports to"
                                             : "does not export to",
                 step->name[0] ? step->name : "its sessions", gone ? "" : " at ",
                 gone ? "" : level_name(ladder->to), step->name[0] ? step->name : "SESSION");
        break;
    default:
        snprintf(out, VIEW_TEXT_MAX,
                 "queries still come in: who routes them here? see tcpdump -ni any port 53");
    }
}

void proof_view(const struct controller *c, struct node_view *view)
{
    const struct mono now = mono_now();
    for (unsigned s = 0; s < view->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct ladder *ladder = &c->proof[s][f].ladder;
            const struct ladder_step *step = ladder_overdue(ladder, local_ms(c), now);
            char text[VIEW_TEXT_MAX];
            if (!step || step->kind == STEP_GLASS) /* looking glasses have their own alarms */
                continue;
            describe(ladder, step, text);
            view_add_alarm(view, "%s IPv%d: %s is not proven: %s; see anycastctl history %" PRIu64,
                           view->service[s].name, family_number((enum family)f),
                           level_name(ladder->to), text, ladder->change);
        }
}
