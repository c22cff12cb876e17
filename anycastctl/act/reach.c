/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reach.c - from what a round has heard to isolation, past a grace time. */
#include "anycastctl/act/reach.h"

/* NULL: it reaches someone, if only by a route that is not what it should be. */
static const char *why_none(const struct hearing *all)
{
    if (all->established == 0)
        return "no session to a provider is established";
    if (!all->asked)
        return "no established session to a provider carries this address family";
    if (all->level != LEVEL_WITHDRAWN && !all->heard && !all->other_session[0])
        return "it is exported to no session";
    return NULL;
}

bool reach_take(struct reach *reach, const struct hearing *all, bool coming_up, struct mono now)
{
    const bool before = reach->isolated;
    reach->why = why_none(all);
    if (!reach->why || coming_up)
        reach->none_since = mono_never();
    else if (mono_is_never(reach->none_since))
        reach->none_since = now;
    reach->isolated = !mono_is_never(reach->none_since) &&
                      mono_diff_ms(now, reach->none_since) >= REACH_GRACE_MS;
    return reach->isolated != before;
}

int64_t reach_grace_left_ms(const struct reach *reach, struct mono now)
{
    if (reach->isolated || mono_is_never(reach->none_since))
        return 0;
    return REACH_GRACE_MS - mono_diff_ms(now, reach->none_since);
}
