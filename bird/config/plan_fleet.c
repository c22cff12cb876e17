/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_fleet.c - who of the members speaks with whom, from which address to which. */
#include "bird/config/plan_fleet.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct member_input *fleet_own_member(const struct bird_input *input)
{
    const struct member_input *members = input->members.items;
    for (size_t i = 0; i < input->members.count; i++)
        if (members[i].node_id == input->node_id)
            return &members[i];
    return NULL;
}

static int member_address(const struct member_input *member, enum family family, struct addr *out,
                          struct err *err)
{
    const char *text = family == FAMILY_4 ? member->address4 : member->address6;
    if (!text)
        return 0;
    if (addr_parse(text, 0, out, err))
        return err_wrap(err, "%s: address%d", member->place, family_number(family));
    if (addr_family(out) != family_number(family) || addr_port(out) != 0)
        return err_set(err, "%s: address%d: %s is no IPv%d address without a port", member->place,
                       family_number(family), text, family_number(family));
    return 1;
}

int fleet_own_address(const struct bird_input *input, enum family family, struct addr *out,
                      struct err *err)
{
    const struct member_input *own = fleet_own_member(input);
    return own ? member_address(own, family, out, err) : 0;
}

/* ---- what the members must be ---- */

int fleet_check_members(const struct bird_input *input, struct err *err)
{
    const struct member_input *members = input->members.items;
    const struct member_input *own = fleet_own_member(input);
    for (size_t i = 0; i < input->members.count; i++)
        for (size_t j = 0; j < i; j++)
            if (members[i].node_id == members[j].node_id ||
                strcmp(members[i].node, members[j].node) == 0)
                return err_set(err, "%s: member %s has the name or the node_id of the one at %s",
                               members[i].place, members[i].node, members[j].place);
    if (input->members.count && !own)
        return err_set(err,
                       "this node (%s, node_id %lld) is none of the members in fleet.conf: add "
                       "it there, or put its node_id right in node.conf",
                       input->node, (long long)input->node_id);
    if (own && strcmp(own->node, input->node) != 0)
        return err_set(err, "%s: node_id %lld is %s there, but node.conf says that it is %s",
                       own->place, (long long)own->node_id, own->node, input->node);
    return 0;
}

static bool is_reflector(const struct bird_input *input, const char *node)
{
    for (size_t i = 0; i < input->fleet.reflectors.count; i++)
        if (strcmp(input->fleet.reflectors.items[i], node) == 0)
            return true;
    return false;
}

static int check_reflectors(const struct bird_input *input, struct err *err)
{
    const struct member_input *members = input->members.items;
    for (size_t i = 0; i < input->fleet.reflectors.count; i++) {
        bool found = false;
        for (size_t j = 0; j < input->members.count; j++)
            found |= strcmp(members[j].node, input->fleet.reflectors.items[i]) == 0;
        if (!found)
            return err_set(err, "fleet.reflectors: \"%s\" is none of the members",
                           input->fleet.reflectors.items[i]);
    }
    return 0;
}

/* ---- sessions ---- */

static int find_addresses(const struct member_input *own, const struct member_input *other,
                          struct plan_fleet_session *session, struct err *err)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        int has = member_address(own, (enum family)f, &session->source, err);
        if (has == 1)
            has = member_address(other, (enum family)f, &session->neighbor, err);
        if (has)
            return has == 1 ? 0 : -1;
    }
    return err_set(err,
                   "%s and %s have no address of the same family: give both an address4, or an "
                   "address6",
                   own->node, other->node);
}

/* "fleet_fra_1": BIRD's names have letters, digits and underscores. */
static void name_session(struct plan_fleet_session *session)
{
    snprintf(session->name, sizeof session->name, "fleet_%s", session->node);
    for (char *at = session->name; *at; at++)
        *at = isalnum((unsigned char)*at) ? *at : '_';
}

static int check_session(const struct plan *plan, const struct plan_fleet_session *session,
                         struct err *err)
{
    for (unsigned i = 0; i < plan->fleet_count; i++)
        if (strcmp(plan->fleet[i].name, session->name) == 0)
            return err_set(err, "%s and %s are both called %s in BIRD: rename one", session->node,
                           plan->fleet[i].node, session->name);
    const struct prefix *prefix = plan->announced[FAMILY_4].prefix;
    const struct prefix *prefix6 = plan->announced[FAMILY_6].prefix;
    if (prefixes_contain(prefix, plan->announced[FAMILY_4].count, &session->neighbor) ||
        prefixes_contain(prefix6, plan->announced[FAMILY_6].count, &session->neighbor))
        return err_set(err,
                       "its address is within a service's prefix, which all sites announce: it "
                       "must be one that only this host has");
    return 0;
}

static int add_session(struct plan *plan, const struct member_input *own,
                       const struct member_input *other, struct err *err)
{
    const struct bird_input *input = plan->input;
    const bool here = is_reflector(input, own->node), there = is_reflector(input, other->node);
    if (input->fleet.reflectors.count && !here && !there)
        return 0;
    if (plan->fleet_count == PLAN_FLEET_MAX)
        return err_set(err, "more than %d sites", PLAN_FLEET_MAX);
    struct plan_fleet_session *session = &plan->fleet[plan->fleet_count];
    *session = (struct plan_fleet_session){ .node = other->node,
                                            .reflects = there && !here,
                                            .client = here && !there };
    name_session(session);
    if (find_addresses(own, other, session, err) || check_session(plan, session, err))
        return -1;
    plan->fleet_count++;
    plan->uses_bfd |= input->fleet.bfd;
    return 0;
}

int plan_fleet(struct plan *plan, struct err *err)
{
    const struct member_input *members = plan->input->members.items;
    if (check_reflectors(plan->input, err))
        return -1;
    const struct member_input *own = fleet_own_member(plan->input);
    for (size_t i = 0; own && i < plan->input->members.count; i++)
        if (&members[i] != own && add_session(plan, own, &members[i], err))
            return err_wrap(err, "%s: member %s", members[i].place, members[i].node);
    return 0;
}
