/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageverify_nodes.c - nodes, each by itself. Knows what readers rely on in a name, an RRset and
 * its records. */
#include "common/dnsmsg.h"
#include "common/wire.h"
#include "dnsd/zone/imageverifier.h"
#include "dnsd/zone/rdata.h"

#include <string.h>

/* Bits that are set together, because threads may share the word that they are in. */
struct marker {
    uint64_t *bits;
    uint64_t at; /* of the word */
    uint64_t word;
};

static void marker_flush(struct marker *marker)
{
    if (marker->word)
        __atomic_fetch_or(&marker->bits[marker->at], marker->word, __ATOMIC_RELAXED);
    marker->word = 0;
}

static void mark(struct marker *marker, uint64_t unit)
{
    if (unit / 64 != marker->at) {
        marker_flush(marker);
        marker->at = unit / 64;
    }
    marker->word |= UINT64_C(1) << unit % 64;
}

/* What is to be known of a node's RRsets. */
struct contents {
    bool any, soa_first, ns, dname, targets;
};

/* Records one behind the other, each with its length in front, and nothing else. */
static bool records_are_good(const struct zone_rrset *rrset)
{
    const uint8_t *at = rrset->rdata, *end = at + rrset->bytes;
    for (unsigned i = 0; i < rrset->count; i++) {
        if (end - at < 2 || end - at - 2 < wire_peek_u16(at) ||
            rdata_problem(rrset->type, at + 2, wire_peek_u16(at)))
            return false;
        at += 2 + wire_peek_u16(at);
    }
    return at == end && rrset->count;
}

static void take_rrset(struct contents *contents, const struct zone_rrset *rrset)
{
    contents->soa_first |= !contents->any && rrset->type == DNS_TYPE_SOA;
    contents->any = true;
    contents->ns |= rrset->type == DNS_TYPE_NS;
    contents->dname |= rrset->type == DNS_TYPE_DNAME;
    contents->targets |= rrset->has_targets;
}

static size_t size_of(const struct zone_rrset *rrset)
{
    return image_rrset_size(rrset->bytes, rrset->count, rrset->has_targets);
}

static const uint8_t *end_of(const struct zone_node *node)
{
    return (const uint8_t *)node + (size_t)node->units * IMAGE_UNIT;
}

/* The RRset at `at` if the node has room for one there; less is padding. */
static const struct zone_rrset *rrset_at(const struct zone_node *node, const uint8_t *at)
{
    return end_of(node) - at < IMAGE_RRSET_MIN ? NULL : (const void *)at;
}

const struct zone_rrset *verify_first_rrset(const struct zone_node *node)
{
    return rrset_at(node, (const uint8_t *)node + image_node_head(node->name_len));
}

const struct zone_rrset *verify_next_rrset(const struct zone_node *node,
                                           const struct zone_rrset *rrset)
{
    return rrset_at(node, (const uint8_t *)rrset + size_of(rrset));
}

static bool rrsets_are_good(const struct zone_node *node, struct contents *contents)
{
    const struct zone_rrset *rrset = verify_first_rrset(node);
    for (; rrset; rrset = verify_next_rrset(node, rrset)) {
        if (size_of(rrset) > (size_t)(end_of(node) - (const uint8_t *)rrset) ||
            !records_are_good(rrset))
            return false;
        take_rrset(contents, rrset);
    }
    return true;
}

/* What answers conclude from a flag without looking is there. */
static bool flags_are_good(const struct zone_node *node, const struct contents *contents,
                           bool is_apex)
{
    const unsigned flags = node->flags;
    if (is_apex && (!contents->soa_first || flags & (NODE_CUT | NODE_BELOW_CUT)))
        return false;
    return is_apex == !!(flags & NODE_APEX) && !(flags & NODE_GONE) &&
           contents->any == !(flags & NODE_EMPTY) && (contents->ns || !(flags & NODE_CUT)) &&
           (contents->dname || !(flags & NODE_DNAME));
}

/* Labels, and then the apex. */
static bool name_is_good(const struct image_verifier *verifier, const struct zone_node *node)
{
    const size_t len = node->name_len, apex_len = verifier->apex_len;
    size_t pos = 0;
    while (pos + apex_len < len && node->name[pos] && node->name[pos] <= DNAME_LABEL_MAX)
        pos += node->name[pos] + 1u;
    return pos + apex_len == len && memcmp(node->name + pos, verifier->facts.apex, apex_len) == 0;
}

/* Whether a node stands at `node`, with `room` bytes before what follows. */
static bool node_is_good(const struct image_verifier *verifier, const struct zone_node *node,
                         uint64_t room, bool *targets)
{
    const bool is_apex = (const uint8_t *)node == verifier->facts.block + verifier->facts.nodes_at;
    if (room < IMAGE_UNIT || node->units == 0 || node->units > room / IMAGE_UNIT ||
        image_node_head(node->name_len) > (size_t)node->units * IMAGE_UNIT ||
        !name_is_good(verifier, node))
        return false;
    struct contents contents = { 0 };
    if (!rrsets_are_good(node, &contents) || !flags_are_good(node, &contents, is_apex))
        return false;
    *targets = contents.targets;
    return true;
}

const char *image_verify_nodes(struct image_verifier *verifier, uint64_t from, uint64_t to)
{
    struct marker starts = { .bits = verifier->starts }, pointing = { .bits = verifier->pointing };
    const char *problem = NULL;
    for (uint64_t at = from; at < to && !problem;) {
        const struct zone_node *node = (const void *)(verifier->facts.block + at);
        bool targets;
        if (node_is_good(verifier, node, to - at, &targets)) {
            mark(&starts, at / IMAGE_UNIT);
            if (targets)
                mark(&pointing, at / IMAGE_UNIT);
            at += (uint64_t)node->units * IMAGE_UNIT;
        } else {
            problem = "damaged: a name makes no sense";
        }
    }
    marker_flush(&starts);
    marker_flush(&pointing);
    return problem;
}
