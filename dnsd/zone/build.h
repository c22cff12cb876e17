/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build.h - private: a zone while it is built. Records are gathered by owner as they come
 * (builder.c), sorted into a tree of names (tree.c), indexed by hash and their targets resolved
 * (index.c), each RRset checked (rrset_check.c), the chain of NSEC or NSEC3 found (chain.c), and
 * all packed into an image (pack.c). */
#ifndef PROXIMA_ZONE_BUILD_H
#define PROXIMA_ZONE_BUILD_H

#include "dnsd/zone/builder.h"
#include "dnsd/zone/denial.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/pool.h"

#define BUILD_NONE UINT32_MAX /* no node */

struct build_record {
    struct build_record *next; /* same owner */
    uint32_t ttl;
    uint32_t target; /* index of the node that the RDATA points at, or BUILD_NONE */
    uint16_t type;
    uint16_t rdlength;
    uint8_t rdata[];
};

/* Records that came one after the other with the same owner. */
struct build_owner {
    struct build_record *first, *last;
    uint16_t key_len;
    uint8_t name_len;
    uint8_t bytes[]; /* the name in lower case, then its sort key (see tree.c) */
};

struct build_entry {
    uint64_t prefix; /* the sort key's first bytes: most comparisons end here */
    struct build_owner *owner;
};

/* A name of the zone. */
struct build_node {
    const uint8_t *name;          /* lower case; borrowed from the owner, or from one below */
    struct build_record *records; /* sorted by type (SOA first), then RDATA; no duplicates */
    uint64_t hash;                /* of the name (key.h) */
    uint32_t parent;              /* index; BUILD_NONE at the apex */
    uint32_t ref;                 /* where it stands in the image */
    uint8_t name_len;
    uint8_t flags; /* enum zone_node_flags */
};

/* The links of the chain that answers will use, in its order. */
struct build_chain {
    enum zone_denial kind;
    uint32_t links;
    uint32_t *nodes; /* indices */
    uint64_t *prefixes;
};

struct zone_builder {
    struct pool pool;
    uint8_t apex[DNAME_MAX]; /* lower case */
    uint8_t apex_len;
    unsigned apex_labels;

    struct build_entry *entries; /* as they come, then sorted */
    size_t entry_count, entry_cap;

    struct build_node *nodes; /* in canonical order; the apex first */
    uint32_t node_count, node_cap;

    struct image_slot *slots; /* of the hash table; here `ref` is a node's index + 1 */
    uint64_t slot_mask;

    struct build_chain chain;
};

/* One RRset among a node's records. */
struct build_rrset {
    struct build_record *first;
    struct build_record *end; /* the first record of the next type, or NULL */
    size_t count, bytes;      /* bytes of RDATA with the lengths */
    uint32_t ttl;             /* the smallest */
    bool ttls_differ;
    bool has_targets;
};

/* Nodes are worked on in the order of their names, but their records lie in the order of the file:
 * asks for those a few nodes ahead, so that memory's latency overlaps. */
static inline void build_prefetch(const struct zone_builder *builder, uint32_t node)
{
    enum { AHEAD = 8 };
    if (node + AHEAD < builder->node_count)
        __builtin_prefetch(builder->nodes[node + AHEAD].records);
}

/* The RRset that begins with `first`. */
struct build_rrset build_rrset_at(struct build_record *first);
bool build_node_has(const struct build_node *node, uint16_t type);
bool build_node_has_address(const struct build_node *node);

/* The sort key of a name `labels` labels below the apex into `out`; returns its length. */
enum { BUILD_KEY_MAX = 2 * DNAME_MAX };
size_t build_sort_key(const uint8_t *name, unsigned labels, uint8_t out[BUILD_KEY_MAX]);

/* From entries to nodes. -1: there are too many names. */
int build_tree(struct zone_builder *builder, struct err *err);

/* The hash table over the nodes, then the targets of all records. */
int build_index(struct zone_builder *builder, struct err *err);
void build_targets(struct zone_builder *builder);

struct build_found {
    struct build_node *node;     /* NULL: no such name */
    struct build_node *encloser; /* the closest one, which may be itself; NULL: out of the zone */
};
struct build_found build_find(const struct zone_builder *builder, const uint8_t *name);

/* What is wrong within an RRset: errors (-1: it cannot be packed) and warnings. */
int build_check(const struct zone_builder *builder, zone_find *find, void *arg, struct err *err);

/* Finds the chain of the zone. */
void build_chain(struct zone_builder *builder);
void build_chain_free(struct build_chain *chain);
/* Bytes that it takes in the image, a multiple of IMAGE_UNIT; 0: there is none. */
size_t build_chain_size(const struct build_chain *chain);
/* Writes it at reference `at`; all nodes have their references. */
void build_chain_pack(const struct zone_builder *builder, uint8_t *base, uint32_t at);

const struct zone *build_pack(struct zone_builder *builder, struct err *err);

#endif
