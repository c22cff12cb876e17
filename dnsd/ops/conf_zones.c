/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_zones.c - zones from lists and from folders. Knows which files of a folder are zones; hides
 * how a name is seen to be there already. */
#include "dnsd/ops/conf_zones.h"

#include "common/mem.h"
#include "dnsd/zone/key.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The sources while they become more, and a hash table of their names: indices + 1; 0 is free. */
struct making {
    struct dnsd_conf *conf;
    size_t cap;
    uint32_t *table;
    size_t mask;
};

static uint64_t hash_of(const struct dname *name)
{
    struct name_key key;
    name_key_init(&key, name->wire);
    return key.hash[0];
}

/* The place of `name` in the table: used if it is there, free if not. */
static uint32_t *find(const struct making *making, const struct dname *name)
{
    size_t at = hash_of(name) & making->mask;
    for (; making->table[at]; at = (at + 1) & making->mask)
        if (dname_equal(making->conf->sources[making->table[at] - 1].name.wire, name->wire))
            break;
    return &making->table[at];
}

/* Room for one more, with at least half of the table free. */
static void make_room(struct making *making)
{
    struct dnsd_conf *conf = making->conf;
    if (conf->source_count < making->cap)
        return;
    making->cap = making->cap ? 2 * making->cap : 64;
    conf->sources = mem_realloc(conf->sources, making->cap * sizeof *conf->sources);
    free(making->table);
    making->table = mem_calloc(2 * making->cap, sizeof *making->table);
    making->mask = 2 * making->cap - 1;
    for (uint32_t i = 0; i < conf->source_count; i++)
        *find(making, &conf->sources[i].name) = i + 1;
}

/* Returns whether it is new; then it is taken. */
static bool add(struct making *making, const struct zone_source *source)
{
    struct dnsd_conf *conf = making->conf;
    make_room(making);
    uint32_t *place = find(making, &source->name);
    if (*place)
        return false;
    conf->sources[conf->source_count++] = *source;
    *place = (uint32_t)conf->source_count;
    return true;
}

/* Parses `list` to `*free_place` and moves that on; it has been checked. */
static void take_prefixes(struct zone_source *source, const struct conf_strings *list,
                          struct prefix **free_place)
{
    source->allow_transfer = *free_place;
    source->allow_transfer_count = list->count;
    for (size_t i = 0; i < list->count; i++)
        prefix_parse(list->items[i], (*free_place)++, NULL);
}

static void add_listed(struct making *making, struct prefix **free_place)
{
    const struct zone_conf *zones = making->conf->zones.items;
    for (size_t i = 0; i < making->conf->zones.count; i++) {
        struct zone_source source = { .file = zones[i].file };
        dname_from_text(zones[i].name, &source.name, NULL);
        take_prefixes(&source, &zones[i].allow_transfer, free_place);
        add(making, &source);
    }
}

static void log_ignored(const char *path, const char *reason)
{
    log_event(LOG_WARN, "zone-file-ignored",
              "file=%s reason=\"%s\" remedy=\"name it for its zone, or begin its name with a dot\"",
              path, reason);
}

/* A file of a folder becomes a zone, or is said to be none. */
static void add_file(struct making *making, const struct zone_folder_conf *folder, const char *file,
                     struct zone_source *source)
{
    char text[NAME_MAX + 1];
    struct err reason = { "" };
    char *path = mem_printf("%s/%s", folder->folder, file);
    const size_t len = strlen(file) - strlen(folder->suffix);
    memcpy(text, file, len);
    text[len] = '\0';
    source->file = path;
    if (dname_from_text(text, &source->name, &reason) == 0 && !add(making, source))
        err_set(&reason, "there is a zone of this name already");
    if (reason.msg[0]) {
        log_ignored(path, reason.msg);
        free(path);
    }
}

/* Hidden files, folders and those with another suffix are nobody's business here. */
static bool is_zone_file(const struct dirent *entry, const char *suffix)
{
    const size_t len = strlen(entry->d_name), end = strlen(suffix);
    return entry->d_name[0] != '.' && len > end && entry->d_type != DT_DIR &&
           strcmp(entry->d_name + len - end, suffix) == 0;
}

static int add_folder(struct making *making, const struct zone_folder_conf *folder,
                      struct prefix **free_place, struct err *err)
{
    struct zone_source source = { 0 };
    take_prefixes(&source, &folder->allow_transfer, free_place);
    DIR *dir = opendir(folder->folder);
    if (!dir)
        return err_sys(err, "zone_folders: %s", folder->folder);
    const size_t before = making->conf->source_count;
    const struct dirent *entry;
    errno = 0;
    while ((entry = readdir(dir))) {
        if (is_zone_file(entry, folder->suffix))
            add_file(making, folder, entry->d_name, &source);
        errno = 0;
    }
    const int problem = errno;
    closedir(dir);
    errno = problem;
    if (problem)
        return err_sys(err, "zone_folders: reading %s", folder->folder);
    if (making->conf->source_count == before)
        return err_set(err,
                       "zone_folders: %s has no zone NAME%s that is not listed: is it mounted?",
                       folder->folder, folder->suffix);
    return 0;
}

static size_t count_prefixes(const struct dnsd_conf *conf)
{
    const struct zone_conf *zones = conf->zones.items;
    const struct zone_folder_conf *folders = conf->zone_folders.items;
    size_t count = 0;
    for (size_t i = 0; i < conf->zones.count; i++)
        count += zones[i].allow_transfer.count;
    for (size_t i = 0; i < conf->zone_folders.count; i++)
        count += folders[i].allow_transfer.count;
    return count;
}

int conf_zones_make(struct dnsd_conf *conf, struct err *err)
{
    struct making making = { .conf = conf };
    struct prefix *prefix = conf->prefixes = mem_calloc(count_prefixes(conf), sizeof *prefix);
    add_listed(&making, &prefix);
    conf->listed_count = conf->source_count;
    const struct zone_folder_conf *folders = conf->zone_folders.items;
    int result = 0;
    for (size_t i = 0; i < conf->zone_folders.count && result == 0; i++)
        result = add_folder(&making, &folders[i], &prefix, err);
    free(making.table);
    return result;
}

void conf_zones_free(struct dnsd_conf *conf)
{
    for (size_t i = conf->listed_count; i < conf->source_count; i++)
        free((char *)conf->sources[i].file);
    free(conf->sources);
    free(conf->prefixes);
}
