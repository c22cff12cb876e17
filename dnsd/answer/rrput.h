/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrput.h - writes RRsets of a zone into a message: whole or not at all (RFC 2181 9). Owners are
 * compressed, and names inside RDATA for the types of RFC 1035 alone (RFC 3597 4). */
#ifndef PROXIMA_ANSWER_RRPUT_H
#define PROXIMA_ANSWER_RRPUT_H

#include "common/dnsmsg.h"
#include "dnsd/answer/names.h"
#include "dnsd/zone/zone.h"

enum { RRPUT_NAME_SLOTS = 128, RRPUT_HOSTS = 32 };

/* An owner name. Its offset is learnt when it is first written, and used from then on. */
struct rrput_owner {
    const uint8_t *name; /* wire, uncompressed */
    uint16_t offset;     /* where it stands in the message; 0: nowhere yet */
};

struct rrput {
    struct wire_writer *w;
    struct names names;
    /* Of the RRset that was written last of those with compressed names: where its records' first
     * names stand, so that nobody searches for them to write their addresses. */
    const struct zone_rrset *hosts_of;
    uint16_t hosts[RRPUT_HOSTS];
};

/* Starts a message; `slots` has RRPUT_NAME_SLOTS; its question stands behind the header. */
static inline void rrput_init(struct rrput *put, struct wire_writer *w, struct names_slot *slots)
{
    put->w = w;
    put->hosts_of = NULL;
    names_init(&put->names, slots, RRPUT_NAME_SLOTS, DNS_HEADER_BYTES);
}

/* Where the host that record `i` of `rrset` names stands in the message; 0: not known. */
static inline uint16_t rrput_host(const struct rrput *put, const struct zone_rrset *rrset,
                                  unsigned i)
{
    return put->hosts_of == rrset && i < RRPUT_HOSTS ? put->hosts[i] : 0;
}

/* What to write. */
struct rrput_item {
    const struct zone_rrset *rrset;
    const struct zone_rrset *signatures; /* RRSIGs of its node, of which those come along that cover
                                            it, with its TTL (RFC 4034 3); NULL: none */
    uint32_t ttl;                        /* most often the RRset's own */
};

/* Writes an RRset with its signatures and adds the number of records to `count`; false: it does not
 * fit, and the message is as before, but takes no more records (the names table is spoilt). */
bool rrput_rrset(struct rrput *put, struct rrput_owner *owner, const struct rrput_item *item,
                 uint16_t *count);

/* Writes the signatures of `node` themselves, each with its own TTL, as rrput_rrset does. */
bool rrput_signatures(struct rrput *put, struct rrput_owner *owner, const struct zone *zone,
                      const struct zone_node *node, const struct zone_rrset *signatures,
                      uint16_t *count);

/* Writes one record: type, class IN, TTL, RDATA (`rdata` begins with its 16-bit length). The writer
 * latches if it does not fit: settle afterwards. */
void rrput_record(struct rrput *put, struct rrput_owner *owner, uint16_t type, uint32_t ttl,
                  const uint8_t *rdata);

/* Adds the `written` records since `mark` (a position of the writer) to `count`; or, if the writer
 * latched, takes them back and returns false. */
bool rrput_settle(struct rrput *put, size_t mark, unsigned written, uint16_t *count);

#endif
