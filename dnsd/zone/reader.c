/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.c - how files nest. Knows which file includes which, and where that has to end; hides the
 * scanners, one for each open file. */
#include "dnsd/zone/reader.h"

#include "common/mem.h"
#include "dnsd/zone/clean.h"

#include <stdlib.h>
#include <string.h>

enum {
    INCLUDE_DEPTH_MAX = 16, /* files within files */
    FILES_MAX = 1000,       /* of one zone: two files that include each other twice are many */
};

/* One file that is being read, and the one that includes it. */
struct source {
    struct source *outer;
    const char *path; /* borrowed from the list of files */
    unsigned depth;
    struct file_identity identity;
    char *text;
    struct scan *scan;
};

struct reader {
    struct file_list *files;
    struct source *source; /* the innermost; NULL at the end */
};

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

static int check_nesting(const struct reader *reader, const struct source *source, struct err *err)
{
    if (source->depth > INCLUDE_DEPTH_MAX)
        return err_set(err, "files include each other more than %d deep", INCLUDE_DEPTH_MAX);
    if (reader->files->count >= FILES_MAX)
        return err_set(err, "more than %d files", FILES_MAX);
    return 0;
}

/* Reads `path` into `source`; -1 with the reason, without the path. */
static int read_source(struct reader *reader, struct source *source, const char *path, size_t *len,
                       struct err *err)
{
    if (check_nesting(reader, source, err))
        return -1;
    const size_t index = file_list_add(reader->files, path);
    if (file_read(path, &source->text, len, &source->identity, err))
        return -1;
    struct file_entry *entry = &reader->files->entries[index];
    entry->identity = source->identity;
    source->path = entry->path;
    if (includes_itself(source)) {
        free(source->text);
        return err_set(err, "includes itself");
    }
    return 0;
}

/* Goes on with the file `path`, and behind its end where it was before. */
static int enter(struct reader *reader, const char *path, const uint8_t *origin,
                 const struct scan_ttl *ttl, struct err *err)
{
    struct source source = { .outer = reader->source };
    size_t len;
    if (source.outer)
        source.depth = source.outer->depth + 1;
    if (read_source(reader, &source, path, &len, err))
        return -1;
    char *folder = folder_of(path);
    source.text = clean(source.text, &len);
    const struct scan_settings settings = {
        .text = source.text,
        .len = len,
        .origin = origin,
        .folder = folder,
        .ttl = *ttl,
    };
    source.scan = scan_new(&settings);
    free(folder);
    reader->source = mem_dup(&source, sizeof source);
    return 0;
}

static void leave(struct reader *reader)
{
    struct source *source = reader->source;
    reader->source = source->outer;
    scan_free(source->scan);
    free(source->text);
    free(source);
}

struct reader *reader_open(const uint8_t *apex, const char *path, struct file_list *files,
                           struct err *err)
{
    struct reader *reader = mem_zalloc(sizeof *reader);
    const struct scan_ttl none = { .has_default = false };
    reader->files = files;
    if (enter(reader, path, apex, &none, err)) {
        free(reader);
        return NULL;
    }
    return reader;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    while (reader->source)
        leave(reader);
    free(reader);
}

static int include(struct reader *reader, struct scan_item *item)
{
    const struct scan_ttl ttl = scan_ttl(reader->source->scan);
    if (enter(reader, item->path, item->origin.wire, &ttl, &item->problem))
        return err_wrap(&item->problem, "$INCLUDE %s", item->path);
    return 0;
}

enum scan_kind reader_next(struct reader *reader, struct scan_item *item)
{
    while (reader->source) {
        const enum scan_kind kind = scan_next(reader->source->scan, item);
        if (kind == SCAN_RECORD)
            return SCAN_RECORD;
        if (kind == SCAN_END)
            leave(reader);
        else if (kind != SCAN_INCLUDE || include(reader, item))
            return SCAN_PROBLEM;
    }
    return SCAN_END;
}

const char *reader_path(const struct reader *reader)
{
    return reader->source->path;
}

uint64_t reader_line(const struct reader *reader)
{
    return scan_line(reader->source->scan);
}
