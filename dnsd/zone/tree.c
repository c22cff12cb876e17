/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree.c - from owners as they came to names in canonical order, with their parents, the empty
 * non-terminals between, and what is known of each. Knows RFC 4034 6.1's order; hides the sorting.
 *
 * The sort key of a name is such that memcmp orders keys as RFC 4034 6.1 orders names: its labels
 * from the apex to the left in lower case, each closed by a byte 0; the bytes 0 and 1 in a label
 * become 1 1 and 1 2. The apex itself has an empty key. */
#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>
#include <string.h>

size_t build_sort_key(const uint8_t *name, unsigned labels, uint8_t out[BUILD_KEY_MAX])
{
    uint8_t start[DNAME_LABELS_MAX + 1] = { 0 };
    unsigned pos = 0;
    for (unsigned i = 0; i < labels; i++) {
        start[i] = (uint8_t)pos;
        pos += name[pos] + 1u;
    }
    uint8_t *to = out;
    while (labels--) {
        const uint8_t *label = name + start[labels];
        for (unsigned i = 1; i <= *label; i++) {
            if (label[i] <= 1)
                *to++ = 1;
            *to++ = label[i] <= 1 ? label[i] + 1 : label[i];
        }
        *to++ = 0;
    }
    return (size_t)(to - out);
}

static int owner_cmp(const struct build_owner *a, const struct build_owner *b)
{
    const size_t common = a->key_len < b->key_len ? a->key_len : b->key_len;
    const int d = memcmp(a->bytes + a->name_len, b->bytes + b->name_len, common);
    return d ? d : a->key_len - b->key_len;
}

static int entry_cmp(const void *a_, const void *b_)
{
    const struct build_entry *a = a_, *b = b_;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return owner_cmp(a->owner, b->owner);
}

static void sort_entries(struct zone_builder *builder)
{
    size_t i = 1;
    while (i < builder->entry_count &&
           entry_cmp(&builder->entries[i - 1], &builder->entries[i]) <= 0)
        i++;
    if (i < builder->entry_count)
        qsort(builder->entries, builder->entry_count, sizeof *builder->entries, entry_cmp);
}

/* Entries with the same name become one, with the records of all. */
static void join_entries(struct zone_builder *builder)
{
    size_t kept = 0;
    for (size_t i = 0; i < builder->entry_count; i++) {
        struct build_owner *owner = builder->entries[i].owner;
        if (kept && entry_cmp(&builder->entries[kept - 1], &builder->entries[i]) == 0) {
            struct build_owner *same = builder->entries[kept - 1].owner;
            same->last->next = owner->first;
            same->last = owner->last;
        } else {
            builder->entries[kept++] = builder->entries[i];
        }
    }
    builder->entry_count = kept;
}

/* SOA first, for the apex's sake; then by number. */
static int record_cmp(const struct build_record *a, const struct build_record *b)
{
    if (a->type != b->type) {
        if (a->type == DNS_TYPE_SOA || b->type == DNS_TYPE_SOA)
            return a->type == DNS_TYPE_SOA ? -1 : 1;
        return a->type - b->type;
    }
    return rdata_cmp(a->type, a->rdata, a->rdlength, b->rdata, b->rdlength);
}

/* Merges two sorted lists. Of duplicates (RFC 2181 5) one stays, with the smaller TTL. */
static struct build_record *merge(struct build_record *a, struct build_record *b)
{
    struct build_record *merged = NULL, **to = &merged;
    while (a && b) {
        const int d = record_cmp(a, b);
        if (d == 0) {
            if (b->ttl < a->ttl)
                a->ttl = b->ttl;
            b = b->next;
            continue;
        }
        struct build_record **from = d < 0 ? &a : &b;
        *to = *from;
        to = &(*from)->next;
        *from = *to;
    }
    *to = a ? a : b;
    return merged;
}

/* Merge sort from below: runs[i] is a sorted list of up to 2^i records, or empty. */
static struct build_record *sort_records(struct build_record *list)
{
    if (!list->next)
        return list;
    struct build_record *runs[64] = { NULL }, *sorted = NULL;
    while (list) {
        struct build_record *run = list;
        list = list->next;
        run->next = NULL;
        unsigned i = 0;
        for (; runs[i]; i++) {
            run = merge(runs[i], run);
            runs[i] = NULL;
        }
        runs[i] = run;
    }
    for (unsigned i = 0; i < 64; i++)
        if (runs[i])
            sorted = merge(runs[i], sorted);
    return sorted;
}

/* The nodes from the apex to the name that was added last. */
struct path {
    uint32_t nodes[DNAME_LABELS_MAX + 1];
    unsigned depth;
};

static uint32_t add_node(struct zone_builder *builder, const uint8_t *name, size_t len,
                         uint32_t parent)
{
    struct name_key key;
    name_key_init(&key, name);
    if (builder->node_count == builder->node_cap) {
        builder->node_cap = builder->node_cap ? builder->node_cap * 2 : 16;
        builder->nodes = mem_realloc(builder->nodes, builder->node_cap * sizeof *builder->nodes);
    }
    struct build_node *node = &builder->nodes[builder->node_count];
    *node = (struct build_node){
        .name = name, .name_len = (uint8_t)len, .hash = key.hash[0], .parent = parent
    };
    node->flags = parent == BUILD_NONE ? NODE_APEX | NODE_EMPTY : NODE_EMPTY;
    if (parent != BUILD_NONE) {
        struct build_node *above = &builder->nodes[parent];
        if (above->flags & (NODE_CUT | NODE_DNAME | NODE_BELOW_CUT))
            node->flags |= NODE_BELOW_CUT;
        if (name[0] == 1 && name[1] == '*')
            above->flags |= NODE_HAS_WILDCARD;
    }
    return builder->node_count++;
}

static void set_records(struct build_node *node, struct build_record *records)
{
    node->records = sort_records(records);
    node->flags &= (uint8_t)~NODE_EMPTY;
    if (!(node->flags & NODE_APEX) && build_node_has(node, DNS_TYPE_NS))
        node->flags |= NODE_CUT;
    if (build_node_has(node, DNS_TYPE_DNAME))
        node->flags |= NODE_DNAME;
}

/* Shortens the path to what is at or above `name`, which is `depth` labels below the apex. */
static void path_climb(struct path *path, const struct zone_builder *builder, const uint8_t *name,
                       size_t len, unsigned depth)
{
    if (path->depth > depth)
        path->depth = depth;
    for (; path->depth; path->depth--) {
        const struct build_node *node = &builder->nodes[path->nodes[path->depth]];
        const uint8_t *suffix = dname_skip(name, depth - path->depth);
        if (node->name_len == len - (size_t)(suffix - name) &&
            memcmp(node->name, suffix, node->name_len) == 0)
            return;
    }
}

/* Adds the name, and the names between it and the path as empty non-terminals. */
static void place(struct zone_builder *builder, struct path *path, struct build_owner *owner)
{
    const uint8_t *name = owner->bytes;
    const unsigned depth = dname_labels(name) - builder->apex_labels;
    path_climb(path, builder, name, owner->name_len, depth);
    while (path->depth < depth) {
        const uint8_t *suffix = dname_skip(name, depth - path->depth - 1);
        const size_t len = owner->name_len - (size_t)(suffix - name);
        const uint32_t node = add_node(builder, suffix, len, path->nodes[path->depth]);
        path->nodes[++path->depth] = node;
    }
    set_records(&builder->nodes[path->nodes[depth]], owner->first);
}

int build_tree(struct zone_builder *builder, struct err *err)
{
    enum { AHEAD = 8 };
    sort_entries(builder);
    join_entries(builder);
    struct path path = { .depth = 0 };
    path.nodes[0] = add_node(builder, builder->apex, builder->apex_len, BUILD_NONE);
    for (size_t i = 0; i < builder->entry_count; i++) {
        if (i + AHEAD < builder->entry_count)
            __builtin_prefetch(builder->entries[i + AHEAD].owner);
        if (builder->node_count >= BUILD_NONE - DNAME_LABELS_MAX)
            return err_set(err, "more than 4 billion names");
        place(builder, &path, builder->entries[i].owner);
    }
    return 0;
}
