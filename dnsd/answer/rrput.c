/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrput.c - records into a message. Knows what of RDATA is compressed; hides the roll-back. */
#include "dnsd/answer/rrput.h"

#include "common/dname.h"
#include "common/dnsmsg.h"
#include "dnsd/zone/rdata.h"

/* What the records of an RRset have in common. */
struct form {
    uint16_t type;
    uint32_t ttl;
    struct rdata_layout layout;
};

static inline struct form form_of(uint16_t type, uint32_t ttl)
{
    return (struct form){ type, ttl, rdata_layout(type) };
}

/* The root is shorter than a pointer to it. */
static inline bool takes_pointer(const struct rrput_owner *owner)
{
    return owner->offset && owner->offset <= NAMES_OFFSET_MAX && *owner->name;
}

static void put_owner(struct rrput *put, struct rrput_owner *owner)
{
    if (takes_pointer(owner))
        wire_put_u16(put->w, names_pointer(owner->offset));
    else
        owner->offset = names_put(&put->names, put->w, owner->name);
}

/* RDATA with names, and nothing behind them but a tail of known length: its own length is known
 * afterwards. Returns where the first of them stands. */
static uint16_t put_compressed(struct rrput *put, const struct rdata_layout *layout,
                               const uint8_t *rdata)
{
    struct wire_writer *w = put->w;
    const uint8_t *from = rdata + 2, *end = from + wire_peek_u16(rdata);
    uint16_t first = 0;
    uint8_t *length = wire_reserve(w, 2);
    size_t start = w->pos;
    if (layout->head)
        wire_put(w, from, layout->head);
    from += layout->head;
    for (unsigned i = 0; i < layout->names; i++) {
        uint16_t offset = names_put(&put->names, w, from);
        first = i ? first : offset;
        const bool is_last = i + 1u == layout->names && layout->tail == 0;
        from = is_last ? end : from + dname_len(from);
    }
    if (from < end)
        wire_put(w, from, (size_t)(end - from));
    if (!w->overflow)
        wire_set_u16(length, (uint16_t)(w->pos - start));
    return first;
}

/* Returns where the first name in the RDATA stands, if that may be compressed. */
static uint16_t put_record(struct rrput *put, struct rrput_owner *owner, const struct form *form,
                           const uint8_t *rdata)
{
    put_owner(put, owner);
    uint8_t *head = wire_reserve(put->w, 8);
    if (!head)
        return 0;
    wire_set_u16(head, form->type);
    wire_set_u16(head + 2, DNS_CLASS_IN);
    wire_set_u32(head + 4, form->ttl);
    if (form->layout.compress)
        return put_compressed(put, &form->layout, rdata);
    wire_put(put->w, rdata, 2u + wire_peek_u16(rdata));
    return 0;
}

void rrput_record(struct rrput *put, struct rrput_owner *owner, uint16_t type, uint32_t ttl,
                  const uint8_t *rdata)
{
    struct form form = form_of(type, ttl);
    put_record(put, owner, &form, rdata);
}

static inline const uint8_t *next_rdata(const uint8_t *rdata)
{
    return rdata + 2 + wire_peek_u16(rdata);
}

/* All records at once, where each has the same known length of owner and no name in its RDATA: one
 * check for room, then copying. Addresses, texts, keys, signatures: most of what is answered. */
static void put_plain(struct rrput *put, uint16_t owner, const struct zone_rrset *rrset,
                      uint32_t ttl)
{
    enum { OWNER_TYPE_CLASS_TTL = 2 + 2 + 2 + 4 };
    uint8_t head[OWNER_TYPE_CLASS_TTL];
    uint8_t *to = wire_reserve(put->w, (size_t)rrset->count * sizeof(head) + rrset->bytes);
    if (!to)
        return;
    wire_set_u16(head, names_pointer(owner));
    wire_set_u16(head + 2, rrset->type);
    wire_set_u16(head + 4, DNS_CLASS_IN);
    wire_set_u32(head + 6, ttl);
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++) {
        size_t bytes = 2u + wire_peek_u16(rdata);
        memcpy(to, head, sizeof(head));
        memcpy(to + sizeof(head), rdata, bytes);
        to += sizeof(head) + bytes;
        rdata += bytes;
    }
}

/* All records of `rrset`; the writer may latch. */
static void put_all(struct rrput *put, struct rrput_owner *owner, const struct zone_rrset *rrset,
                    uint32_t ttl)
{
    struct form form = form_of(rrset->type, ttl);
    if (!form.layout.compress && takes_pointer(owner)) {
        put_plain(put, owner->offset, rrset, ttl);
        return;
    }
    put->hosts_of = rrset;
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; i < rrset->count && !put->w->overflow; i++) {
        uint16_t host = put_record(put, owner, &form, rdata);
        if (i < RRPUT_HOSTS)
            put->hosts[i] = host;
        rdata = next_rdata(rdata);
    }
}

/* Those of the node's RRSIGs that cover the type (their RDATA's first field); returns how many. */
static unsigned put_signatures(struct rrput *put, struct rrput_owner *owner,
                               const struct rrput_item *item)
{
    unsigned n = 0;
    struct form form = form_of(DNS_TYPE_RRSIG, item->ttl);
    const uint8_t *rdata = item->signatures->rdata;
    for (unsigned i = 0; i < item->signatures->count; i++) {
        if (wire_peek_u16(rdata + 2) == item->rrset->type) {
            put_record(put, owner, &form, rdata);
            n++;
        }
        rdata = next_rdata(rdata);
    }
    return n;
}

bool rrput_settle(struct rrput *put, size_t mark, unsigned written, uint16_t *count)
{
    struct wire_writer *w = put->w;
    if (w->overflow) {
        w->pos = mark;
        w->overflow = false;
        return false;
    }
    *count = (uint16_t)(*count + written);
    return true;
}

bool rrput_rrset(struct rrput *put, struct rrput_owner *owner, const struct rrput_item *item,
                 uint16_t *count)
{
    size_t mark = put->w->pos;
    unsigned written = item->rrset->count;
    put_all(put, owner, item->rrset, item->ttl);
    if (item->signatures && !put->w->overflow)
        written += put_signatures(put, owner, item);
    return rrput_settle(put, mark, written, count);
}

bool rrput_signatures(struct rrput *put, struct rrput_owner *owner, const struct zone *zone,
                      const struct zone_node *node, const struct zone_rrset *signatures,
                      uint16_t *count)
{
    size_t mark = put->w->pos;
    const uint8_t *rdata = signatures->rdata;
    for (unsigned i = 0; i < signatures->count && !put->w->overflow; i++) {
        uint32_t ttl = zone_record_ttl(zone, node, signatures, rdata);
        rrput_record(put, owner, DNS_TYPE_RRSIG, ttl, rdata);
        rdata = next_rdata(rdata);
    }
    return rrput_settle(put, mark, signatures->count, count);
}
