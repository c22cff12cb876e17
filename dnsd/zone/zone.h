/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone.h - one immutable version of a zone, as the answer engine sees it.
 *
 * A zone is one packed block: nodes, RRsets and names refer to each other by 32-bit offsets in
 * units of 8 bytes, no pointers inside, so that it can be written to disk and read back
 * (image.h has the layout). A version that differs little from the one before shares its block, and
 * has a small one above it (layers.h). A hash table over owner names finds any node with one probe;
 * a miss finds the closest encloser by halving the labels. What look-up needs is computed when the
 * zone is built: cuts, what is below them, DNAMEs, wildcard children, empty non-terminals, targets
 * of additional data. Owner names are kept in lower case, names in RDATA in the case of the file.
 *
 * From a file to a reader, room by room:
 *   file.h      files, and whether they are still the same
 *   text.h      their text, piece by piece; cut.h, clean.h help it
 *   scan.h      that to records, through libzscanner; explain.h, origin.h help it
 *   records.h   a file and what it includes to batches of records (batch.h), by several threads
 *   load.h      that to a zone, with all that is wrong in it; locate.h finds the lines
 *   imagefile.h a zone's image on disk, that is read instead
 *   builder.h   records to a zone: build.h tells of its steps; rdata.h knows the types
 *   delta.h     those records and a version to the next: what has changed; layer.h makes it of that
 *   check.h     whether a zone may be served, judged as its readers see it; policy.h has the table
 *   set.h       all zones of a server, immutable too; finds the zone for a name
 *   store.h     the zones as configured, and what became of each; loads on several threads
 *   publish.h   one pointer to the current set, for readers that never wait
 *   denial.h    the NSEC or NSEC3 records that prove what is not there
 *   key.h       a name with the hashes of its suffixes: what readers look up with
 *
 * Readers take no lock: a zone is const from the moment it is published. Ownership: counted;
 * zone_hold / zone_release. */
#ifndef PROXIMA_ZONE_ZONE_H
#define PROXIMA_ZONE_ZONE_H

#include "dnsd/zone/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone;
struct zone_node; /* a name in the zone, with data or an empty non-terminal */

enum zone_node_flags {
    NODE_APEX = 1 << 0,
    NODE_CUT = 1 << 1, /* NS here, not the apex: a delegation (RFC 1034 4.2.1) */
    NODE_BELOW_CUT =
        1 << 2, /* occluded by a cut or DNAME above: glue, or data that is not answered */
    NODE_DNAME = 1 << 3,
    NODE_EMPTY = 1 << 4, /* empty non-terminal: no RRset here, names below (RFC 4592 2.2.2) */
    NODE_HAS_WILDCARD = 1 << 5, /* a child "*" exists */
    NODE_GONE = 1 << 6,         /* private: no name at all (layers.h) */
    NODE_NSEC3 = 1 << 7, /* nothing but NSEC3 here: no name of the zone, and no look-up finds it
                            (RFC 5155 7.2.8) */
};

/* An RRset, wire bytes ready to copy. One that is too large for a message is never built. */
struct zone_rrset {
    uint16_t type;
    uint16_t count; /* at least 1 */
    uint32_t ttl;   /* seconds, 0..2^31-1 (RFC 2181 8) */
    uint16_t bytes; /* of rdata[]: for each record a 16-bit length in network order and the RDATA */
    uint16_t has_targets; /* some record has one: see zone_rrset_target */
    uint8_t rdata[];      /* RDATA uncompressed, names in the case of the file */
};

/* What is known about a name in a zone after one look-up. Exactly what RFC 1034 4.3.2 step 3 and
 * RFC 4592 3.3.1 and RFC 6672 3.2 ask for. */
struct zone_match {
    const struct zone_node *node;     /* the name itself, NULL if it does not exist */
    const struct zone_node *encloser; /* closest encloser; == node if that exists; never NULL */
    /* The delegation at or above the name, and the DNAME strictly above it: the one nearest to the
     * apex; at most one of the two is set, as a cut below a DNAME is not there, nor the reverse. */
    const struct zone_node *cut;
    const struct zone_node *dname;
    const struct zone_node *wildcard; /* "*" child of the encloser, where node is NULL; or NULL */
    unsigned encloser_skip;           /* labels of the name left of the encloser */
};

/* Looks `key` up; it must be at or below the apex. Wait-free, allocates nothing. */
void zone_match(const struct zone *zone, const struct name_key *key, struct zone_match *out);

/* Brings what zone_match will read into the cache, in two steps, so that the misses of many queries
 * overlap: first the slots of all, then the nodes to which these refer. */
void zone_prefetch(const struct zone *zone, const struct name_key *key);
void zone_prefetch_node(const struct zone *zone, const struct name_key *key);

const struct zone_node *zone_apex(const struct zone *zone);
const uint8_t *zone_name(const struct zone *zone); /* wire, lower case */
uint32_t zone_serial(const struct zone *zone);     /* of the SOA */
const struct zone_rrset *zone_soa(const struct zone *zone);
/* The TTL of negative answers: min(SOA TTL, SOA MINIMUM) (RFC 2308 5). */
uint32_t zone_negative_ttl(const struct zone *zone);

unsigned zone_node_flags(const struct zone_node *node);
/* Wire, lower case. */
const uint8_t *zone_node_name(const struct zone *zone, const struct zone_node *node);
size_t zone_node_name_len(const struct zone_node *node); /* in bytes */
const struct zone_rrset *zone_node_rrset(const struct zone *zone, const struct zone_node *node,
                                         uint16_t type); /* NULL: none */
/* The TTL of one record (`rdata`: at its length): its RRset's, but a signature has that of what it
 * covers (RFC 4034 3). */
uint32_t zone_record_ttl(const struct zone *zone, const struct zone_node *node,
                         const struct zone_rrset *rrset, const uint8_t *rdata);
/* All RRsets of a node: start with prev NULL; NULL at the end. SOA first at the apex. */
const struct zone_rrset *zone_node_next_rrset(const struct zone *zone, const struct zone_node *node,
                                              const struct zone_rrset *prev);

/* Target of record `i` of an RRset whose RDATA names a host (NS, MX, SRV, SVCB, …; rdata.h), if
 * that name exists in this zone (glue below a cut included), with A or AAAA, or with records that
 * lead on; else NULL. Resolved when the zone was built. */
const struct zone_node *zone_rrset_target(const struct zone *zone, const struct zone_rrset *rrset,
                                          unsigned i);

/* All nodes, the apex first, then in canonical order, for transfers and dumps; empty non-terminals
 * and NSEC3 too. Start with prev NULL; NULL at the end. */
const struct zone_node *zone_next_node(const struct zone *zone, const struct zone_node *prev);

struct zone_size {
    uint64_t records, rrsets, names, bytes; /* bytes: memory of this version */
};
struct zone_size zone_size(const struct zone *zone);

/* Counts references; release frees at zero. Thread-safe. */
const struct zone *zone_hold(const struct zone *zone);
void zone_release(const struct zone *zone);

#endif
