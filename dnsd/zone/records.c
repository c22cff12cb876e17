/* SPDX-License-Identifier: GPL-3.0-or-later */
/* records.c - the records of a zone's files. Knows what to do where a piece of text was told wrong
 * of those before it; hides pieces, threads, and how files nest. */
#include "dnsd/zone/records.h"

#include "common/mem.h"
#include "dnsd/zone/parallel.h"
#include "dnsd/zone/slot.h"
#include "dnsd/zone/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    INCLUDE_DEPTH_MAX = 16, /* files within files */
    FILES_MAX = 1000,       /* of one zone: two files that include each other twice are many */
    PIECE_BYTES = 256 << 10,
    PIECES_PER_THREAD = 4, /* at once: while one is scanned to its end, nobody waits long */
};

/* Those that are scanned at once; a file that is included has others than the one around it. */
struct crew {
    struct slot *slots;
    size_t count;
};

/* A file that is being read, and the one that includes it. */
struct source {
    struct source *outer;
    const char *path; /* borrowed from the list of files */
    char *folder;
    unsigned depth;
    struct file_identity identity;
    struct text *text;
    struct scan_context start;   /* in force where the file begins */
    struct scan_context context; /* in force where the next piece begins */
    size_t pieces;               /* to be scanned at once the next time */
    size_t records, includes;    /* handed over, and followed, so far */
};

struct records_reader {
    unsigned threads;
    size_t piece_bytes;
    off_t max_bytes; /* of a zone's own file; 0: no limit */
    struct crew crews[INCLUDE_DEPTH_MAX + 1];
    struct scan *spare; /* to find a place again */

    /* Of what is being read: */
    const struct records_taker *taker;
    struct dname apex; /* lower case */
    struct file_list *files;
    struct source *source;
    const struct slot *taking;
    bool stopped, too_large;
};

struct records_reader *records_reader_new(unsigned threads)
{
    struct records_reader *reader = mem_zalloc(sizeof *reader);
    reader->threads = threads ? threads : 1;
    reader->piece_bytes = PIECE_BYTES;
    return reader;
}

unsigned records_reader_threads(const struct records_reader *reader)
{
    return reader->threads;
}

void records_reader_tune(struct records_reader *reader, size_t piece_bytes)
{
    reader->piece_bytes = piece_bytes ? piece_bytes : PIECE_BYTES;
}

void records_reader_limit(struct records_reader *reader, off_t bytes)
{
    reader->max_bytes = bytes;
}

static void crew_free(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        slot_free(&crew->slots[i]);
    free(crew->slots);
}

void records_reader_free(struct records_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < sizeof reader->crews / sizeof reader->crews[0]; i++)
        crew_free(&reader->crews[i]);
    scan_free(reader->spare);
    free(reader);
}

static struct crew *crew_for(struct records_reader *reader, const struct source *source)
{
    struct crew *crew = &reader->crews[source->depth];
    if (!crew->slots) {
        crew->count = reader->threads > 1 ? (size_t)reader->threads * PIECES_PER_THREAD : 1;
        crew->slots = mem_calloc(crew->count, sizeof *crew->slots);
    }
    return crew;
}

/* --- handing over -------------------------------------------------------------------------------
 */

static void hand_over(struct records_reader *reader, struct slot *slot)
{
    const struct records_taker *taker = reader->taker;
    if (slot->batch.records && !reader->stopped) {
        if (taker->digest && !slot->digest)
            slot->digest = taker->digest(taker->arg, &slot->batch);
        reader->taking = slot;
        reader->stopped = !taker->take(taker->arg, &slot->batch, slot->digest);
        slot->digest = NULL;
    }
    slot->taken += slot->batch.records;
    reader->source->records += slot->batch.records;
    batch_clear(&slot->batch);
}

/* Of the slots from `slot` on nothing is taken. */
static void drop(const struct records_reader *reader, struct slot *slot, const struct slot *end)
{
    for (; slot < end; slot++) {
        if (slot->digest && reader->taker->drop)
            reader->taker->drop(slot->digest);
        else
            free(slot->digest);
        slot->digest = NULL;
    }
}

/* The line at which the scanner of a piece is. */
static uint64_t line_of(const struct source *source, const struct slot *slot,
                        const struct scan *scan)
{
    return text_lines(source->text, slot->piece.offset) + scan_line(scan);
}

/* Tells a problem at which the scanner is. -1: the file has changed, and that is the problem. */
static int tell_problem(struct records_reader *reader, const struct slot *slot, struct err *problem,
                        struct err *err)
{
    const struct source *source = reader->source;
    if (text_check(source->text, err))
        return -1;
    err_wrap(problem, "%s:%" PRIu64, source->path, line_of(source, slot, slot->scan));
    reader->stopped = !reader->taker->problem(reader->taker->arg, problem->msg);
    return 0;
}

/* The same of a record that is outside the zone. */
static int tell_outside(struct records_reader *reader, const struct slot *slot, struct err *problem,
                        struct err *err)
{
    const struct source *source = reader->source;
    const struct records_taker *taker = reader->taker;
    const bool is_warning = taker->outside_is == CHECK_WARNING;
    struct err text;
    if (text_check(source->text, err))
        return -1;
    err_set(&text, "%s:%" PRIu64 ": %s%s [%s]", source->path, line_of(source, slot, slot->scan),
            is_warning ? "warning: " : "", problem->msg, check_rows[CHECK_OUT_OF_ZONE].name);
    reader->stopped = !(is_warning ? taker->outside : taker->problem)(taker->arg, text.msg);
    return 0;
}

/* --- a piece ------------------------------------------------------------------------------------
 */

static void scan_on(const struct records_reader *reader, struct slot *slot)
{
    slot_scan_on(slot, &reader->apex, reader->taker->outside_is);
}

static void scan_slot(void *arg, size_t job)
{
    const struct records_reader *reader = arg;
    struct slot *slot = &reader->crews[reader->source->depth].slots[job];
    slot_begin(slot, reader->source->folder);
    scan_on(reader, slot);
    if (slot->end != SCAN_PROBLEM && slot->batch.records && reader->taker->digest)
        slot->digest = reader->taker->digest(reader->taker->arg, &slot->batch);
}

/* --- included files -----------------------------------------------------------------------------
 */

static int read_file(struct records_reader *reader, const char *path,
                     const struct scan_context *context, struct err *err);

/* Follows the $INCLUDE at which the slot's scanner is. */
static int follow(struct records_reader *reader, struct slot *slot, struct err *err)
{
    const struct scan_context here = scan_context(slot->scan);
    struct scan_context context = { .ttl = here.ttl };
    struct err problem;
    context.origin.len = (uint8_t)dname_lower(context.origin.wire, slot->item.origin.wire);
    reader->source->includes++;
    if (read_file(reader, slot->item.path, &context, &problem) == 0)
        return 0;
    err_wrap(&problem, "$INCLUDE %s", slot->item.path);
    return tell_problem(reader, slot, &problem, err);
}

/* --- a whole file -------------------------------------------------------------------------------
 */

/* One item. */
static int read_item(struct records_reader *reader, struct slot *slot, enum scan_kind kind,
                     struct err *err)
{
    struct err *problem = &slot->item.problem;
    const int added = kind == SCAN_RECORD
                          ? batch_add(&slot->batch, &reader->apex, &slot->item.record, problem)
                          : -1;
    if (added == 0) {
        if (slot->batch.used >= PIECE_BYTES)
            hand_over(reader, slot);
        return 0;
    }
    if (added == BATCH_OUTSIDE && reader->taker->outside_is == CHECK_OFF)
        return 0;
    hand_over(reader, slot);
    if (reader->stopped)
        return 0;
    if (kind == SCAN_INCLUDE)
        return follow(reader, slot, err);
    return added == BATCH_OUTSIDE ? tell_outside(reader, slot, problem, err)
                                  : tell_problem(reader, slot, problem, err);
}

/* Passes over what was handed over or followed before. */
static void skip_taken(const struct records_reader *reader, struct slot *slot)
{
    const struct source *source = reader->source;
    size_t includes = 0;
    while (slot->taken < source->records || includes < source->includes) {
        const enum scan_kind kind = scan_next(slot->scan, &slot->item);
        slot->taken += kind == SCAN_RECORD &&
                       dname_is_at_or_below(slot->item.record.owner, reader->apex.wire);
        includes += kind == SCAN_INCLUDE;
        if (kind == SCAN_END)
            return; /* another file now, as will be seen */
    }
}

/* Reads the file as a whole, one item after the other. What is wrong with a text may be understood
 * from what is far before or behind only. */
static int read_whole(struct records_reader *reader, struct slot *slot, struct err *err)
{
    struct source *source = reader->source;
    text_seek(source->text, 0);
    slot->start = source->start;
    if (text_read(source->text, SIZE_MAX, &slot->piece, err))
        return -1;
    slot_begin(slot, reader->source->folder);
    skip_taken(reader, slot);
    enum scan_kind kind;
    while (!reader->stopped && (kind = scan_next(slot->scan, &slot->item)) != SCAN_END)
        if (read_item(reader, slot, kind, err))
            return -1;
    hand_over(reader, slot);
    return 0;
}

/* --- files --------------------------------------------------------------------------------------
 */

/* Takes what was scanned, after the files that are included in it. */
static int take_slot(struct records_reader *reader, struct slot *slot, struct err *err)
{
    while (slot->end == SCAN_INCLUDE) {
        hand_over(reader, slot);
        if (reader->stopped)
            return 0;
        if (follow(reader, slot, err))
            return -1;
        scan_on(reader, slot);
    }
    if (slot->end == SCAN_PROBLEM)
        return read_whole(reader, slot, err);
    hand_over(reader, slot);
    return 0;
}

/* Reads pieces into the slots; returns how many, or 0. */
static size_t fill(struct records_reader *reader, struct crew *crew, struct err *err)
{
    struct source *source = reader->source;
    size_t count = 0;
    for (; count < source->pieces && count < crew->count && !text_is_at_end(source->text);
         count++) {
        struct slot *slot = &crew->slots[count];
        if (text_read(source->text, reader->piece_bytes, &slot->piece, err))
            return 0;
        slot->start = source->context;
        if (count)
            slot->start.owner.len = 0;
    }
    return count;
}

/* The next piece is to be scanned (again) from there, and alone. */
static void resume_at(struct source *source, uint64_t offset)
{
    text_seek(source->text, offset);
    source->pieces = 1;
}

/* Takes a slot that includes files or has a problem, and nothing of those behind it. */
static int take_apart(struct records_reader *reader, struct slot *slot, const struct slot *end,
                      struct err *err)
{
    struct source *source = reader->source;
    drop(reader, slot + 1, end);
    if (take_slot(reader, slot, err))
        return -1;
    source->context = slot_context_behind(slot, &source->context);
    if (slot->end == SCAN_END && slot + 1 < end) /* else it has read all */
        resume_at(source, slot[1].piece.offset);
    source->pieces = 1;
    return 0;
}

/* Takes the slots in their order, as far as they were scanned with what is in force now. */
static int take_slots(struct records_reader *reader, struct slot *slot, const struct slot *end,
                      struct err *err)
{
    struct source *source = reader->source;
    for (; slot < end && !reader->stopped; slot++) {
        if (!slot_is_as_thought(slot, &source->context)) {
            resume_at(source, slot->piece.offset);
            break;
        }
        slot->start = source->context;
        if (slot->end != SCAN_END)
            return take_apart(reader, slot, end, err);
        hand_over(reader, slot);
        source->context = slot_context_behind(slot, &source->context);
    }
    drop(reader, slot, end);
    return 0;
}

/* Scans some pieces at once. Those behind one that has changed something were scanned in vain. */
static int read_pieces(struct records_reader *reader, struct err *err)
{
    struct source *source = reader->source;
    struct crew *crew = crew_for(reader, source);
    const size_t count = fill(reader, crew, err);
    if (count == 0)
        return -1;
    parallel_run(count, reader->threads, scan_slot, reader);
    source->pieces = 2 * count;
    return take_slots(reader, crew->slots, crew->slots + count, err);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return mem_strdup(".");
    return mem_printf("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

static bool includes_itself(const struct source *source)
{
    const struct source *outer = source->outer;
    while (outer && (outer->identity.device != source->identity.device ||
                     outer->identity.inode != source->identity.inode))
        outer = outer->outer;
    return outer != NULL;
}

/* Opens `path`; -1 with the reason, without the path. */
static int open_source(struct records_reader *reader, struct source *source, const char *path,
                       struct err *err)
{
    if (source->depth > INCLUDE_DEPTH_MAX)
        return err_set(err, "files include each other more than %d deep", INCLUDE_DEPTH_MAX);
    if (reader->files->count >= FILES_MAX)
        return err_set(err, "more than %d files", FILES_MAX);
    const size_t index = file_list_add(reader->files, path);
    source->text = text_open(path, &source->identity, err);
    if (!source->text)
        return -1;
    struct file_entry *entry = &reader->files->entries[index];
    entry->identity = source->identity;
    source->path = entry->path;
    reader->too_large = !source->outer && reader->max_bytes &&
                        source->identity.size > reader->max_bytes;
    if (reader->too_large || includes_itself(source)) {
        text_close(source->text);
        return err_set(err, "%s", reader->too_large ? "is too large" : "includes itself");
    }
    source->folder = folder_of(path);
    return 0;
}

/* Reads a file and what it includes. -1: it cannot be read, with the reason, without the path. */
static int read_file(struct records_reader *reader, const char *path,
                     const struct scan_context *context, struct err *err)
{
    struct source source = {
        .outer = reader->source, .start = *context, .context = *context, .pieces = 1
    };
    if (source.outer)
        source.depth = source.outer->depth + 1;
    if (open_source(reader, &source, path, err))
        return -1;
    reader->source = &source;
    int result = 0;
    while (result == 0 && !reader->stopped && !text_is_at_end(source.text))
        result = read_pieces(reader, err);
    if (result == 0 && !reader->stopped)
        result = text_check(source.text, err);
    reader->source = source.outer;
    text_close(source.text);
    free(source.folder);
    return result;
}

bool records_read(struct records_reader *reader, const uint8_t *apex, const char *path,
                  struct file_list *files, const struct records_taker *taker)
{
    struct err problem;
    struct scan_context context = { .origin.len = 0 };
    context.origin.len = (uint8_t)dname_lower(context.origin.wire, apex);
    reader->apex = context.origin;
    reader->taker = taker;
    reader->files = files;
    reader->source = NULL;
    reader->stopped = reader->too_large = false;
    if (read_file(reader, path, &context, &problem) && !reader->too_large) {
        err_wrap(&problem, "%s", path);
        taker->problem(taker->arg, problem.msg);
    }
    return !reader->too_large;
}

struct records_place records_place(struct records_reader *reader, size_t nth)
{
    const struct source *source = reader->source;
    const struct slot *slot = reader->taking;
    struct batch batch = { 0 };
    struct scan_item item;
    enum scan_kind kind;
    if (!reader->spare)
        reader->spare = scan_new();
    scan_begin(reader->spare, slot->piece.bytes, slot->piece.len, source->folder, &slot->start);
    for (size_t left = slot->taken + nth + 1;
         left && (kind = scan_next(reader->spare, &item)) != SCAN_END; batch_clear(&batch))
        left -= kind == SCAN_RECORD && batch_add(&batch, &reader->apex, &item.record, NULL) == 0;
    batch_free(&batch);
    return (struct records_place){ source->path, line_of(source, slot, reader->spare) };
}
