/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec3.c - the hash of NSEC3, by nettle, which uses the processor's own instructions where it has
 * some. */
#include "dnsd/zone/nsec3.h"

#include "common/wire.h"

#include <nettle/sha1.h>
#include <string.h>

/* RDATA of both types: algorithm, flags, iterations (16 bits), salt with its length. */
enum { ALGORITHM = 0, ITERATIONS = 2, SALT = 4 };

struct nsec3_params nsec3_params(const uint8_t *rdata)
{
    return (struct nsec3_params){
        .salt = rdata + SALT + 1,
        .salt_len = rdata[SALT],
        .algorithm = rdata[ALGORITHM],
        .iterations = wire_peek_u16(rdata + ITERATIONS),
    };
}

bool nsec3_params_equal(const struct nsec3_params *a, const struct nsec3_params *b)
{
    return a->algorithm == b->algorithm && a->iterations == b->iterations &&
           a->salt_len == b->salt_len && memcmp(a->salt, b->salt, a->salt_len) == 0;
}

bool nsec3_params_usable(const struct nsec3_params *params)
{
    return params->algorithm == NSEC3_SHA1 && params->iterations <= NSEC3_ITERATIONS_MAX;
}

static void hash_once(const struct nsec3_params *params, const uint8_t *bytes, size_t len,
                      uint8_t hash[NSEC3_HASH_BYTES])
{
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, len, bytes);
    sha1_update(&sha1, params->salt_len, params->salt);
    sha1_digest(&sha1, NSEC3_HASH_BYTES, hash);
}

void nsec3_hash(const struct nsec3_params *params, const uint8_t *name, size_t len,
                uint8_t hash[NSEC3_HASH_BYTES])
{
    hash_once(params, name, len, hash);
    for (unsigned i = 0; i < params->iterations; i++)
        hash_once(params, hash, NSEC3_HASH_BYTES, hash);
}

/* The value of a digit of base32hex (RFC 4648 7) in lower case, or -1. */
static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'v' ? c - 'a' + 10 : -1;
}

bool nsec3_hash_from_owner(const uint8_t *owner, uint8_t hash[NSEC3_HASH_BYTES])
{
    enum { DIGIT_BITS = 5 };
    if (*owner != NSEC3_LABEL_BYTES)
        return false;
    uint32_t bits = 0;
    unsigned count = 0;
    for (unsigned i = 1; i <= NSEC3_LABEL_BYTES; i++) {
        const int value = digit(owner[i]);
        if (value < 0)
            return false;
        bits = bits << DIGIT_BITS | (uint32_t)value;
        count += DIGIT_BITS;
        if (count >= 8) {
            count -= 8;
            *hash++ = (uint8_t)(bits >> count);
        }
    }
    return true;
}

const uint8_t *nsec3_next_hash(const uint8_t *rdata)
{
    const uint8_t *next = rdata + SALT + 1 + rdata[SALT];
    return *next == NSEC3_HASH_BYTES ? next + 1 : NULL;
}
