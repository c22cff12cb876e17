/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sites.h - the other sites of the fleet, as BIRD's tables fleet4 and fleet6 have them: who
 * announces which service, at which level, since when as we have seen it.
 *
 * Every site sends its announcements to all others, each with the large communities (ASN, 1,
 * node-id) and (ASN, 2, level). A site counts for a service in one family at the level of its least
 * attractive prefix, and only if it announces all of the service's prefixes there. The value is
 * plain; fleet.h fills it from BIRD, the functions here judge it. Pure: no I/O, no clock. */
#ifndef PROXIMA_SENSE_SITES_H
#define PROXIMA_SENSE_SITES_H

#include "anycastctl/model/settings.h"
#include "bird/reply.h"
#include "common/err.h"
#include "common/level.h"
#include "common/mono.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SITES_MAX = 64, /* other ones; what is beyond is not counted, which errs to the safe side */
};

#define SITES_SESSION_PREFIX "fleet" /* what the sessions between the sites are called */

struct site {
    uint32_t node_id;
    struct site_service {
        uint8_t prefixes; /* a bit for each of the service's that it announces */
        enum level level; /* LEVEL_WITHDRAWN unless it announces all of them */
        struct mono since;
    } service[SERVICES_MAX][FAMILY_COUNT];
};

/* All zero: nobody is seen. Sites in the order of their ids. */
struct sites {
    unsigned count;
    struct site site[SITES_MAX];
    bool own_heard; /* a session has brought a route with our own node id */
};

/* Adds what `show route table fleet<4|6> all` replied for `family`. Routes that are not a
 * service's, not marked, or our own, are left out. -1: the reply is a refusal, or incomplete. */
int sites_read(struct sites *sites, const struct settings *settings, enum family family,
               const struct bird_reply *reply, struct err *err);

/* After all have been read: what was so in `before` has been so since then, anything else since
 * `now`. Returns true if anything differs. */
bool sites_date(struct sites *sites, const struct sites *before, struct mono now);

/* The site with that id, or NULL. */
const struct site *sites_find(const struct sites *sites, uint32_t node_id);

/* What `show protocols "fleet*"` replied: is a session between the sites established, and is there
 * one at all? -1: the reply is a refusal. */
struct site_sessions {
    unsigned count, established;
};
int sites_read_sessions(const struct bird_reply *reply, struct site_sessions *out, struct err *err);

/* How the other sites stand for one service in one family. */
struct sites_tally {
    unsigned normal;    /* so many announce it at normal */
    unsigned announced; /* at any level, were it only one of its prefixes */
    uint32_t first;     /* the lowest node id below our own that is leaving; 0: none */
};

/* A site that has been leaving for longer than `patience_ms` is not waited for: its controller may
 * be gone. */
struct sites_tally sites_count(const struct sites *sites, const struct settings *settings,
                               unsigned service, enum family family, int64_t patience_ms,
                               struct mono now);

/* "node 2, node 3 (drain)": who announces it, with the level where that is not normal; "none".
 * Returns `out`. */
char *sites_text(const struct sites *sites, unsigned service, enum family family, char *out,
                 size_t cap);

#endif
