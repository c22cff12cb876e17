/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports_view.c - the findings for a person. */
#include "anycastctl/act/exports_state.h"

#include <stdio.h>
#include <string.h>

/* Our bits, as bits of the view's sessions; one that is gone there is left out. */
static uint64_t bits_of_view(const struct exports *e, uint64_t bits, const struct bird_view *bird)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < VIEW_SESSIONS_MAX; i++)
        for (unsigned j = 0; bits >> i & 1 && j < bird->session_count; j++)
            if (strcmp(e->session[i].name, bird->session[j].name) == 0)
                out |= (uint64_t)1 << j;
    return out;
}

/* Only what was found at the level that BIRD has now is worth telling. */
static void view_family(const struct exports *e, const struct finding *finding,
                        const struct bird_view *bird, struct family_view *out)
{
    out->exports = (struct exports_view){ .known = finding->known && out->actual_known &&
                                                   finding->hearing.level == out->actual };
    if (!out->exports.known)
        return;
    out->exports.asked = bits_of_view(e, finding->hearing.asked, bird);
    out->exports.heard = bits_of_view(e, finding->hearing.heard, bird);
    snprintf(out->exports.problem, sizeof out->exports.problem, "%s", finding->problem);
}

void exports_view(const struct exports *e, struct node_view *view)
{
    for (unsigned s = 0; s < view->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct family_view *family = &view->service[s].family[f];
            if (!family->enabled)
                continue;
            view_family(e, &e->finding[s][f], &view->bird, family);
            if (family->exports.problem[0])
                view_add_alarm(view, "%s IPv%d: %s", view->service[s].name,
                               family_number((enum family)f), family->exports.problem);
        }
    details_view(e->details, view);
}

bool exports_limit_hit(const struct exports *e, enum family family, char out[VIEW_TEXT_MAX])
{
    return details_limit_hit(e->details, family, out);
}
