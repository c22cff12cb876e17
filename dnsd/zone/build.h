/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build.h - private: a zone while it is built.
 *
 * Each batch of records becomes a block, sorted by name (block.c). The entries of all blocks are
 * put in one order, which is cut into parts (order.c). Each part becomes nodes as they will lie in
 * the image (part.c; group.c knows the records of one name, target.c what they point at). When all
 * parts are there, so are their places: they are put behind each other, and the hash table is made
 * (pack.c, index.c).
 *
 * As many threads work on the parts as there may be, and what one of them works on fits into its
 * cache. What comes out does not depend on how many there are, nor on how large the parts are. */
#ifndef PROXIMA_ZONE_BUILD_H
#define PROXIMA_ZONE_BUILD_H

#include "dnsd/zone/batch.h"
#include "dnsd/zone/builder.h"
#include "dnsd/zone/denial.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/nsec3.h"

/* --- names in order (order.c) -------------------------------------------------------------------
 *
 * The sort key of a name is such that memcmp orders keys as RFC 4034 6.1 orders names: its labels
 * from the apex to the left in lower case, each closed by a byte 0; the bytes 0 and 1 in a label
 * become 1 1 and 1 2. The apex itself has an empty key; the key of a name begins with those of its
 * ancestors. */

enum { BUILD_KEY_MAX = 2 * DNAME_MAX };

struct build_key {
    size_t len;
    uint8_t bytes[BUILD_KEY_MAX + sizeof(uint64_t)]; /* zeros behind it */
};

/* Of the name, in lower case, which is `labels` labels below the apex. */
void build_key(struct build_key *key, const uint8_t *name, unsigned labels);

/* Its first bytes, as a number. */
uint64_t build_prefix(const struct build_key *key);

/* A name, and records of it that came one after the other; these stand behind the key at the next
 * multiple of 4, as in a batch. */
struct build_owner {
    uint32_t unit; /* where its node stands in its part, once it does */
    uint16_t count;
    uint16_t key_len;
    bool below_dname; /* as is its node, once it is there */
    uint8_t key[];
};

struct build_entry {
    uint64_t prefix; /* the key's first bytes, as a number: most comparisons end here */
    struct build_owner *owner;
};

static inline const struct batch_record *build_first_record(const struct build_owner *owner)
{
    const size_t head = batch_round(offsetof(struct build_owner, key) + owner->key_len);
    return (const void *)((const uint8_t *)owner + head);
}

int build_entry_cmp(const struct build_entry *a, const struct build_entry *b);

/* Equal ones stay in their order. `spare` has room for half of them. */
void build_sort(struct build_entry *entries, size_t count, struct build_entry *spare);

/* The first entry with that key, at best not far from `near`; entry_count: there is none. */
size_t build_search(const struct zone_builder *builder, const struct build_key *key, size_t near);

/* --- the builder --------------------------------------------------------------------------------
 */

/* What was a batch. */
struct build_block {
    size_t count;
    struct build_entry *entries; /* sorted; until the order is made */
    uint8_t *owners;             /* what they point at */
};

struct build_block *build_block_new(const struct zone_builder *builder, const struct batch *batch);

/* A stretch of the order, and what becomes of it. */
struct build_part {
    size_t begin, end; /* entries; those of one name are all in one part */
    uint8_t *bytes;    /* the nodes, as in an image */
    size_t used, cap;
    size_t nodes;
    /* Of the names that look-ups find: hashes, and where their nodes stand (units). */
    uint64_t *hashes;
    uint32_t *units;
    size_t names, names_cap;
    size_t nsec3_nodes; /* of them NODE_NSEC3 */
    uint64_t records, rrsets;
    bool has_targets; /* which are, until all nodes have their places, entries, counted from 1 */
    uint32_t ref;     /* where it will stand in the image */

    /* Nodes "*" (units) that follow on a name of an earlier part, and entries of names of which
     * build_check has something to say. */
    struct build_list {
        size_t *items, count;
    } wildcards, odd;
};

/* The links of the chain that answers will use, in its order. */
struct build_chain {
    enum zone_denial kind;
    uint32_t links, cap;
    uint32_t *nodes; /* references, counted from the first node */
    uint64_t *prefixes;
    struct nsec3_params params; /* of NSEC3; the salt is borrowed from a part */
};

struct zone_builder {
    struct dname apex; /* lower case */
    unsigned apex_labels;
    unsigned threads;
    size_t part_entries; /* of a part, about */

    struct batch batch; /* of single records */
    struct build_block **blocks;
    size_t block_count;

    struct build_entry *entries; /* the order */
    size_t entry_count;

    struct build_part *parts; /* none of them empty, unless it is the only one */
    size_t part_count;

    bool has_findings; /* that refer to records and parts */
    bool has_proofs;   /* nodes have room for what nsec3_prove.c will find */
    struct build_chain chain;
};

void build_list_add(struct build_list *list, size_t item);

/* Makes the order and its parts. -1: there are too many names. */
int build_order(struct zone_builder *builder, struct err *err);
void build_part_free(struct build_part *part);

/* Behind the last entry that has the name of the one at `begin`. */
size_t build_name_end(const struct zone_builder *builder, size_t begin);

/* --- the records of one name (group.c) ----------------------------------------------------------
 */

struct build_record {
    const struct batch_record *record;
    uint32_t ttl;    /* the smallest of its duplicates (RFC 2181 5) */
    bool is_doubled; /* there are some */
};

/* Sorted by type (SOA first), then RDATA; no duplicates. Zeroed before the first use. */
struct build_group {
    struct build_record *records;
    size_t count, cap;
};

/* Gathers the records of the entries from `begin` to `end`. */
void build_gather(struct build_group *group, const struct build_entry *begin,
                  const struct build_entry *end);
void build_group_free(struct build_group *group);

enum {
    BUILD_RECORD_HEAD = 10,   /* in a response: owner (compressed), type, class, TTL */
    BUILD_RRSET_SURE = 65000, /* bytes that fit behind the longest question */
};

/* One RRset of a group. */
struct build_rrset {
    const struct build_record *first;
    uint16_t type;
    size_t count, bytes; /* bytes of RDATA with the lengths */
    uint32_t ttl;        /* the smallest */
    bool is_odd;         /* perhaps too large, or TTLs differ, or duplicates: see build_check */
};

struct build_rrset build_rrset_at(const struct build_group *group, size_t first);
bool build_group_has(const struct build_group *group, uint16_t type);

/* --- parts and the whole ------------------------------------------------------------------------
 */

/* Makes the nodes of a part; reads the order and no other part. */
void build_part(const struct zone_builder *builder, struct build_part *part);

/* The entry of the host that the record points at, if it has an address here; else entry_count. */
size_t build_target(const struct zone_builder *builder, const uint8_t *owner,
                    const struct batch_record *record, size_t near);
/* From entries to references, in a part that has targets. */
void build_resolve_targets(const struct zone_builder *builder, const struct build_part *part);

/* What is wrong within RRsets: errors (-1: they cannot be packed) and warnings. */
int build_check(const struct zone_builder *builder, struct findings *findings);

/* Fills the hash table. Returns 0, or the reference of a node that finds no free slot near by: too
 * many names have the same hash. */
uint32_t build_index(const struct zone_builder *builder, struct image_slot *slots, uint64_t count);

/* Finds the chain of the zone; the parts have their places from the first node on. */
void build_chain(struct zone_builder *builder);
void build_chain_free(struct build_chain *chain);
/* For nsec3_build.c: adds a link. */
void build_chain_add(struct build_chain *chain, uint32_t node, uint64_t prefix);
/* Bytes that it takes in an image, a multiple of IMAGE_UNIT; 0: there is none. */
size_t build_chain_size(const struct build_chain *chain);
/* Writes it at reference `at`, into an image that has its head. */
void build_chain_pack(const struct zone_builder *builder, uint8_t *base, uint32_t at);

/* nsec3_build.c: makes a chain of NSEC3 the zone's; false: there is none. `whole`: only one without
 * a gap. */
bool build_nsec3(struct zone_builder *builder, bool whole);
/* nsec3_prove.c: fills the proofs of `bytes` of nodes of a zone that is complete but for those. */
void build_nsec3_proofs(const struct zone *zone, uint8_t *nodes, size_t bytes);

/* Gives every part its place, and every target its reference; the records are not needed any more.
 * -1: the zone is too large. Then makes the zone, and frees the parts where nobody refers to them.
 */
void build_place(struct zone_builder *builder, struct image_head *head);
const struct zone *build_pack(struct zone_builder *builder, const struct image_head *head,
                              struct err *err);

#endif
