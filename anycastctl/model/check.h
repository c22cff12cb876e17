/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - what is known of an external check. */
#ifndef PROXIMA_MODEL_CHECK_H
#define PROXIMA_MODEL_CHECK_H

#include "anycastctl/model/settings.h"
#include "common/mono.h"

#define CHECK_STATES(X)                                                                            \
    X(CHECK_AWAITED, "awaited") /* it has not ended for the first time */                          \
    X(CHECK_PASSES, "passes")                                                                      \
    X(CHECK_FAILS, "fails")                                                                        \
    X(CHECK_NOT_RUN, "not_run") /* it could not be run: nothing is known of what it looks at */

enum check_state {
#define CHECK_STATE_ENUM(id, name) id,
    CHECK_STATES(CHECK_STATE_ENUM)
#undef CHECK_STATE_ENUM
};

enum { CHECK_DETAIL_MAX = 160 };

struct check_facts {
    const struct command_settings *settings;
    enum check_state state;
    char detail[CHECK_DETAIL_MAX]; /* of the last run: "exit status 2: no space left" */
    struct mono since;             /* when this state began */
    struct mono ran;               /* when the last run ended; never: none has */
};

const char *check_state_name(enum check_state state);

#endif
