/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prober_round.c - what is made of the probes of a round: one by one, and of all together. */
#include "anycastctl/sense/prober_state.h"

#include <stdio.h>
#include <string.h>

/* --- one shot --------------------------------------------------------------------------------- */

bool shot_is_open(const struct shot *shot)
{
    return shot->probe.outcome == PROBE_FLYING || shot->doubtful;
}

/* A truncated answer may lack what it would say of a zone. */
static void note_zone(struct shot *shot)
{
    const struct check_answer *answer = &shot->probe.answer;

    if (answer->has_serial && !answer->truncated)
        shot->prober->facts.zone[shot->zone] = (struct zone_facts){
            .known = true, .expire_s = answer->expire_s, .signatures = answer->signatures
        };
}

static void grade_answer(struct shot *shot)
{
    const struct check_answer *answer = &shot->probe.answer;
    const struct check_said now = check_said(prober_report(shot->prober), &shot->probe.query.zone);
    struct prober_facts *facts = &shot->prober->facts;
    char why[WHY_MAX];

    facts->answers++;
    if (mono_before(facts->answered, shot->probe.sent))
        facts->answered = shot->probe.sent;
    if (!check_is_ours(answer, shot->prober->settings->node, shot->why, sizeof shot->why)) {
        shot->state = PATH_WRONG;
        return;
    }
    note_zone(shot);
    shot->state = PATH_RIGHT;
    shot->doubtful = !check_agrees(answer, &shot->before, why, sizeof why) &&
                     !check_agrees(answer, &now, shot->why, sizeof shot->why);
}

void shot_settle(struct shot *shot, const struct check_said *said)
{
    const bool right = check_agrees(&shot->probe.answer, said, shot->why, sizeof shot->why);
    shot->state = right ? PATH_RIGHT : PATH_WRONG;
    shot->doubtful = false;
}

static void grade_silence(struct shot *shot)
{
    const int error = shot->probe.error;

    shot->state = PATH_SILENT;
    if (error)
        snprintf(shot->why, sizeof shot->why, "no answer: %s", strerror(error));
    else
        snprintf(shot->why, sizeof shot->why, "no answer within %lld ms",
                 (long long)shot->prober->settings->probe.timeout_ms);
}

static void grade_failure(struct shot *shot, enum path_state state)
{
    shot->state = state;
    snprintf(shot->why, sizeof shot->why, "%s", strerror(shot->probe.error));
}

void shot_grade(struct shot *shot)
{
    shot->landed = mono_now();
    switch (shot->probe.outcome) {
    case PROBE_ANSWERED:
        grade_answer(shot);
        break;
    case PROBE_SILENT:
        grade_silence(shot);
        break;
    case PROBE_REFUSED:
        grade_failure(shot, PATH_REFUSED);
        break;
    case PROBE_NO_ADDRESS:
        grade_failure(shot, PATH_NO_ADDRESS);
        break;
    case PROBE_UNSENT:
    case PROBE_FLYING:
        break;
    }
}

/* --- what a round amounts to ------------------------------------------------------------------ */

/* Of several probes to one address the one that tells most: an answer outweighs silence. */
static int weight(const struct shot *shot)
{
    static const int weights[] = {
        [PATH_UNTRIED] = 0,    [PATH_SILENT] = 1, [PATH_REFUSED] = 2,
        [PATH_NO_ADDRESS] = 3, [PATH_RIGHT] = 4,  [PATH_WRONG] = 5,
    };
    return weights[shot->state];
}

static const struct shot *telling_shot(const struct prober *prober, unsigned address,
                                       enum probe_transport transport)
{
    const struct shot *best = NULL;

    for (unsigned i = 0; i < prober->shot_count; i++) {
        const struct shot *shot = &prober->shots[i];
        if (shot->address == address && shot->probe.transport == transport &&
            (!best || weight(shot) > weight(best)))
            best = shot;
    }
    return best;
}

static void describe(const struct shot *shot, struct path *path)
{
    char address[ADDR_TEXT_MAX], zone[DNAME_TEXT_MAX];
    const bool answered = shot->probe.outcome == PROBE_ANSWERED;

    path->state = shot->state;
    path->detail[0] = '\0';
    if (shot->state == PATH_RIGHT)
        return;
    snprintf(path->detail, sizeof path->detail, "%s over %s: %s%s%.60s%s",
             addr_text_host(shot->probe.address, address),
             probe_transport_name(shot->probe.transport), shot->why, answered ? " for " : "",
             answered ? dname_to_text(shot->probe.query.zone.wire, zone) : "",
             answered ? " SOA" : "");
}

void round_sum_up(const struct prober *prober, enum probe_transport transport, struct path *path)
{
    const struct shot *worst = NULL;

    for (unsigned a = 0; a < prober->family->address_count; a++) {
        const struct shot *shot = telling_shot(prober, a, transport);
        if (shot && shot->state != PATH_UNTRIED && (!worst || shot->state > worst->state))
            worst = shot;
    }
    if (worst)
        describe(worst, path);
}

bool round_was_in_vain(const struct prober *prober)
{
    bool silent = false;

    if (!prober->is_hurried)
        return false;
    for (unsigned i = prober->hurried_shots; i < prober->shot_count; i++) {
        if (prober->shots[i].probe.outcome == PROBE_ANSWERED)
            return false;
        silent |= prober->shots[i].probe.outcome == PROBE_SILENT;
    }
    return silent;
}
