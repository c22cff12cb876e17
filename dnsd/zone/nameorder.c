/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nameorder.c - sorts names by the keys that the builder of a zone has. */
#include "dnsd/zone/nameorder.h"

#include "common/mem.h"
#include "dnsd/zone/build.h"

#include <stdlib.h>
#include <string.h>

static size_t owner_bytes(size_t key_len)
{
    return batch_round(offsetof(struct build_owner, key) + key_len);
}

/* What the owners of all names need at most. */
static size_t bytes_needed(const uint8_t *const *names, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += owner_bytes(2 * dname_len(names[i]));
    return bytes;
}

uint32_t *name_order(const uint8_t *const *names, size_t count)
{
    struct build_entry *entries = mem_calloc(count, sizeof *entries);
    struct build_entry *spare = mem_calloc(count / 2 + 1, sizeof *spare);
    uint8_t *owners = mem_alloc(bytes_needed(names, count));
    uint32_t *order = mem_calloc(count, sizeof *order);
    uint8_t *at = owners;
    for (size_t i = 0; i < count; i++) {
        struct build_key key;
        struct build_owner *owner = (void *)at;
        build_key(&key, names[i], dname_labels(names[i]));
        owner->unit = (uint32_t)i;
        owner->key_len = (uint16_t)key.len;
        memcpy(owner->key, key.bytes, key.len);
        entries[i] = (struct build_entry){ build_prefix(&key), owner };
        at += owner_bytes(key.len);
    }
    build_sort(entries, count, spare);
    for (size_t i = 0; i < count; i++)
        order[i] = entries[i].owner->unit;
    free(owners);
    free(spare);
    free(entries);
    return order;
}
