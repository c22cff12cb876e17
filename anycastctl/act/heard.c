/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heard.c - one reply of BIRD's, and then those of all sessions, into a judgement. */
#include "anycastctl/act/heard.h"

#include "bird/names.h"
#include "bird/route.h"

#include <stdio.h>
#include <string.h>

enum { CODE_NO_NETWORK = 8001, CODE_PARSE_ERROR = 9001 };

static bool is_ours(const struct bird_route *route, const char *service, enum family family,
                    enum level *level)
{
    struct bird_name name;
    if (bird_name_parse(route->proto, &name) < 0 || strcmp(name.service, service) != 0 ||
        name.family != family_number(family))
        return false;
    *level = name.level;
    return true;
}

/* A session may be sent several (add paths): ours counts first. */
static struct heard read_routes(const struct bird_reply *reply, const char *service,
                                enum family family)
{
    struct heard heard = { .how = HEARD_NOTHING };
    struct bird_routes routes = { .reply = reply };
    struct bird_route route;
    while (bird_routes_next(&routes, &route)) {
        if (is_ours(&route, service, family, &heard.level)) {
            heard.how = HEARD_OURS;
            return heard;
        }
        heard.how = HEARD_OTHER;
        snprintf(heard.proto, sizeof heard.proto, "%s", route.proto);
    }
    if (heard.how == HEARD_NOTHING && reply->incomplete)
        heard.how = HEARD_UNCLEAR;
    return heard;
}

/* BIRD has one code for a session that it does not know (any more), "syntax error, …", and for one
 * without a table for such a prefix: "No valid tables", or longer in BIRD 3. */
struct heard heard_read(const struct bird_reply *reply, const char *service, enum family family)
{
    const struct bird_line *headline = bird_reply_headline(reply);
    if (bird_reply_result(reply) != BIRD_FAILED)
        return read_routes(reply, service, family);
    if (headline->code == CODE_NO_NETWORK)
        return (struct heard){ .how = HEARD_NOTHING };
    if (headline->code == CODE_PARSE_ERROR && strncmp(headline->text, "syntax error", 12) != 0)
        return (struct heard){ .how = HEARD_NO_CHANNEL };
    return (struct heard){ .how = HEARD_UNCLEAR };
}

bool heard_fits(const struct heard *heard, enum level level)
{
    if (level == LEVEL_WITHDRAWN)
        return heard->how == HEARD_NOTHING;
    return heard->how == HEARD_OURS && heard->level == level;
}

bool heard_is_learned(const struct heard *heard, const struct session_view *sessions,
                      unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (heard->how == HEARD_OTHER && strcmp(sessions[i].name, heard->proto) == 0)
            return true;
    return false;
}

void hearing_add(struct hearing *hearing, unsigned index, const char *session,
                 const struct heard *heard)
{
    const uint64_t bit = (uint64_t)1 << index;
    const bool something = heard->how == HEARD_OURS || heard->how == HEARD_OTHER;
    hearing->established++;
    hearing->unclear = hearing->unclear || heard->how == HEARD_UNCLEAR;
    if (heard->how == HEARD_UNCLEAR || heard->how == HEARD_NO_CHANNEL)
        return;
    hearing->asked |= bit;
    if (something && (hearing->level == LEVEL_WITHDRAWN || heard_fits(heard, hearing->level)))
        hearing->heard |= bit;
    if (something && !heard_fits(heard, hearing->level)) {
        hearing->other = *heard;
        snprintf(hearing->other_session, sizeof hearing->other_session, "%s", session);
    }
}

struct hearing hearing_of_all(const struct hearing *hearings, unsigned count)
{
    struct hearing all = hearings[0];
    for (unsigned i = 1; i < count; i++) {
        all.asked |= hearings[i].asked;
        all.unclear = all.unclear || hearings[i].unclear;
        if (all.level == LEVEL_WITHDRAWN)
            all.heard |= hearings[i].heard;
        else
            all.heard &= hearings[i].heard;
    }
    return all;
}

/* One that hears us is enough, whatever the others say. */
bool hearing_is_clear(const struct hearing *hearing)
{
    return !hearing->unclear || hearing->heard;
}

static int describe_withdrawn(const struct hearing *hearing, const char *prefix, struct err *err)
{
    if (hearing->other.how == HEARD_OTHER)
        return err_set(
            err,
            "withdrawn, but BIRD still exports %s to %s, from its protocol %s, which we do "
            "not command: see birdc show route %s all",
            prefix, hearing->other_session, hearing->other.proto, prefix);
    return err_set(err, "withdrawn, but BIRD still exports it to %s: see birdc show route %s all",
                   hearing->other_session, prefix);
}

static int describe_unheard(const struct hearing *hearing, const char *prefix, struct err *err)
{
    const char *level = level_name(hearing->level);
    if (!hearing->asked)
        return err_set(
            err,
            "BIRD has it at %s, but no established session carries this address family: see "
            "birdc show protocols all",
            level);
    if (hearing->other.how == HEARD_OTHER)
        return err_set(
            err,
            "BIRD has it at %s, but exports to %s a route of its protocol %s instead, which "
            "we do not command: see birdc show route %s all",
            level, hearing->other_session, hearing->other.proto, prefix);
    if (hearing->other.how == HEARD_OURS)
        return err_set(err,
                       "BIRD has it at %s, but exports it to %s at %s: see birdc show route %s all",
                       level, hearing->other_session, level_name(hearing->other.level), prefix);
    return err_set(err,
                   "BIRD has it at %s, but exports it to no session: see birdc show route %s all",
                   level, prefix);
}

int hearing_check(const struct hearing *hearing, const struct prefix *prefix, struct err *err)
{
    char text[ADDR_TEXT_MAX];
    const bool withdrawn = hearing->level == LEVEL_WITHDRAWN;
    if (hearing->established == 0 || withdrawn == !hearing->heard)
        return 0;
    prefix_text(prefix, text);
    return withdrawn ? describe_withdrawn(hearing, text, err)
                     : describe_unheard(hearing, text, err);
}
