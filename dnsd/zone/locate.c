/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locate.c - the second reading of a zone's files. Knows which of a finding's records says where it
 * is; hides the search. Files that are not what they were have no lines. */
#include "dnsd/zone/locate.h"

#include "common/mem.h"
#include "dnsd/zone/rdata.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A record that is looked for. */
struct sight {
    const struct zone_record *record;
    unsigned rank; /* in the order of finding, from 1; 0: not found */
    const char *path;
    uint64_t line;
};

/* Those of a finding: where it is told, and what it refers to. */
enum { AT, OTHER, SIGHTS };

struct search {
    const struct locator *locator;
    struct sight sights[LOCATE_MAX][SIGHTS];
    unsigned wanted, found; /* how many */
    struct file_list files;
};

/* Only files that have changed since hold RDATA that is not well-formed. */
static bool is_same(const struct zone_record *wanted, const struct zone_record *record)
{
    if (wanted->type != record->type || !dname_equal(wanted->owner, record->owner))
        return false;
    if (!wanted->rdata)
        return true;
    return (wanted->ttl == record->ttl || wanted->ttl == ZONE_TTL_ANY) &&
           !rdata_problem(record->type, record->rdata, record->rdlength) &&
           rdata_cmp(record->type, wanted->rdata, wanted->rdlength, record->rdata,
                     record->rdlength) == 0;
}

/* That of a finding's sights which the record is, if it is one: at most one, since what stands
 * there twice is two records. */
static struct sight *sight_of(struct sight sights[SIGHTS], const struct zone_record *record)
{
    for (size_t i = 0; i < SIGHTS; i++)
        if (sights[i].record && !sights[i].rank && is_same(sights[i].record, record))
            return &sights[i];
    return NULL;
}

/* Looks whether the record, the `nth` of the batch, is one of those. */
static void look_at(struct search *search, const struct zone_record *record, size_t nth)
{
    for (size_t i = 0; i < search->locator->count; i++) {
        struct sight *sight = sight_of(search->sights[i], record);
        if (!sight)
            continue;
        const struct records_place place = records_place(search->locator->reader, nth);
        sight->rank = ++search->found;
        sight->path = place.path;
        sight->line = place.line;
    }
}

/* Until all is found. */
static bool look_through(void *arg, const struct batch *batch, void *digest)
{
    struct search *search = arg;
    const struct batch_owner *owner = NULL;
    size_t nth = 0;
    (void)digest;
    while ((owner = batch_next_owner(batch, owner))) {
        const struct batch_record *record = batch_first_record(owner);
        for (unsigned i = 0; i < owner->count; i++, record = batch_record_behind(record)) {
            const struct zone_record seen = { owner->name, record->type, record->ttl,
                                              record->rdlength, record->rdata };
            look_at(search, &seen, nth++);
        }
    }
    return search->found < search->wanted;
}

/* It was loaded: only files that have changed since have problems. */
static bool end_search(void *arg, const char *text)
{
    (void)arg;
    (void)text;
    return false;
}

static void want(struct search *search, struct sight *sight, const struct zone_record *record)
{
    if (!record->owner)
        return;
    sight->record = record;
    search->wanted++;
}

/* Has found nothing if what it read is not what was loaded. */
static void search_files(struct search *search)
{
    const struct locator *locator = search->locator;
    const struct records_taker taker = { .arg = search,
                                         .take = look_through,
                                         .problem = end_search };
    records_read(locator->reader, locator->apex, locator->files->entries[0].path, &search->files,
                 &taker);
    if (!file_list_begins(locator->files, &search->files))
        memset(search->sights, 0, sizeof search->sights);
}

static void tell_plain(const struct locator *locator, const struct zone_finding *finding)
{
    struct err text;
    err_set(&text, "%s: %s%s [%s]", locator->files->entries[0].path,
            finding->is_error ? "" : "warning: ", finding->text, check_rows[finding->check].name);
    locator->tell(locator->arg, finding->is_error, text.msg);
}

static void tell(const struct locator *locator, const struct zone_finding *finding,
                 const struct sight sights[SIGHTS])
{
    const struct sight *at = &sights[AT], *other = &sights[OTHER];
    char see[ERR_MAX] = "";
    struct err text;
    if (!at->rank) {
        tell_plain(locator, finding);
        return;
    }
    if (other->rank && strcmp(other->path, at->path) == 0)
        snprintf(see, sizeof see, ", see line %" PRIu64, other->line);
    else if (other->rank)
        snprintf(see, sizeof see, ", see %s:%" PRIu64, other->path, other->line);
    err_set(&text, "%s:%" PRIu64 ": %s%s%s [%s]", at->path, at->line,
            finding->is_error ? "" : "warning: ", finding->text, see,
            check_rows[finding->check].name);
    locator->tell(locator->arg, finding->is_error, text.msg);
}

/* Of two that clash, the later one is where it happened. */
static void settle(const struct zone_finding *finding, struct sight sights[SIGHTS])
{
    if (!finding->clash || sights[OTHER].rank < sights[AT].rank)
        return;
    const struct sight earlier = sights[AT];
    sights[AT] = sights[OTHER];
    sights[OTHER] = earlier;
}

/* In the order of the files; what has no line first. */
static void tell_all(const struct locator *locator, const struct search *search)
{
    for (unsigned rank = 0; rank <= search->found; rank++)
        for (size_t i = 0; i < locator->count; i++)
            if (search->sights[i][AT].rank == rank)
                tell(locator, &locator->held[i], search->sights[i]);
}

void locate_finish(struct locator *locator)
{
    if (locator->count == 0)
        return;
    struct search *search = mem_zalloc(sizeof *search);
    search->locator = locator;
    for (size_t i = 0; i < locator->count; i++) {
        want(search, &search->sights[i][AT], &locator->held[i].about);
        want(search, &search->sights[i][OTHER], &locator->held[i].other);
    }
    if (search->wanted)
        search_files(search);
    for (size_t i = 0; i < locator->count; i++)
        settle(&locator->held[i], search->sights[i]);
    tell_all(locator, search);
    for (size_t i = 0; i < locator->count; i++)
        free((char *)locator->held[i].text);
    locator->count = 0;
    file_list_free(&search->files);
    free(search);
}

void locate(void *arg, const struct zone_finding *finding)
{
    struct locator *locator = arg;
    if (locator->full && !finding->is_error) {
        tell_plain(locator, finding);
        return;
    }
    struct zone_finding *held = &locator->held[locator->count++];
    *held = *finding;
    held->text = mem_strdup(finding->text);
    if (locator->count == LOCATE_MAX) {
        locate_finish(locator);
        locator->full = true;
    }
}
