/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot.c - one piece, scanned. Knows what it needs to know of those before it. */
#include "dnsd/zone/slot.h"

#include <string.h>

void slot_free(struct slot *slot)
{
    piece_free(&slot->piece);
    scan_free(slot->scan);
    batch_free(&slot->batch);
}

void slot_begin(struct slot *slot, const char *folder)
{
    if (!slot->scan)
        slot->scan = scan_new();
    piece_clean(&slot->piece);
    batch_clear(&slot->batch);
    slot->taken = 0;
    scan_begin(slot->scan, slot->piece.bytes, slot->piece.len, folder, &slot->start);
}

/* True if the record is good, or is left out and nothing is to be said of it. */
static bool take_record(struct slot *slot, const struct dname *apex, enum check_level outside_is)
{
    const int result = batch_add(&slot->batch, apex, &slot->item.record, &slot->item.problem);
    return result == 0 || (result == BATCH_OUTSIDE && outside_is == CHECK_OFF);
}

void slot_scan_on(struct slot *slot, const struct dname *apex, enum check_level outside_is)
{
    do
        slot->end = scan_next(slot->scan, &slot->item);
    while (slot->end == SCAN_RECORD && take_record(slot, apex, outside_is));
    if (slot->end != SCAN_END && slot->end != SCAN_INCLUDE)
        slot->end = SCAN_PROBLEM;
}

static bool same_name(const struct dname *a, const struct dname *b)
{
    return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

bool slot_is_as_thought(const struct slot *slot, const struct scan_context *now)
{
    const struct scan_ttl *ttl = &slot->start.ttl;
    return same_name(&slot->start.origin, &now->origin) &&
           ttl->has_default == now->ttl.has_default &&
           (!ttl->has_default || ttl->default_s == now->ttl.default_s) &&
           (!scan_has_used_last_ttl(slot->scan) ||
            (ttl->has_last == now->ttl.has_last && ttl->last_s == now->ttl.last_s));
}

struct scan_context slot_context_behind(const struct slot *slot, const struct scan_context *now)
{
    struct scan_context context = scan_context(slot->scan);
    if (!scan_has_seen_record(slot->scan)) {
        context.owner = now->owner;
        context.ttl.has_last = now->ttl.has_last;
        context.ttl.last_s = now->ttl.last_s;
    }
    return context;
}
