/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.c - the names of what is looked at. */
#include "anycastctl/model/host.h"

static const char *const checks[] = {
#define HOST_CHECK_NAME(id, name) [id] = name,
    HOST_CHECKS(HOST_CHECK_NAME)
#undef HOST_CHECK_NAME
};

static const char *const states[] = {
#define HOST_STATE_NAME(id, name) [id] = name,
    HOST_STATES(HOST_STATE_NAME)
#undef HOST_STATE_NAME
};

const char *host_check_name(enum host_check check)
{
    return checks[check];
}

const char *host_state_name(enum host_state state)
{
    return states[state];
}
