/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heard.h - what the neighbours were really sent for one service in one family, by BIRD's own
 * record. A static protocol that is up is not yet an announcement: a better route of another
 * protocol, an export filter or an export limit may keep its route from going out. Pure.
 *
 * A route counts as ours by the protocol that it came from, which also says its level: that needs
 * no community, so it holds in any bird.conf. */
#ifndef PROXIMA_ACT_HEARD_H
#define PROXIMA_ACT_HEARD_H

#include "anycastctl/model/view.h"
#include "bird/reply.h"
#include "bird/show.h"
#include "common/err.h"

enum heard_how {
    HEARD_UNCLEAR,    /* the session has just gone, or the reply is not understood */
    HEARD_NO_CHANNEL, /* the session does not carry this address family */
    HEARD_NOTHING,
    HEARD_OURS,  /* at `level` */
    HEARD_OTHER, /* a route for our prefix, but of the protocol `proto`, which we don't command */
};

struct heard {
    enum heard_how how;
    enum level level;
    char proto[BIRD_SYMBOL_MAX];
};

/* From the reply to bird_command_exported() about the prefix of this service in this family. */
struct heard heard_read(const struct bird_reply *reply, const char *service, enum family family);

/* Whether this is what a session is sent of a service that BIRD has at `level`. */
bool heard_fits(const struct heard *heard, enum level level);

/* A route that BIRD has learned from one of its neighbours is another site's, and leads there. */
bool heard_is_learned(const struct heard *heard, const struct session_view *sessions,
                      unsigned count);

/* The answers of all sessions about one prefix of a service. Begins as { .level = … }. */
struct hearing {
    enum level level;       /* what BIRD announces */
    unsigned established;   /* sessions that were asked about, whatever they carry */
    uint64_t asked, heard;  /* bit i: session i carries this family; is sent the service at `level`,
                               or, if that is withdrawn, is sent the prefix all the same */
    bool unclear;           /* some answer could not be read */
    struct heard other;     /* an answer that does not fit `level` */
    char other_session[64]; /* whose; "" if there was none */
};

/* Of all `count` prefixes of one service in one family (one or more, with the same `level`): heard
 * is what is heard whole, or, if it is withdrawn, what is heard of it at all. */
struct hearing hearing_of_all(const struct hearing *hearings, unsigned count);

void hearing_add(struct hearing *hearing, unsigned index, const char *session,
                 const struct heard *heard);

/* Whether something can be concluded. */
bool hearing_is_clear(const struct hearing *hearing);

/* Of a clear one: 0 if all is right, else -1 and what is wrong, with the remedy. (Where no session
 * is established there is nothing to say: that is another alarm.) */
int hearing_check(const struct hearing *hearing, const struct prefix *prefix, struct err *err);

#endif
