/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act.c - the names of acts and roles. */
#include "anycastctl/breaker/act.h"

#include <string.h>

static const struct {
    const char *name, *text;
} acts[] = {
#define ACT_ROW(id, name, text) [id] = { name, text },
    ACTS(ACT_ROW)
#undef ACT_ROW
};

const char *act_name(enum act act)
{
    return acts[act].name;
}

const char *act_text(enum act act)
{
    return acts[act].text;
}

int act_parse(const char *name, enum act *out)
{
    for (int i = 0; i < ACT_COUNT; i++) {
        if (strcmp(acts[i].name, name) == 0) {
            *out = (enum act)i;
            return 0;
        }
    }
    return -1;
}

int act_kills(enum act act)
{
    switch (act) {
    case ACT_DNSD_KILL:
        return ROLE_DNSD;
    case ACT_ANYCASTD_KILL:
        return ROLE_ANYCASTD;
    case ACT_BIRD_KILL:
        return ROLE_BIRD;
    default:
        return -1;
    }
}

const char *role_name(enum role role)
{
    static const char *const names[] = {
        [ROLE_DNSD] = "dnsd", [ROLE_ANYCASTD] = "anycastd", [ROLE_BIRD] = "bird"
    };
    return names[role];
}
