/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_evidence.c - what the policy hears of one service in one family: the worst of what all
 * rooms know of it. Each of them knows its own part only. */
#include "anycastctl/controller_state.h"

#include <stdio.h>

/* Other sites need not count on one that nobody hears. */
static void note_isolation(const struct controller *c, struct subject about,
                           struct sense_health *all)
{
    struct mono since;
    const char *why;
    if (!exports_isolated(c->exports, about.service, about.family, &since, &why) ||
        !cause_is_worse(CAUSE_ISOLATED, all->cause))
        return;
    all->cause = CAUSE_ISOLATED;
    all->since = since;
    snprintf(all->detail, sizeof all->detail, "%s", why);
}

static void note_limits(const struct controller *c, struct subject about, struct sense_health *all)
{
    char detail[VIEW_TEXT_MAX];
    if (!exports_limit_hit(c->exports, about.family, detail) ||
        !cause_is_worse(CAUSE_LIMIT_HIT, all->cause))
        return;
    all->cause = CAUSE_LIMIT_HIT;
    snprintf(all->detail, sizeof all->detail, "%s", detail);
}

static struct sense_health evidence_of_its_own(const struct controller *c, struct subject about)
{
    struct sense_health own = *sense_health(c->sense, about.service, about.family);
    note_isolation(c, about, &own);
    note_limits(c, about, &own);
    return own;
}

/* Families whose fate is one: what is wrong in the other one counts here, too. */
static void share_fate(const struct controller *c, struct subject about, struct sense_health *all)
{
    const struct service *service = &c->settings->service[about.service];
    const enum family other = about.family == FAMILY_4 ? FAMILY_6 : FAMILY_4;
    if (service->fate != FATE_TOGETHER || !service->family[other].enabled)
        return;
    const struct sense_health there = evidence_of_its_own(c,
                                                          (struct subject){ about.service, other });
    if (!cause_is_worse(there.cause, all->cause))
        return;
    all->cause = there.cause;
    all->since = there.since;
    snprintf(all->detail, sizeof all->detail, "IPv%d shares the fate of IPv%d: %.*s",
             family_number(about.family), family_number(other), SENSE_DETAIL_MAX - 40,
             there.detail);
}

struct sense_health evidence_of(const struct controller *c, struct subject about)
{
    struct sense_health all = evidence_of_its_own(c, about);
    share_fate(c, about, &all);
    return all;
}
