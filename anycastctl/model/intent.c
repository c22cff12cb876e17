/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intent.c - the names of the intents. */
#include "anycastctl/model/intent.h"

#include <string.h>

static const char *const names[] = {
#define INTENT_NAME(id, name) [id] = name,
    INTENTS(INTENT_NAME)
#undef INTENT_NAME
};

enum { INTENT_COUNT = sizeof names / sizeof *names };

const char *intent_name(enum intent intent)
{
    return names[intent];
}

int intent_parse(const char *name, enum intent *out)
{
    for (int i = 0; i < INTENT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum intent)i;
            return 0;
        }
    }
    return -1;
}
