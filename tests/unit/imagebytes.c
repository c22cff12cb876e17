/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagebytes.c - changed images, and readers of them. */
#include "tests/unit/imagebytes.h"

#include "common/wire.h"
#include "dnsd/zone/denial.h"
#include "dnsd/zone/imagelabel.h"

#include <string.h>
#include <xxhash.h>

static void sum_up_parts(uint8_t *bytes, size_t len, const struct image_label_head *head)
{
    const uint8_t *block = bytes + head->bytes;
    const size_t room = len - head->bytes;
    uint64_t from = 0;
    struct image_part *parts = (void *)(bytes + sizeof *head);
    for (uint32_t i = 0; i < head->part_count; i++) {
        if ((size_t)((uint8_t *)&parts[i + 1] - bytes) > head->bytes || parts[i].end < from ||
            parts[i].end > room)
            return;
        parts[i].checksum = XXH3_64bits(block + from, parts[i].end - from);
        from = parts[i].end;
    }
}

void image_bytes_sum_up(uint8_t *bytes, size_t len)
{
    struct image_label_head *head = (void *)bytes;
    const size_t from = offsetof(struct image_label_head, layout);
    if (len < sizeof *head || head->bytes < sizeof *head || head->bytes > len)
        return;
    sum_up_parts(bytes, len, head);
    head->checksum = XXH3_64bits(bytes + from, head->bytes - from);
}

/* In words, for the sanitizers look at each read. */
static uint64_t sum_bytes(const uint8_t *bytes, size_t len)
{
    uint64_t sum = 0, word;
    for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    }
    while (len--)
        sum = sum * 31 + *bytes++;
    return sum;
}

static uint64_t read_rrset(const struct zone *zone, const struct zone_node *node,
                           const struct zone_rrset *rrset)
{
    uint64_t sum = sum_bytes(rrset->rdata, rrset->bytes);
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata)) {
        const struct zone_node *target = zone_rrset_target(zone, rrset, i);
        sum += zone_record_ttl(zone, node, rrset, rdata);
        if (target)
            sum += sum_bytes(zone_node_name(zone, target), dname_len(zone_node_name(zone, target)));
    }
    return sum;
}

static uint64_t read_node(const struct zone *zone, const struct zone_node *node)
{
    uint64_t sum = zone_node_flags(node);
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(zone, node, rrset)))
        sum += read_rrset(zone, node, rrset);
    return sum;
}

static uint64_t read_proofs(const struct zone *zone, const struct name_key *key,
                            const struct zone_match *match)
{
    const struct zone_proof proofs[] = {
        zone_nsec3_proof(zone, match->encloser),
        zone_nsec3_encloser(zone, key, match->encloser),
        { zone_nsec3_find(zone, key->wire, key->len), NULL },
    };
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
        sum += proofs[i].match ? read_node(zone, proofs[i].match) : 0;
        sum += proofs[i].other ? read_node(zone, proofs[i].other) : 0;
    }
    return sum;
}

static uint64_t look_up(const struct zone *zone, const uint8_t *name)
{
    struct name_key key;
    struct zone_match match;
    uint64_t sum = 0;
    name_key_init(&key, name);
    zone_prefetch(zone, &key);
    zone_prefetch_node(zone, &key);
    zone_match(zone, &key, &match);
    const struct zone_node *const found[] = { match.node, match.encloser, match.cut, match.dname,
                                              match.wildcard };
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        if (found[i])
            sum += read_node(zone, found[i]);
    if (zone_denial(zone) == ZONE_DENIAL_NSEC)
        sum += read_node(zone, zone_nsec_find(zone, name));
    if (zone_denial(zone) == ZONE_DENIAL_NSEC3)
        sum += read_proofs(zone, &key, &match);
    return sum;
}

static uint64_t look_up_below(const struct zone *zone, const char *label, const uint8_t *name)
{
    uint8_t below[2 * DNAME_MAX];
    const size_t len = (size_t)label[0] + 1;
    memcpy(below, label, len);
    memcpy(below + len, name, dname_len(name));
    return len + dname_len(name) <= DNAME_MAX ? look_up(zone, below) : 0;
}

uint64_t image_bytes_look_around(const struct zone *zone)
{
    const struct zone_node *node = NULL;
    uint64_t sum = zone_serial(zone) + zone_negative_ttl(zone) + zone_soa(zone)->ttl;
    while ((node = zone_next_node(zone, node))) {
        const uint8_t *name = zone_node_name(zone, node);
        sum += read_node(zone, node) + look_up(zone, name);
        sum += look_up_below(zone, "\1*", name) + look_up_below(zone, "\3x\1y", name);
    }
    for (uint32_t i = 0; i < zone_chain_links(zone); i++)
        sum += read_node(zone, zone_chain_link(zone, i));
    return sum;
}
