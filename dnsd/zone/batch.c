/* SPDX-License-Identifier: GPL-3.0-or-later */
/* batch.c - packs records. Knows what a single record must be like; hides how the packed bytes
 * grow. */
#include "dnsd/zone/batch.h"

#include "common/mem.h"
#include "dnsd/zone/rdata.h"
#include "dnsd/zone/rrtype.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 4 << 10 };

static int check_record(const struct zone_record *record, struct err *err)
{
    char type[RRTYPE_TEXT_MAX];
    if (rrtype_is_meta(record->type))
        return err_set(err, "type %s cannot stand in a zone (RFC 6895 3.1)",
                       rrtype_text(record->type, type));
    const char *problem = rdata_problem(record->type, record->rdata, record->rdlength);
    return problem ? err_set(err, "%s record: %s", rrtype_text(record->type, type), problem) : 0;
}

/* Room for `bytes` more, behind what is there. */
static void *extend(struct batch *batch, size_t bytes)
{
    if (batch->cap - batch->used < bytes) {
        batch->cap = batch->cap ? batch->cap * 2 : FIRST_BYTES;
        while (batch->cap - batch->used < bytes)
            batch->cap *= 2;
        batch->bytes = mem_realloc(batch->bytes, batch->cap);
    }
    void *room = batch->bytes + batch->used;
    batch->used += bytes;
    return room;
}

static struct batch_owner *last_owner(const struct batch *batch)
{
    return (void *)(batch->bytes + batch->last);
}

static bool is_last_owner(const struct batch *batch, const struct dname *name)
{
    if (!batch->owners)
        return false;
    const struct batch_owner *last = last_owner(batch);
    return last->name_len == name->len && last->count < UINT16_MAX &&
           memcmp(last->name, name->wire, name->len) == 0;
}

static void add_owner(struct batch *batch, const struct dname *name)
{
    const size_t bytes = batch_round(offsetof(struct batch_owner, name) + name->len);
    batch->last = batch->used;
    struct batch_owner *owner = extend(batch, bytes);
    owner->bytes = (uint32_t)bytes;
    owner->count = 0;
    owner->name_len = name->len;
    memcpy(owner->name, name->wire, name->len);
    batch->owners++;
}

bool batch_is_in_zone(const struct dname *name, const struct dname *apex)
{
    unsigned pos = 0;
    while ((unsigned)name->len - pos > apex->len)
        pos += name->wire[pos] + 1u;
    return (unsigned)name->len - pos == apex->len &&
           memcmp(name->wire + pos, apex->wire, apex->len) == 0;
}

static int say_outside(const uint8_t *owner, const struct dname *apex, struct err *err)
{
    char name[DNAME_TEXT_MAX], zone[DNAME_TEXT_MAX];
    err_set(err, "%.300s is not in the zone %.300s", dname_to_text(owner, name),
            dname_to_text(apex->wire, zone));
    return BATCH_OUTSIDE;
}

int batch_add(struct batch *batch, const struct dname *apex, const struct zone_record *record,
              struct err *err)
{
    if (check_record(record, err))
        return -1;
    struct dname name;
    name.len = (uint8_t)dname_lower(name.wire, record->owner);
    if (!is_last_owner(batch, &name)) {
        if (!batch_is_in_zone(&name, apex))
            return say_outside(record->owner, apex, err);
        add_owner(batch, &name);
    }
    const size_t bytes = batch_round(sizeof(struct batch_record) + record->rdlength);
    struct batch_record *new = extend(batch, bytes);
    new->ttl = record->ttl > INT32_MAX ? 0 : record->ttl;
    new->type = record->type;
    new->rdlength = record->rdlength;
    if (record->rdlength)
        memcpy(new->rdata, record->rdata, record->rdlength);
    struct batch_owner *owner = last_owner(batch);
    owner->bytes += (uint32_t)bytes;
    owner->count++;
    batch->records++;
    return 0;
}

void batch_clear(struct batch *batch)
{
    batch->used = batch->last = batch->owners = batch->records = 0;
}

void batch_free(struct batch *batch)
{
    free(batch->bytes);
    *batch = (struct batch){ 0 };
}
