/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagestore.c - the folder of images. Knows file names, and which zones are worth an image. */
#include "dnsd/zone/imagestore.h"

#include "common/log.h"
#include "common/mem.h"
#include "dnsd/zone/imagelabel.h"
#include "dnsd/zone/imagequeue.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A zone of so many bytes takes some milliseconds to parse, and its image less than one to read.
 * There are as many such zones as memory has room for: some thousands. */
enum { WORTH_BYTES = 256 << 10 };

static const char prefix[] = "zone-", suffix[] = "image", suffix_new[] = "image.new";

struct image_store {
    char *folder;
    struct image_queue *queue;
    size_t count; /* of images that were there when the store was opened */
    struct dname *images;
};

/* --- names ------------------------------------------------------------------------------------ */

/* The image's path, in new memory; NULL if its name would be too long for a file. */
static char *path_of(const struct image_store *store, const uint8_t *apex)
{
    char text[DNAME_TEXT_MAX], safe[4 * DNAME_TEXT_MAX], *to = safe;
    for (const char *from = dname_to_text(apex, text); *from; from++)
        if (*from == '/')
            to = stpcpy(to, "\\047");
        else
            *to++ = *from;
    *to = '\0';
    if (sizeof prefix + (size_t)(to - safe) + sizeof suffix_new > NAME_MAX)
        return NULL;
    return mem_printf("%s/%s%s%s", store->folder, prefix, safe, suffix);
}

/* True if a file of this name is the image of a zone, and which. */
static bool is_image_name(const char *name, const char *ending, struct dname *out)
{
    const size_t head = sizeof prefix - 1, tail = strlen(ending), len = strlen(name);
    if (len <= head + tail || strncmp(name, prefix, head) != 0 ||
        strcmp(name + len - tail, ending) != 0 || name[len - tail - 1] != '.')
        return false;
    char *text = mem_printf("%.*s", (int)(len - head - tail), name + head);
    const bool good = dname_from_text(text, out, NULL) == 0;
    free(text);
    return good;
}

static int by_name(const void *a, const void *b)
{
    return dname_cmp(((const struct dname *)a)->wire, ((const struct dname *)b)->wire);
}

/* So that zones without an image need not ask the file system, each for itself. */
static void list_images(struct image_store *store)
{
    DIR *folder = opendir(store->folder);
    struct dirent *entry;
    struct dname name;
    while (folder && (entry = readdir(folder))) {
        if (!is_image_name(entry->d_name, suffix, &name))
            continue;
        store->images = mem_realloc(store->images, (store->count + 1) * sizeof *store->images);
        store->images[store->count++] = name;
    }
    if (folder)
        closedir(folder);
    if (store->count)
        qsort(store->images, store->count, sizeof *store->images, by_name);
}

static bool was_there(const struct image_store *store, const uint8_t *apex)
{
    struct dname name;
    name.len = (uint8_t)dname_lower(name.wire, apex);
    return store->count && bsearch(&name, store->images, store->count, sizeof name, by_name);
}

/* --- images ----------------------------------------------------------------------------------- */

struct image_store *image_store_open(const char *folder)
{
    struct image_store *store = mem_zalloc(sizeof *store);
    store->folder = mem_strdup(folder);
    store->queue = image_queue_new();
    list_images(store);
    return store;
}

void image_store_close(struct image_store *store)
{
    if (!store)
        return;
    image_queue_close(store->queue);
    free(store->images);
    free(store->folder);
    free(store);
}

const struct zone *image_store_read(const struct image_store *store,
                                    const struct imagefile_wanted *wanted,
                                    struct imagefile_origin *origin, struct err *err)
{
    err_clear(err);
    char *path = was_there(store, wanted->apex) ? path_of(store, wanted->apex) : NULL;
    if (!path)
        return NULL;
    const struct zone *zone = imagefile_read(path, wanted, origin, err);
    free(path);
    return zone;
}

void image_store_write(struct image_store *store, const struct zone *zone,
                       const struct imagefile_origin *origin)
{
    const bool is_worth = zone_size(zone).bytes >= WORTH_BYTES;
    char *path = is_worth || was_there(store, zone_name(zone)) ? path_of(store, zone_name(zone))
                                                               : NULL;
    if (path && is_worth)
        image_queue_add(store->queue, path, zone, origin);
    else if (path)
        unlink(path); /* of a time when it was */
    free(path);
}

/* --- tidying ---------------------------------------------------------------------------------- */

/* Only what is an image is ours. */
static void remove_image(const struct image_store *store, int folder, const char *name)
{
    const int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (image_label_is_there(fd) && unlinkat(folder, name, 0) == 0)
        log_event(LOG_INFO, "zone-image-removed", "image=%s/%s", store->folder, name);
    close(fd);
}

static void drop_job(struct image_store *store, const uint8_t *apex)
{
    char *path = path_of(store, apex);
    if (path)
        image_queue_drop(store->queue, path);
    free(path);
}

void image_store_tidy(struct image_store *store, image_is_wanted *is_wanted, const void *arg)
{
    DIR *folder = opendir(store->folder);
    struct dirent *entry;
    struct dname name;
    while (folder && (entry = readdir(folder))) {
        if ((!is_image_name(entry->d_name, suffix, &name) &&
             !is_image_name(entry->d_name, suffix_new, &name)) ||
            is_wanted(arg, name.wire))
            continue;
        drop_job(store, name.wire);
        remove_image(store, dirfd(folder), entry->d_name);
    }
    if (folder)
        closedir(folder);
}
