/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_floor.c - the other sites, as the policy, an operator's order and a person reading the
 * status each need to hear of them. Decides nothing. */
#include "anycastctl/controller_state.h"

#include <stdio.h>

static enum policy_floor floor_of(const struct controller *c, const struct fleet_facts *facts)
{
    const int64_t min_sites = c->settings->policy.min_sites;
    if (min_sites == 0)
        return FLOOR_NONE;
    if (!facts->live)
        return FLOOR_BLIND;
    return (int64_t)facts->others >= min_sites ? FLOOR_HOLDS : FLOOR_BROKEN;
}

void floor_tell(const struct controller *c, struct subject about, struct mono now,
                struct policy_input *input)
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    const struct fleet_facts facts = fleet_facts(c->fleet, about.service, about.family, now);
    input->floor = floor_of(c, &facts);
    /* Right after a start the first reading is a matter of milliseconds: nobody who was leaving
     * comes back for them. The look that a withdrawal needs is not had without it. */
    if (input->floor == FLOOR_BLIND && facts.awaited)
        input->floor = FLOOR_HOLDS;
    input->alone = facts.live && facts.alone;
    input->behind = facts.first != 0;
    input->looked = facts.live && a->decision.look && !mono_before(facts.as_of, a->look_since);
}

static int check_family(const struct controller *c, struct subject about, struct mono now,
                        struct err *err)
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    const struct fleet_facts facts = fleet_facts(c->fleet, about.service, about.family, now);
    const enum policy_floor floor = floor_of(c, &facts);
    const char *name = c->settings->service[about.service].name;
    const int number = family_number(about.family);
    const long long min_sites = (long long)c->settings->policy.min_sites;
    char text[VIEW_TEXT_MAX];
    const bool gone = a->begun && a->decision.level == LEVEL_WITHDRAWN;

    if (floor <= FLOOR_HOLDS || gone)
        return 0;
    if (floor == FLOOR_BLIND)
        return err_set(err,
                       "%s IPv%d: whether another site announces is not known: %s; with --force it "
                       "is done all the same",
                       name, number, fleet_problem(c->fleet, now, text));
    return err_set(err,
                   "%s IPv%d: at least %lld other site%s must announce it at normal, and there %s "
                   "%s; with --force it is done all the same",
                   name, number, min_sites, min_sites == 1 ? "" : "s",
                   facts.others == 1 ? "is" : "are",
                   fleet_names(c->fleet, about.service, about.family, text));
}

int floor_check_order(const struct controller *c, unsigned service, struct mono now,
                      struct err *err)
{
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (c->settings->service[service].family[f].enabled &&
            check_family(c, (struct subject){ service, (enum family)f }, now, err) < 0)
            return -1;
    return 0;
}

char *floor_outlook(const struct controller *c, struct subject about, struct mono now,
                    char out[OUTLOOK_MAX])
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    const struct fleet_facts facts = fleet_facts(c->fleet, about.service, about.family, now);
    const struct order *order = &c->orders.of[about.service];
    const int64_t unix_ms = controller_now().unix_ms;
    char blind[VIEW_TEXT_MAX];
    const struct outlook_scene scene = {
        .state = &a->policy,
        .rules = &c->rules,
        .input = &a->input,
        .decision = &a->decision,
        .since_ms = mono_diff_ms(now, a->stepped),
        .others = facts.others,
        .min_sites = (unsigned)c->settings->policy.min_sites,
        .first = facts.first,
        .blind = fleet_problem(c->fleet, now, blind),
        .order_left_ms = order->until_unix_ms > 0 ? order->until_unix_ms - unix_ms : -1,
    };
    return outlook_text(&scene, out);
}
