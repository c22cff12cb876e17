/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denial_nsec.c - proofs from NSEC records (RFC 4035 3.1.3). Knows which names to prove something
 * of; the record at a name says what is there, the one before a name that it is not. */
#include "dnsd/answer/walk.h"

/* RFC 4035 3.1.3.3 */
void denial_nsec_wildcard(struct walk *walk)
{
    denial_add(walk, zone_nsec_find(walk->zone, name_key_suffix(walk->key, 0)));
}

/* RFC 4035 3.1.3.1, 3.1.3.4. An empty non-terminal has no NSEC, but the one before it says that it
 * is there: its next name is below. */
void denial_nsec_nodata(struct walk *walk, const struct zone_node *node)
{
    denial_add(walk, zone_nsec_find(walk->zone, zone_node_name(walk->zone, node)));
}

/* RFC 4035 3.1.3.2. No node needs to be there for the wildcard, so no look-up could tell. */
void denial_nsec_nxdomain(struct walk *walk)
{
    uint8_t wildcard[DNAME_MAX + 2] = { 1, '*' };
    const uint8_t *encloser = zone_node_name(walk->zone, walk->match.encloser);
    memcpy(wildcard + 2, encloser, dname_len(encloser));
    denial_nsec_wildcard(walk);
    denial_add(walk, zone_nsec_find(walk->zone, wildcard));
}
