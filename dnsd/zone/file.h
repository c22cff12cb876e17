/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.h - knowing whether files are still the same. */
#ifndef PROXIMA_ZONE_FILE_H
#define PROXIMA_ZONE_FILE_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Who a file was when it was read. */
struct file_identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec mtime;
};

struct file_identity file_identity_of(const struct stat *st);
bool file_identity_equal(const struct file_identity *a, const struct file_identity *b);

/* The files that a zone was loaded from: the first is the zone's own, then what it includes. Also
 * what could not be read (its identity is then zero): it may be there the next time. */
struct file_list {
    struct file_entry {
        char *path;
        struct file_identity identity;
    } * entries;
    size_t count;
};

/* Appends `path` (copied). Returns its index. */
size_t file_list_add(struct file_list *list, const char *path);
/* The path of a file that is not as it was when it was read (borrowed), or NULL. */
const char *file_list_changed(const struct file_list *list);
void file_list_copy(struct file_list *to, const struct file_list *from); /* `to` is empty */
/* True if the first files of `list` were the same as all of `start` when they were read. */
bool file_list_begins(const struct file_list *list, const struct file_list *start);
void file_list_free(struct file_list *list); /* empties it */

#endif
