/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.c - from a master file to a zone. Knows how problems are told, and how many of them. */
#include "dnsd/zone/load.h"

#include "dnsd/zone/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS_MAX = 20 }; /* then the person has enough to do */

struct loading {
    struct zone_builder *builder;
    zone_warn *warn;
    void *arg;
    unsigned problems;
    struct err first; /* problem */
};

static void tell(struct loading *loading, const char *text)
{
    if (loading->problems++ == 0)
        err_set(&loading->first, "%s", text);
    if (loading->warn)
        loading->warn(loading->arg, text);
}

static void load_records(struct loading *loading, struct reader *reader)
{
    struct scan_item item;
    enum scan_kind kind;
    while (loading->problems < PROBLEMS_MAX && (kind = reader_next(reader, &item)) != SCAN_END) {
        if (kind == SCAN_RECORD &&
            zone_builder_add(loading->builder, &item.record, &item.problem) == 0)
            continue;
        err_wrap(&item.problem, "%s:%llu", reader_path(reader),
                 (unsigned long long)reader_line(reader));
        tell(loading, item.problem.msg);
    }
}

static void load_files(struct loading *loading, const uint8_t *apex, const char *path,
                       struct file_list *files)
{
    struct err problem;
    struct reader *reader = reader_open(apex, path, files, &problem);
    if (reader) {
        load_records(loading, reader);
    } else {
        err_wrap(&problem, "%s", path);
        tell(loading, problem.msg);
    }
    reader_close(reader);
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
        .warn = warn,
        .arg = arg,
    };
    load_files(&loading, apex, path, files);
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
