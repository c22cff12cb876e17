/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageverify.h - private: whether a block is an image that readers of a zone can trust: whatever
 * they look up in it, they stay within it. The bytes of a damaged file are found by their checksum;
 * this is for those that were written wrong. */
#ifndef PROXIMA_ZONE_IMAGEVERIFY_H
#define PROXIMA_ZONE_IMAGEVERIFY_H

#include <stddef.h>
#include <stdint.h>

struct image_verifier;

/* What is said of an image. */
struct image_facts {
    const uint8_t *block;
    uint64_t bytes;      /* a multiple of IMAGE_UNIT */
    uint64_t nodes_at;   /* where nodes begin; less */
    const uint8_t *apex; /* wire, lower case */
};

/* Borrows what `facts` has. Nothing is read yet. */
struct image_verifier *image_verifier_new(const struct image_facts *facts);
void image_verifier_free(struct image_verifier *verifier);

/* First, for each part of the block behind `nodes_at`: exactly whole nodes, each well-formed in
 * itself. Several threads may verify different parts. NULL, or what is wrong. */
const char *image_verify_nodes(struct image_verifier *verifier, uint64_t from, uint64_t to);

/* Then: its head, and that all references lead to nodes. */
const char *image_verify_whole(struct image_verifier *verifier, unsigned threads);

#endif
