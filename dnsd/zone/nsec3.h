/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec3.h - private: hashed names (RFC 5155 5). Knows which parameters we can and will use; hides
 * the library that hashes. */
#ifndef PROXIMA_ZONE_NSEC3_H
#define PROXIMA_ZONE_NSEC3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NSEC3_SHA1 = 1, /* the one algorithm that there is */
    NSEC3_HASH_BYTES = 20,
    NSEC3_LABEL_BYTES = 32, /* the hash as the first label of an owner name, in base32hex */
    /* Each iteration costs a hash for every name that is not there, so whoever asks for many of
     * those could keep a server busy. RFC 9276 wants none. The more tolerant resolvers go up to 150
     * and take a zone with more for an unsigned or a broken one: there our proofs are of no use. */
    NSEC3_ITERATIONS_MAX = 150,
};

/* As at the start of the RDATA of NSEC3PARAM and NSEC3, but for the flags. */
struct nsec3_params {
    const uint8_t *salt; /* borrowed */
    uint8_t salt_len;
    uint8_t algorithm;
    uint16_t iterations;
};

/* Reads them from well-formed RDATA of either type. */
struct nsec3_params nsec3_params(const uint8_t *rdata);
bool nsec3_params_equal(const struct nsec3_params *a, const struct nsec3_params *b);

/* True if proofs can be had from a chain with these parameters. */
bool nsec3_params_usable(const struct nsec3_params *params);

/* Hashes a name in lower case, `len` bytes in wire form. */
void nsec3_hash(const struct nsec3_params *params, const uint8_t *name, size_t len,
                uint8_t hash[NSEC3_HASH_BYTES]);

/* Reads the hash from the first label of an NSEC3's owner name (lower case); false: it is none. */
bool nsec3_hash_from_owner(const uint8_t *owner, uint8_t hash[NSEC3_HASH_BYTES]);

/* The hash of the next owner in the RDATA of an NSEC3, or NULL if that is none of SHA-1. */
const uint8_t *nsec3_next_hash(const uint8_t *rdata);

#endif
