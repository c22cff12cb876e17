/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intents.h - keeps the intent folder equal to a list. bird/intent.h does one file at a time. */
#ifndef PROXIMA_ACT_INTENTS_H
#define PROXIMA_ACT_INTENTS_H

#include "anycastctl/model/settings.h"
#include "bird/names.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { INTENTS_MAX = SERVICES_MAX * FAMILY_COUNT * LEVEL_COUNT };

struct intents {
    size_t count;
    struct intent_rule {
        struct bird_name name;
        bool required; /* else its file may be there, but is not made */
    } rule[INTENTS_MAX];
};

/* Makes what is required and missing, clears what no rule names. Returns how many files it had to
 * change, -1 on an error (having done what it could). */
int intents_sync(const char *dir, const struct intents *intents, struct err *err);

#endif
