/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - the names of the states. */
#include "anycastctl/model/check.h"

static const char *const names[] = {
#define CHECK_STATE_NAME(id, name) [id] = name,
    CHECK_STATES(CHECK_STATE_NAME)
#undef CHECK_STATE_NAME
};

const char *check_state_name(enum check_state state)
{
    return names[state];
}
