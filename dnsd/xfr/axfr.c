/* SPDX-License-Identifier: GPL-3.0-or-later */
/* axfr.c - a zone record by record. Knows the order (SOA, everything else, SOA) and when a message
 * is full; hides the position in the zone between two messages. */
#include "dnsd/xfr/axfr.h"

#include "dnsd/answer/rrput.h"
#include "dnsd/query/edns.h"

static void stand_at(struct axfr *axfr, const struct zone_rrset *rrset)
{
    axfr->rrset = rrset;
    axfr->record = 0;
    axfr->rdata = rrset ? rrset->rdata : NULL;
}

/* The next RRset: of this node, or of the next that has one. */
static void next_rrset(struct axfr *axfr)
{
    const struct zone_rrset *rrset = zone_node_next_rrset(axfr->zone, axfr->node, axfr->rrset);
    while (!rrset && (axfr->node = zone_next_node(axfr->zone, axfr->node)))
        rrset = zone_node_next_rrset(axfr->zone, axfr->node, NULL);
    stand_at(axfr, rrset);
}

static void next_record(struct axfr *axfr)
{
    axfr->rdata += 2 + wire_peek_u16(axfr->rdata);
    if (++axfr->record == axfr->rrset->count)
        next_rrset(axfr);
}

/* Keeps what the first message needs of the query (RFC 5936 2.2.2, 2.2.5). */
static void keep_query(struct axfr *axfr, const struct zone_entry *entry, const struct query *query,
                       const struct query_settings *settings)
{
    axfr->id = query->header.id;
    /* RFC 5936 2.2.1: authoritative; RD and CD are given back as in any response. */
    axfr->flags = (uint16_t)(DNS_FLAG_QR | DNS_FLAG_AA |
                             (query->header.flags & (DNS_FLAG_RD | DNS_FLAG_CD)));
    axfr->question_bytes = (uint16_t)(query->question_end - DNS_HEADER_BYTES);
    memcpy(axfr->question, query->request.bytes + DNS_HEADER_BYTES, axfr->question_bytes);
    struct wire_writer w = wire_writer(axfr->edns, sizeof(axfr->edns));
    if (query->has_edns)
        edns_put(&w, query, settings, &(struct edns_reply){ .rcode = DNS_NOERROR, .entry = entry });
    axfr->edns_bytes = (uint16_t)w.pos;
}

void axfr_begin(struct axfr *axfr, const struct zone_entry *entry, const struct query *query,
                const struct query_settings *settings)
{
    axfr->zone = zone_hold(entry->zone);
    axfr->node = zone_apex(axfr->zone);
    axfr->first = true;
    axfr->done = axfr->failed = false;
    stand_at(axfr, zone_node_next_rrset(axfr->zone, axfr->node, NULL)); /* the SOA */
    keep_query(axfr, entry, query, settings);
}

void axfr_end(struct axfr *axfr)
{
    zone_release(axfr->zone);
    axfr->zone = NULL;
}

bool axfr_failed(const struct axfr *axfr)
{
    return axfr->failed;
}

/* Writes the record that we stand at, or the closing SOA; false: it does not fit any more. */
static bool put_record(struct axfr *axfr, struct rrput *put, struct rrput_owner *owner,
                       uint16_t *count)
{
    const struct zone_rrset *rrset = axfr->rrset ? axfr->rrset : zone_soa(axfr->zone);
    const uint8_t *rdata = axfr->rrset ? axfr->rdata : rrset->rdata;
    uint32_t ttl = zone_record_ttl(axfr->zone, axfr->node, rrset, rdata);
    size_t mark = put->w->pos;
    rrput_record(put, owner, rrset->type, ttl, rdata);
    return rrput_settle(put, mark, 1, count);
}

/* As many records as the message takes; leaves us at the first that it does not. */
static void fill(struct axfr *axfr, struct rrput *put, uint16_t *count)
{
    struct rrput_owner owner = { .name = NULL };
    while (!axfr->done && put->w->pos < AXFR_MESSAGE_BYTES && *count < UINT16_MAX) {
        const struct zone_node *node = axfr->rrset ? axfr->node : zone_apex(axfr->zone);
        const uint8_t *name = zone_node_name(axfr->zone, node);
        if (owner.name != name)
            owner = (struct rrput_owner){ .name = name };
        if (!put_record(axfr, put, &owner, count))
            return;
        if (axfr->rrset)
            next_record(axfr);
        else
            axfr->done = true;
    }
}

static void put_header(const struct axfr *axfr, uint8_t *out, uint16_t ancount)
{
    struct wire_writer w = wire_writer(out, DNS_HEADER_BYTES);
    dns_put_header(&w, &(struct dns_header){
                           .id = axfr->id,
                           .flags = axfr->flags,
                           .qdcount = axfr->first,
                           .ancount = ancount,
                           .arcount = axfr->first && axfr->edns_bytes,
                       });
}

size_t axfr_next(struct axfr *axfr, uint8_t *out, size_t cap)
{
    if (axfr->done || axfr->failed)
        return 0;
    size_t reserve = axfr->first ? axfr->edns_bytes : 0;
    struct wire_writer w = wire_writer(out,
                                       (cap < DNS_MESSAGE_MAX ? cap : DNS_MESSAGE_MAX) - reserve);
    wire_reserve(&w, DNS_HEADER_BYTES);
    if (axfr->first)
        wire_put(&w, axfr->question, axfr->question_bytes);

    struct rrput put = { .w = &w };
    uint16_t ancount = 0;
    names_init(&put.names, axfr->slots, AXFR_NAME_SLOTS, axfr->first ? DNS_HEADER_BYTES : 0);
    put.names.exact_case = true;
    fill(axfr, &put, &ancount);
    if (ancount == 0) {
        axfr->failed = true;
        return 0;
    }
    w.cap += reserve;
    wire_put(&w, axfr->edns, reserve);
    put_header(axfr, out, ancount);
    axfr->first = false;
    return w.pos;
}
