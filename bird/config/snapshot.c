/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snapshot.c - `show protocols`, and what each session was sent by BIRD's own record. */
#include "bird/config/snapshot.h"

#include "bird/names.h"
#include "bird/route.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 256 };

void snapshot_free(struct snapshot *snapshot)
{
    free(snapshot->protos);
    *snapshot = (struct snapshot){ 0 };
}

/* ---- asking ---- */

static int ask_protocols(struct bird_ask *ask, struct snapshot *out, struct err *err)
{
    const struct bird_reply *reply = bird_ask_yes(ask, BIRD_COMMAND_PROTOCOLS, err);
    size_t row = 0;
    if (!reply)
        return -1;
    out->protos = mem_calloc(reply->count, sizeof *out->protos);
    while (out->count < reply->count && bird_show_protocol(reply, &row, &out->protos[out->count]))
        out->count++;
    return 0;
}

static const struct bird_proto *find(const struct snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->count; i++)
        if (strcmp(snapshot->protos[i].name, name) == 0)
            return &snapshot->protos[i];
    return NULL;
}

static bool is_established(const struct bird_proto *proto)
{
    return proto && strncmp(proto->info, "Established", strlen("Established")) == 0;
}

/* That nothing is found is an answer, too: 8001. */
static int ask_sent(struct bird_ask *ask, const char *session, const struct prefix *prefix,
                    bool *sent, struct err *err)
{
    char command[COMMAND_MAX], text[ADDR_TEXT_MAX];
    struct bird_route route;
    if (!bird_command_exported(session, prefix_text(prefix, text), command, sizeof command))
        return err_set(err, "%s is no name that BIRD could be asked about", session);
    struct bird_routes routes = { .reply = bird_ask(ask, command, err) };
    if (!routes.reply)
        return err_wrap(err, "%s", command);
    *sent = bird_routes_next(&routes, &route);
    return 0;
}

static int ask_session(struct bird_ask *ask, const struct plan *plan, unsigned session,
                       struct snapshot *out, struct err *err)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct plan_prefixes *prefixes = &plan->announced[f];
        for (unsigned p = 0; plan->session[session].carries[f] && p < prefixes->count; p++)
            if (ask_sent(ask, plan->session[session].name, &prefixes->prefix[p],
                         &out->sent[session][f][p], err))
                return -1;
    }
    return 0;
}

static int ask_all_sent(struct bird_ask *ask, const struct plan *plan, struct snapshot *out,
                        struct err *err)
{
    for (unsigned s = 0; s < plan->session_count; s++)
        if (is_established(find(out, plan->session[s].name)) && ask_session(ask, plan, s, out, err))
            return -1;
    return 0;
}

int snapshot_take(struct bird_ask *ask, const struct plan *plan, struct snapshot *out,
                  struct err *err)
{
    *out = (struct snapshot){ 0 };
    if (ask_protocols(ask, out, err) == 0 && ask_all_sent(ask, plan, out, err) == 0)
        return 0;
    snapshot_free(out);
    return -1;
}

/* ---- judging ---- */

static bool is_planned(const struct plan *plan, const char *name)
{
    for (unsigned i = 0; i < plan->session_count; i++)
        if (strcmp(plan->session[i].name, name) == 0)
            return true;
    for (unsigned i = 0; i < plan->fleet_count; i++)
        if (strcmp(plan->fleet[i].name, name) == 0)
            return true;
    return false;
}

static char *foreign_session(const struct plan *plan, const struct snapshot *after)
{
    for (size_t i = 0; i < after->count; i++)
        if (strcmp(after->protos[i].type, "BGP") == 0 && !is_planned(plan, after->protos[i].name))
            return mem_printf("BIRD has a BGP session %s, which is not in bgp.conf: sessions stand "
                              "there, not in the file that `include` names",
                              after->protos[i].name);
    return NULL;
}

static bool is_up(const struct bird_proto *proto)
{
    return proto && proto->state == BIRD_PROTO_UP;
}

/* A service that is in one of the two only has been added, or taken out, on purpose. */
static char *other_level(const struct snapshot *before, const struct snapshot *after)
{
    struct bird_name name;
    for (size_t i = 0; i < after->count; i++) {
        const struct bird_proto *now = &after->protos[i], *then = find(before, now->name);
        if (bird_name_parse(now->name, &name) || is_up(then) == is_up(now))
            continue;
        return mem_printf("%s is %s, and was %s before", now->name,
                          bird_proto_state_name(now->state),
                          then ? bird_proto_state_name(then->state) : "not there");
    }
    return NULL;
}

static char *lost_session(const struct plan *plan, const struct snapshot *before,
                          const struct snapshot *after)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct bird_proto *then = &before->protos[i], *now = find(after, then->name);
        if (!is_planned(plan, then->name) || !is_established(then) || is_established(now))
            continue;
        return mem_printf("session %s was established before, and is not again: %s", then->name,
                          !now         ? "not there"
                          : *now->info ? now->info
                                       : "down");
    }
    return NULL;
}

static char *missing_session(const struct plan *plan, const struct snapshot *after)
{
    for (unsigned i = 0; i < plan->session_count; i++)
        if (!find(after, plan->session[i].name))
            return mem_printf("BIRD has no session %s: has it read another file?",
                              plan->session[i].name);
    return NULL;
}

static char *other_prefix(const struct plan *plan, unsigned session, enum family family,
                          const struct snapshot *before, const struct snapshot *after)
{
    char text[ADDR_TEXT_MAX];
    const bool *then = before->sent[session][family], *now = after->sent[session][family];
    for (unsigned p = 0; p < plan->announced[family].count; p++)
        if (then[p] != now[p])
            return mem_printf("%s is %s to %s",
                              prefix_text(&plan->announced[family].prefix[p], text),
                              now[p] ? "announced, and was not before," : "no longer announced",
                              plan->session[session].name);
    return NULL;
}

static char *other_announcement(const struct plan *plan, const struct snapshot *before,
                                const struct snapshot *after)
{
    char *problem = NULL;
    for (unsigned s = 0; !problem && s < plan->session_count; s++)
        for (int f = 0; !problem && f < FAMILY_COUNT; f++)
            if (is_established(find(before, plan->session[s].name)))
                problem = other_prefix(plan, s, (enum family)f, before, after);
    return problem;
}

static bool is_carrier(const struct bird_proto *proto)
{
    return is_established(proto) && strcmp(proto->type, "BGP") == 0 &&
           strncmp(proto->name, "fleet", strlen("fleet")) != 0;
}

static bool any_carrier(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++)
        if (is_carrier(&snapshot->protos[i]))
            return true;
    return false;
}

/* Sessions may have got other names, as when the file before was somebody else's. */
static char *silence(const struct snapshot *before, const struct snapshot *after)
{
    if (!any_carrier(before) || any_carrier(after))
        return NULL;
    return mem_printf("no session with a provider is established, and before there was one");
}

char *snapshot_fault(const struct plan *plan, const struct snapshot *after)
{
    char *fault = foreign_session(plan, after);
    return fault ? fault : missing_session(plan, after);
}

char *snapshot_problem(const struct plan *plan, const struct snapshot *before,
                       const struct snapshot *after)
{
    char *problem = lost_session(plan, before, after); /* mostly the reason for the others */
    if (!problem)
        problem = silence(before, after);
    if (!problem)
        problem = other_level(before, after);
    return problem ? problem : other_announcement(plan, before, after);
}

unsigned snapshot_established(const struct plan *plan, const struct snapshot *snapshot)
{
    unsigned count = 0;
    for (unsigned i = 0; i < plan->session_count; i++)
        count += is_established(find(snapshot, plan->session[i].name));
    return count;
}
