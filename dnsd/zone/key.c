/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key.c - names ready for look-up. Knows how a suffix is hashed; hides the word-wise reading. The
 * hash is in the manner of wyhash: 64x64-bit products folded to 64 bits, up to 16 bytes of a label
 * for one product; label by label from the root, so that each suffix's hash falls out. */
#include "dnsd/zone/key.h"

#include <string.h>

/* Odd constants without structure (from the fractional digits of square roots of primes). */
#define HASH_ROOT  UINT64_C(0x6a09e667f3bcc909)
#define HASH_LEFT  UINT64_C(0xbb67ae8584caa73b)
#define HASH_RIGHT UINT64_C(0x3c6ef372fe94f82b)

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t load32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The hash of a label of `n` bytes, its length byte included, in front of a suffix. */
static uint64_t hash_label(uint64_t suffix, const uint8_t *label, size_t n)
{
    uint64_t left, right, hash = suffix;
    for (; n > 16; label += 16, n -= 16)
        hash = fold(load64(label) ^ HASH_LEFT, load64(label + 8) ^ hash);
    if (n >= 8) {
        left = load64(label);
        right = load64(label + n - 8);
    } else if (n >= 4) {
        left = load32(label);
        right = load32(label + n - 4);
    } else {
        left = (uint64_t)label[0] << 16 | (uint64_t)label[n / 2] << 8 | label[n - 1];
        right = 0;
    }
    hash = fold(left ^ HASH_LEFT, right ^ hash);
    return fold(hash, HASH_RIGHT);
}

void name_key_init(struct name_key *key, const uint8_t *wire)
{
    unsigned labels = 0, pos = 0;
    for (; wire[pos]; pos += wire[pos] + 1u)
        key->offset[labels++] = (uint8_t)pos;
    key->offset[labels] = (uint8_t)pos;
    key->labels = (uint8_t)labels;
    key->len = (uint8_t)(pos + 1);
    dname_lower_bytes(key->wire, wire, key->len);

    key->hash[labels] = HASH_ROOT;
    for (unsigned i = labels; i-- > 0;)
        key->hash[i] = hash_label(key->hash[i + 1], key->wire + key->offset[i],
                                  (size_t)key->offset[i + 1] - key->offset[i]);
}

uint64_t name_key_hash_below(uint64_t suffix, const uint8_t *label)
{
    return hash_label(suffix, label, label[0] + 1u);
}

uint64_t name_key_wildcard_hash(const struct name_key *key, unsigned skip)
{
    static const uint8_t asterisk[] = { 1, '*' };
    return hash_label(key->hash[skip], asterisk, sizeof asterisk);
}
