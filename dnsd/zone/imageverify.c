/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageverify.c - what readers rely on in an image. Knows each length and reference in it; hides
 * how it is known where nodes begin: a bit for each unit of the block, set by those who walk over
 * the nodes, so that a reference is verified by one look at a small table. */
#include "dnsd/zone/imageverify.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/bits.h"
#include "dnsd/zone/chain.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/parallel.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>
#include <string.h>

static const char bad_head[] = "damaged: its head makes no sense";
static const char bad_node[] = "damaged: a name makes no sense";
static const char bad_reference[] = "damaged: a reference leads astray";

struct image_verifier {
    struct image_facts facts;
    uint64_t units;
    size_t apex_len;
    uint64_t *starts;   /* units at which nodes begin; and 0, which is no reference */
    uint64_t *pointing; /* those of nodes that have targets */
    atomic_uint_fast64_t used_slots;
    atomic_bool astray;
};

struct image_verifier *image_verifier_new(const struct image_facts *facts)
{
    struct image_verifier *verifier = mem_zalloc(sizeof *verifier);
    verifier->facts = *facts;
    verifier->units = facts->bytes / IMAGE_UNIT;
    verifier->apex_len = dname_len(facts->apex);
    verifier->starts = bits_new(verifier->units);
    bits_set(verifier->starts, 0);
    verifier->pointing = bits_new(verifier->units);
    return verifier;
}

void image_verifier_free(struct image_verifier *verifier)
{
    free(verifier->starts);
    free(verifier->pointing);
    free(verifier);
}

/* --- nodes, each by itself -------------------------------------------------------------------- */

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
    return (size_t)(end_of(node) - at) < sizeof(struct zone_rrset) ? NULL : (const void *)at;
}

static const struct zone_rrset *first_rrset(const struct zone_node *node)
{
    return rrset_at(node, (const uint8_t *)node + image_node_head(node->name_len));
}

/* `rrset` is known to end within its node. */
static const struct zone_rrset *next_rrset(const struct zone_node *node,
                                           const struct zone_rrset *rrset)
{
    return rrset_at(node, (const uint8_t *)rrset + size_of(rrset));
}

static bool rrsets_are_good(const struct zone_node *node, struct contents *contents)
{
    const struct zone_rrset *rrset = first_rrset(node);
    for (; rrset; rrset = next_rrset(node, rrset)) {
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
            problem = bad_node;
        }
    }
    marker_flush(&starts);
    marker_flush(&pointing);
    return problem;
}

/* --- the whole -------------------------------------------------------------------------------- */

static const struct image_head *head_of(const struct image_verifier *verifier)
{
    return (const void *)verifier->facts.block;
}

static const void *at_reference(const struct image_verifier *verifier, uint32_t ref)
{
    return verifier->facts.block + (size_t)ref * IMAGE_UNIT;
}

/* True if a node is there, or `ref` is 0. */
static inline bool is_good(const struct image_verifier *verifier, uint32_t ref)
{
    const bool within = ref < verifier->units;
    return within & bits_has(verifier->starts, within ? ref : 0);
}

/* Whether `count` things of `size` bytes at reference `ref` lie between head and nodes. */
static bool fits(const struct image_verifier *verifier, uint32_t ref, uint64_t count, size_t size)
{
    const uint64_t at = (uint64_t)ref * IMAGE_UNIT;
    return at >= sizeof(struct image_head) && at <= verifier->facts.nodes_at &&
           count <= (verifier->facts.nodes_at - at) / size;
}

static bool head_is_good(const struct image_verifier *verifier)
{
    const struct image_head *head = head_of(verifier);
    if (verifier->facts.nodes_at < sizeof *head ||
        verifier->facts.nodes_at >= verifier->facts.bytes || head->bytes != verifier->facts.bytes ||
        (uint64_t)head->apex * IMAGE_UNIT != verifier->facts.nodes_at ||
        head->slot_mask >= verifier->facts.bytes ||
        (head->slot_mask & (head->slot_mask + 1)) != 0 ||
        !fits(verifier, head->slots, head->slot_mask + 1, sizeof(struct image_slot)))
        return false;
    const struct zone_node *apex = at_reference(verifier, head->apex);
    return apex->name_len == verifier->apex_len;
}

/* A run of slots: each is free or a node's. */
static bool slots_are_good(struct image_verifier *verifier, uint64_t from, uint64_t to)
{
    const struct image_slot *slots = at_reference(verifier, head_of(verifier)->slots);
    uint64_t used = 0;
    bool good = true;
    for (uint64_t i = from; i < to; i++) { /* no branch: half of them are free, at random */
        used += slots[i].ref != 0;
        good &= is_good(verifier, slots[i].ref);
    }
    atomic_fetch_add(&verifier->used_slots, used);
    return good;
}

static bool targets_are_good(const struct image_verifier *verifier, const struct zone_node *node)
{
    const struct zone_rrset *rrset = first_rrset(node);
    for (; rrset; rrset = next_rrset(node, rrset)) {
        const size_t offset = image_rrset_size(rrset->bytes, 0, false);
        const uint32_t *target = (const void *)((const uint8_t *)rrset + offset);
        for (unsigned i = 0; rrset->has_targets && i < rrset->count; i++)
            if (!is_good(verifier, target[i]))
                return false;
    }
    return true;
}

/* The nodes with targets in a run of words of the table. */
static bool pointing_are_good(const struct image_verifier *verifier, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        for (uint64_t word = verifier->pointing[i]; word; word &= word - 1) {
            const uint32_t ref = (uint32_t)(i * 64 + (unsigned)__builtin_ctzll(word));
            if (!targets_are_good(verifier, at_reference(verifier, ref)))
                return false;
        }
    return true;
}

enum { RUN_SLOTS = 1 << 16, RUN_WORDS = 1 << 13 };

static uint64_t slot_runs(const struct image_verifier *verifier)
{
    return head_of(verifier)->slot_mask / RUN_SLOTS + 1;
}

static uint64_t words(const struct image_verifier *verifier)
{
    return verifier->units / 64 + 1;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void verify_run(void *arg, size_t job)
{
    struct image_verifier *verifier = arg;
    const uint64_t slots = head_of(verifier)->slot_mask + 1;
    bool good;
    if (job < slot_runs(verifier)) {
        const uint64_t from = job * RUN_SLOTS;
        good = slots_are_good(verifier, from, smaller(from + RUN_SLOTS, slots));
    } else {
        const uint64_t from = (job - slot_runs(verifier)) * RUN_WORDS;
        good = pointing_are_good(verifier, from, smaller(from + RUN_WORDS, words(verifier)));
    }
    if (!good)
        atomic_store(&verifier->astray, true);
}

static bool has_rrset(const struct zone_node *node, uint16_t type)
{
    const struct zone_rrset *rrset = first_rrset(node);
    while (rrset && rrset->type != type)
        rrset = next_rrset(node, rrset);
    return rrset != NULL;
}

/* Each link of the chain is a node that owns a record of its kind. */
static bool chain_is_good(const struct image_verifier *verifier)
{
    const uint32_t at = head_of(verifier)->chain;
    if (at == 0)
        return true;
    if (!fits(verifier, at, 1, sizeof(struct image_chain)))
        return false;
    const struct image_chain *chain = at_reference(verifier, at);
    if ((chain->kind != ZONE_DENIAL_NSEC && chain->kind != ZONE_DENIAL_NSEC3) ||
        chain->links == 0 || !fits(verifier, chain->prefixes, chain->links, sizeof(uint64_t)) ||
        !fits(verifier, chain->nodes, chain->links, sizeof(uint32_t)))
        return false;
    const uint16_t type = chain->kind == ZONE_DENIAL_NSEC ? DNS_TYPE_NSEC : DNS_TYPE_NSEC3;
    const uint32_t *nodes = at_reference(verifier, chain->nodes);
    for (uint32_t i = 0; i < chain->links; i++)
        if (!nodes[i] || !is_good(verifier, nodes[i]) ||
            !has_rrset(at_reference(verifier, nodes[i]), type))
            return false;
    return true;
}

const char *image_verify_whole(struct image_verifier *verifier, unsigned threads)
{
    if (!head_is_good(verifier))
        return bad_head;
    const uint64_t word_runs = (words(verifier) - 1) / RUN_WORDS + 1;
    parallel_run(slot_runs(verifier) + word_runs, threads, verify_run, verifier);
    if (atomic_load(&verifier->astray) || !chain_is_good(verifier))
        return bad_reference;
    /* A look-up ends at a free slot. */
    return atomic_load(&verifier->used_slots) <= head_of(verifier)->slot_mask ? NULL : bad_head;
}
