/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signatures.c - reading RRSIGs, and which of them counts. Every byte comes from the network. */
#include "anycastctl/sense/signatures.h"

#include "common/wire.h"

enum { LABELS_AND_TTL_BYTES = 1 + 4, KEY_TAG_BYTES = 2 };

static struct signature_times *find(struct signatures *signatures, uint8_t algorithm)
{
    for (unsigned i = 0; i < signatures->count; i++)
        if (signatures->of[i].algorithm == algorithm)
            return &signatures->of[i];
    return NULL;
}

/* Keeps the one that lasts longer; compared as RFC 1982 says. */
static void note(struct signatures *signatures, const struct signature_times *times)
{
    struct signature_times *known = find(signatures, times->algorithm);
    if (!known && signatures->count < SIGNATURE_ALGORITHMS_MAX)
        signatures->of[signatures->count++] = *times;
    else if (known && (int32_t)(times->until - known->until) > 0)
        *known = *times;
}

bool signatures_add(struct signatures *signatures, const uint8_t *rdata, size_t len, uint16_t type)
{
    struct wire_reader r = wire_reader(rdata, len);
    const uint16_t covered = wire_get_u16(&r);
    struct signature_times times = { .algorithm = wire_get_u8(&r) };
    wire_take(&r, LABELS_AND_TTL_BYTES);
    times.until = wire_get_u32(&r);
    times.from = wire_get_u32(&r);
    wire_take(&r, KEY_TAG_BYTES);
    if (wire_left(&r) < 2) /* the signer's name and the signature are not empty */
        return false;
    if (covered == type)
        note(signatures, &times);
    return true;
}

static int64_t unix_of(uint32_t time, int64_t now_unix)
{
    return now_unix + (int32_t)(time - (uint32_t)now_unix);
}

int64_t signatures_until(const struct signatures *signatures, int64_t now_unix)
{
    int64_t until = unix_of(signatures->of[0].until, now_unix);
    for (unsigned i = 1; i < signatures->count; i++) {
        const int64_t other = unix_of(signatures->of[i].until, now_unix);
        until = other < until ? other : until;
    }
    return until;
}

int64_t signatures_from(const struct signatures *signatures, int64_t now_unix)
{
    int64_t from = unix_of(signatures->of[0].from, now_unix);
    for (unsigned i = 1; i < signatures->count; i++) {
        const int64_t other = unix_of(signatures->of[i].from, now_unix);
        from = other > from ? other : from;
    }
    return from;
}
