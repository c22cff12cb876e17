/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_fleet.h - the sessions between the sites: every member with every other one, or all with
 * the reflectors. Part of plan. */
#ifndef PROXIMA_BIRD_CONFIG_PLAN_FLEET_H
#define PROXIMA_BIRD_CONFIG_PLAN_FLEET_H

#include "bird/config/plan.h"

/* This node among the members, by its id; NULL: it is none. */
const struct member_input *fleet_own_member(const struct bird_input *input);

/* 1: this node's unicast address in a family; 0: it has none; -1: it is no such address. */
int fleet_own_address(const struct bird_input *input, enum family family, struct addr *out,
                      struct err *err);

/* Is this node among them, and does each stand there once? */
int fleet_check_members(const struct bird_input *input, struct err *err);

int plan_fleet(struct plan *plan, struct err *err);

#endif
