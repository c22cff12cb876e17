/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key.h - a name ready for look-up: lower case, with the hash of every suffix, computed in one pass
 * from the root towards the left, so that finding a zone and walking up to an encloser never hash
 * again. */
#ifndef PROXIMA_ZONE_KEY_H
#define PROXIMA_ZONE_KEY_H

#include "common/dname.h"

struct name_key {
    uint8_t len;
    uint8_t labels;                       /* the root's not counted */
    uint8_t wire[DNAME_MAX];              /* lower case (RFC 4343) */
    uint8_t offset[DNAME_LABELS_MAX + 1]; /* offset[i]: where the suffix without i labels starts */
    uint64_t hash[DNAME_LABELS_MAX + 1];  /* hash[i]: of that suffix; hash[labels]: of the root */
};

/* Fills `key` from a valid uncompressed name in any case. Hashes are seeded with a constant: the
 * same in every process (zone images). Who writes names that collide on purpose only gets his own
 * zone refused (the builder bounds how far a look-up may probe); the set of zones mixes in a random
 * number. */
void name_key_init(struct name_key *key, const uint8_t *wire);

/* The suffix of `key` without its first `skip` labels, as a wire name. */
static inline const uint8_t *name_key_suffix(const struct name_key *key, unsigned skip)
{
    return key->wire + key->offset[skip];
}

/* The hash of a name from that of its suffix without the first `label` (length byte first; lower
 * case). */
uint64_t name_key_hash_below(uint64_t suffix, const uint8_t *label);

/* The hash of "*." in front of the suffix without `skip` labels: the wildcard's look-up key. */
uint64_t name_key_wildcard_hash(const struct name_key *key, unsigned skip);

#endif
