/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.c - a master file and what it includes, to a zone. Knows how files nest and how problems are
 * told; hides the scanner. */
#include "dnsd/zone/load.h"

#include "common/mem.h"
#include "dnsd/zone/clean.h"
#include "dnsd/zone/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROBLEMS_MAX = 20,      /* then the person has enough to do */
    INCLUDE_DEPTH_MAX = 16, /* files within files */
    FILES_MAX = 1000,       /* of one zone: two files that include each other twice are many */
};

struct loading {
    struct zone_builder *builder;
    struct file_list *files;
    zone_warn *warn;
    void *arg;
    unsigned problems;
    struct err first; /* problem */
};

/* One file that is being read, and the one that includes it. */
struct source {
    const struct source *outer;
    const char *path;
    unsigned depth;
    struct file_identity identity;
};

static void tell(struct loading *loading, const char *text)
{
    if (loading->problems++ == 0)
        err_set(&loading->first, "%s", text);
    if (loading->warn)
        loading->warn(loading->arg, text);
}

/* `line` 0: the file as a whole. */
static void tell_at(struct loading *loading, const struct source *source, uint64_t line,
                    struct err *problem)
{
    if (line)
        err_wrap(problem, "%s:%llu", source->path, (unsigned long long)line);
    else
        err_wrap(problem, "%s", source->path);
    tell(loading, problem->msg);
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

static int check_nesting(const struct loading *loading, const struct source *source,
                         struct err *err)
{
    if (source->depth > INCLUDE_DEPTH_MAX)
        return err_set(err, "files include each other more than %d deep", INCLUDE_DEPTH_MAX);
    if (loading->files->count >= FILES_MAX)
        return err_set(err, "more than %d files", FILES_MAX);
    return 0;
}

/* Scans `source`, already read. */
static void load_text(struct loading *loading, const struct source *source,
                      const struct scan_settings *settings);

/* Reads and scans a file; -1 with the reason, without its path, if it cannot be read. */
static int load_file(struct loading *loading, struct source *source, const uint8_t *origin,
                     const struct scan_ttl *ttl, struct err *err)
{
    char *text;
    size_t len;
    if (check_nesting(loading, source, err))
        return -1;
    const size_t index = file_list_add(loading->files, source->path);
    if (file_read(source->path, &text, &len, &source->identity, err))
        return -1;
    loading->files->entries[index].identity = source->identity;
    if (includes_itself(source)) {
        free(text);
        return err_set(err, "includes itself");
    }
    char *folder = folder_of(source->path);
    text = clean(text, &len);
    const struct scan_settings settings = {
        .text = text,
        .len = len,
        .origin = origin,
        .folder = folder,
        .ttl = *ttl,
    };
    load_text(loading, source, &settings);
    free(folder);
    free(text);
    return 0;
}

static void load_include(struct loading *loading, const struct source *outer,
                         const struct scan *scan, const struct scan_item *item)
{
    const struct scan_ttl ttl = scan_ttl(scan);
    char *path = mem_strdup(item->path);
    struct source source = { .outer = outer, .path = path, .depth = outer->depth + 1 };
    const struct dname origin = item->origin;
    struct err err;
    if (load_file(loading, &source, origin.wire, &ttl, &err)) {
        err_wrap(&err, "$INCLUDE %s", path);
        tell_at(loading, outer, scan_line(scan), &err);
    }
    free(path);
}

static void load_text(struct loading *loading, const struct source *source,
                      const struct scan_settings *settings)
{
    struct scan *scan = scan_new(settings);
    struct scan_item item;
    enum scan_kind kind;
    while (loading->problems < PROBLEMS_MAX && (kind = scan_next(scan, &item)) != SCAN_END) {
        if (kind == SCAN_RECORD && zone_builder_add(loading->builder, &item.record, &item.problem))
            kind = SCAN_PROBLEM;
        if (kind == SCAN_INCLUDE)
            load_include(loading, source, scan, &item);
        else if (kind != SCAN_RECORD)
            tell_at(loading, source, scan_line(scan), &item.problem);
    }
    scan_free(scan);
}

/* What the builder has to say, with the file in front. */
struct builder_talk {
    const char *path;
    zone_warn *warn;
    void *arg;
};

static void builder_says(void *arg, const char *text)
{
    const struct builder_talk *talk = arg;
    struct err line;
    err_set(&line, "%s: %s", talk->path, text);
    talk->warn(talk->arg, line.msg);
}

static const struct zone *finish(struct loading *loading, const char *path, struct err *err)
{
    if (loading->problems) {
        if (loading->problems == 1)
            err_set(err, "%s", loading->first.msg);
        else
            err_set(err, "%s (and %s%u more)", loading->first.msg,
                    loading->problems < PROBLEMS_MAX ? "" : "at least ", loading->problems - 1);
        return NULL;
    }
    struct builder_talk talk = { path, loading->warn, loading->arg };
    const struct zone *zone = zone_builder_finish(loading->builder,
                                                  loading->warn ? builder_says : NULL, &talk, err);
    if (!zone)
        err_wrap(err, "%s", path);
    return zone;
}

const struct zone *zone_load_listed(const uint8_t *apex, const char *path, struct file_list *files,
                                    zone_warn *warn, void *arg, struct err *err)
{
    struct loading loading = {
        .builder = zone_builder_new(apex),
        .files = files,
        .warn = warn,
        .arg = arg,
    };
    struct source source = { .path = path };
    const struct scan_ttl none = { .has_default = false };
    struct err problem;
    if (load_file(&loading, &source, apex, &none, &problem))
        tell_at(&loading, &source, 0, &problem);
    const struct zone *zone = finish(&loading, path, err);
    zone_builder_free(loading.builder);
    return zone;
}

const struct zone *zone_load(const uint8_t *apex, const char *path, zone_warn *warn, void *arg,
                             struct err *err)
{
    struct file_list files = { 0 };
    const struct zone *zone = zone_load_listed(apex, path, &files, warn, arg, err);
    file_list_free(&files);
    return zone;
}
