/* SPDX-License-Identifier: GPL-3.0-or-later */
/* question.h - all that can be asked about exports, one after the other: for each service, family
 * and prefix, each session. Pure. */
#ifndef PROXIMA_ACT_QUESTION_H
#define PROXIMA_ACT_QUESTION_H

#include "anycastctl/model/settings.h"

#include <stdbool.h>
#include <stddef.h>

struct question {
    unsigned service, prefix, session;
    enum family family;
};

struct question question_at(unsigned at);

/* So many for this number of services. */
unsigned question_end(unsigned services);

/* BIRD's command for it, to the session of this name. -1: that is no name of BIRD's. */
int question_command(const struct settings *settings, struct question question, const char *session,
                     char *out, size_t cap, struct err *err);

#endif
