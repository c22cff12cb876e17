/* SPDX-License-Identifier: GPL-3.0-or-later */
/* level.c - the names of the announcement levels. */
#include "common/level.h"

#include <string.h>

static const struct {
    const char *name;
    int community;
} levels[LEVEL_COUNT] = {
#define LEVEL_ROW(id, name, community) [id] = { name, community },
    LEVELS(LEVEL_ROW)
#undef LEVEL_ROW
};

const char *level_name(enum level level)
{
    return levels[level].name;
}

int level_parse(const char *name, enum level *out)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *out = (enum level)i;
            return 0;
        }
    }
    return -1;
}

int level_community(enum level level)
{
    return levels[level].community;
}
