/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageverify.c - an image as a whole. Knows its head, and where references stand; hides how the
 * work is cut for threads. */
#include "dnsd/zone/imageverify.h"

#include "common/mem.h"
#include "dnsd/zone/chain.h"
#include "dnsd/zone/imageverifier.h"
#include "dnsd/zone/parallel.h"

#include <stdlib.h>

static const char bad_head[] = "damaged: its head makes no sense";
static const char bad_reference[] = "damaged: a reference leads astray";

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

static const struct image_head *head_of(const struct image_verifier *verifier)
{
    return (const void *)verifier->facts.block;
}

static bool head_is_good(const struct image_verifier *verifier)
{
    const struct image_head *head = head_of(verifier);
    if (verifier->facts.nodes_at < sizeof *head ||
        verifier->facts.nodes_at >= verifier->facts.bytes || head->bytes != verifier->facts.bytes ||
        (uint64_t)head->apex * IMAGE_UNIT != verifier->facts.nodes_at ||
        head->slot_mask >= verifier->facts.bytes ||
        (head->slot_mask & (head->slot_mask + 1)) != 0 ||
        !verify_fits(verifier, head->slots, head->slot_mask + 1, sizeof(struct image_slot)))
        return false;
    const struct zone_node *apex = verify_at(verifier, head->apex);
    return apex->name_len == verifier->apex_len;
}

/* A run of slots: each is free or a node's. */
static bool slots_are_good(struct image_verifier *verifier, uint64_t from, uint64_t to)
{
    const struct image_slot *slots = verify_at(verifier, head_of(verifier)->slots);
    uint64_t used = 0;
    bool good = true;
    for (uint64_t i = from; i < to; i++) { /* no branch: half of them are free, at random */
        used += slots[i].ref != 0;
        good &= verify_ref(verifier, slots[i].ref);
    }
    atomic_fetch_add(&verifier->used_slots, used);
    return good;
}

static bool targets_are_good(const struct image_verifier *verifier, const struct zone_node *node)
{
    const struct zone_rrset *rrset = verify_first_rrset(node);
    for (; rrset; rrset = verify_next_rrset(node, rrset)) {
        const size_t offset = image_rrset_size(rrset->bytes, 0, false);
        const uint32_t *target = (const void *)((const uint8_t *)rrset + offset);
        for (unsigned i = 0; rrset->has_targets && i < rrset->count; i++)
            if (!verify_ref(verifier, target[i]))
                return false;
    }
    return true;
}

static bool node_is_good(const struct image_verifier *verifier, uint32_t ref)
{
    const struct zone_node *node = verify_at(verifier, ref);
    return targets_are_good(verifier, node) && verify_proof(verifier, node);
}

/* The nodes with references, in a run of words of the table. */
static bool nodes_are_good(const struct image_verifier *verifier, uint64_t from, uint64_t to)
{
    const uint64_t *bits = verifier->has_proofs ? verifier->starts : verifier->pointing;
    for (uint64_t i = from; i < to; i++)
        for (uint64_t word = bits[i]; word; word &= word - 1) {
            const uint32_t ref = (uint32_t)(i * 64 + (unsigned)__builtin_ctzll(word));
            if (ref && !node_is_good(verifier, ref))
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
        good = nodes_are_good(verifier, from, smaller(from + RUN_WORDS, words(verifier)));
    }
    if (!good)
        atomic_store(&verifier->astray, true);
}

const char *image_verify_whole(struct image_verifier *verifier, unsigned threads)
{
    if (!head_is_good(verifier))
        return bad_head;
    if (!verify_chain(verifier))
        return bad_reference;
    const uint64_t word_runs = (words(verifier) - 1) / RUN_WORDS + 1;
    parallel_run(slot_runs(verifier) + word_runs, threads, verify_run, verifier);
    if (atomic_load(&verifier->astray))
        return bad_reference;
    /* A look-up ends at a free slot. */
    return atomic_load(&verifier->used_slots) <= head_of(verifier)->slot_mask ? NULL : bad_head;
}
