/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denial.h - private: proofs that something is not there, for clients that set DO (RFC 4035 3.1.3,
 * RFC 5155 7.2). A chain of CNAMEs may need some for each of its steps, but they belong into the
 * authority section: so they are gathered on the way, each once, and written in the end. */
#ifndef PROXIMA_ANSWER_DENIAL_H
#define PROXIMA_ANSWER_DENIAL_H

#include "dnsd/zone/denial.h"

struct walk;

enum { DENIAL_LINKS_MAX = 32 }; /* a chain with more wildcards in it goes without their proofs */

/* Gathered links, each with the zone whose chain it is of. */
struct denial {
    unsigned count;
    struct {
        const struct zone *zone;
        const struct zone_node *node;
    } link[DENIAL_LINKS_MAX];
};

/* That at `node`, the match or the wildcard that stands for it, there is no RRset of the type. */
void denial_nodata(struct walk *walk, const struct zone_node *node);
/* That neither the name nor a wildcard for it is there. */
void denial_nxdomain(struct walk *walk);
/* That the name is not there, so that the wildcard stands for it. */
void denial_wildcard(struct walk *walk);
/* That the delegation has no DS. */
void denial_insecure(struct walk *walk);

/* Writes what was gathered into the authority section. False: it does not all fit, or the response
 * is truncated already. */
bool denial_put(struct walk *walk);

/* For denial_*.c: gathers a link of the current zone's chain; NULL: nothing to gather. */
void denial_add(struct walk *walk, const struct zone_node *link);

/* denial_nsec.c, denial_nsec3.c: the same for one kind of chain. */
void denial_nsec_nodata(struct walk *walk, const struct zone_node *node);
void denial_nsec_nxdomain(struct walk *walk);
void denial_nsec_wildcard(struct walk *walk);
void denial_nsec3_nodata(struct walk *walk, const struct zone_node *node);
void denial_nsec3_nxdomain(struct walk *walk);
void denial_nsec3_wildcard(struct walk *walk);

#endif
