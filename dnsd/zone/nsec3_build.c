/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec3_build.c - finds the NSEC3 chain of a zone that is built. Knows what makes a chain whole. */
#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/chain.h"

#include <stdlib.h>

/* The links of one chain, ascending. */
struct links {
    struct nsec3_params params;
    uint32_t count, cap;
    struct link {
        uint8_t hash[NSEC3_HASH_BYTES];
        uint32_t node;       /* reference, counted from the first node */
        const uint8_t *next; /* hash of the next one, or NULL */
    } * all;
};

static struct link *new_link(struct links *links)
{
    if (links->count == links->cap) {
        links->cap = links->cap ? links->cap * 2 : 16;
        links->all = mem_realloc(links->all, links->cap * sizeof *links->all);
    }
    return &links->all[links->count];
}

const uint8_t *nsec3_record(const struct zone_node *node, const struct nsec3_params *params)
{
    const struct zone_rrset *rrset = zone_node_rrset(NULL, node, DNS_TYPE_NSEC3);
    const uint8_t *rdata = rrset ? rrset->rdata : NULL;
    for (unsigned i = 0; rrset && i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata)) {
        const struct nsec3_params own = nsec3_params(rdata + 2);
        if (nsec3_params_equal(&own, params))
            return rdata;
    }
    return NULL;
}

/* Owners of NSEC3 have one label more than the apex. That they are in canonical order puts their
 * hashes in order, too: base32hex keeps it. */
static void gather(struct links *links, const struct zone_builder *builder,
                   const struct build_part *part)
{
    const size_t name_len = 1u + NSEC3_LABEL_BYTES + builder->apex.len;
    for (size_t at = 0; at < part->used;) {
        const struct zone_node *node = (const void *)(part->bytes + at);
        struct link *link = new_link(links);
        const uint8_t *rdata = node->name_len == name_len ? nsec3_record(node, &links->params)
                                                          : NULL;
        if (rdata && nsec3_hash_from_owner(node->name, link->hash)) {
            link->node = part->ref + (uint32_t)(at / IMAGE_UNIT);
            link->next = nsec3_next_hash(rdata + 2);
            links->count++;
        }
        at += (size_t)node->units * IMAGE_UNIT;
    }
}

/* A ring on which the apex is. */
static bool is_whole(const struct zone_builder *builder, const struct links *links)
{
    uint8_t apex[NSEC3_HASH_BYTES];
    bool has_apex = false;
    nsec3_hash(&links->params, builder->apex.wire, builder->apex.len, apex);
    for (uint32_t i = 0; i < links->count; i++) {
        const struct link *link = &links->all[i];
        const struct link *behind = &links->all[i + 1 < links->count ? i + 1 : 0];
        if (!link->next || memcmp(link->next, behind->hash, NSEC3_HASH_BYTES) != 0)
            return false;
        has_apex |= memcmp(link->hash, apex, NSEC3_HASH_BYTES) == 0;
    }
    return has_apex;
}

/* RFC 5155 4.1.2: flags other than 0 say that the chain is not for use. `rdata` of NSEC3PARAM. */
static bool is_offered(const uint8_t *rdata)
{
    const struct nsec3_params params = nsec3_params(rdata);
    return rdata[1] == 0 && nsec3_params_usable(&params);
}

/* The first whole chain that the apex offers, or if `whole` is false, the first that has a link.
 * Without links if there is none. */
static struct links choose(const struct zone_builder *builder, bool whole)
{
    const struct zone_node *apex = (const void *)builder->parts[0].bytes;
    const struct zone_rrset *offers = zone_node_rrset(NULL, apex, DNS_TYPE_NSEC3PARAM);
    const uint8_t *rdata = offers ? offers->rdata : NULL;
    for (unsigned i = 0; offers && i < offers->count; i++, rdata += 2 + wire_peek_u16(rdata)) {
        if (!is_offered(rdata + 2))
            continue;
        struct links links = { .params = nsec3_params(rdata + 2) };
        for (size_t part = 0; part < builder->part_count; part++)
            gather(&links, builder, &builder->parts[part]);
        if (whole ? is_whole(builder, &links) : links.count)
            return links;
        free(links.all);
    }
    return (struct links){ 0 };
}

bool build_nsec3(struct zone_builder *builder, bool whole)
{
    struct links links = choose(builder, whole);
    if (!links.count)
        return false;
    builder->chain.kind = ZONE_DENIAL_NSEC3;
    builder->chain.params = links.params;
    for (uint32_t i = 0; i < links.count; i++)
        build_chain_add(&builder->chain, links.all[i].node, chain_prefix(links.all[i].hash));
    free(links.all);
    return true;
}
