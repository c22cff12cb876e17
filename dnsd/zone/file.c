/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.c - files and who they were. Knows what tells two versions apart. */
#include "dnsd/zone/file.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

struct file_identity file_identity_of(const struct stat *st)
{
    return (struct file_identity){ st->st_dev, st->st_ino, st->st_size, st->st_mtim };
}

bool file_identity_equal(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

size_t file_list_add(struct file_list *list, const char *path)
{
    list->entries = mem_realloc(list->entries, (list->count + 1) * sizeof *list->entries);
    list->entries[list->count] = (struct file_entry){ .path = mem_strdup(path) };
    return list->count++;
}

const char *file_list_changed(const struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct stat st;
        struct file_identity now = { 0 };
        if (stat(list->entries[i].path, &st) == 0)
            now = file_identity_of(&st);
        if (!file_identity_equal(&now, &list->entries[i].identity))
            return list->entries[i].path;
    }
    return NULL;
}

void file_list_copy(struct file_list *to, const struct file_list *from)
{
    for (size_t i = 0; i < from->count; i++) {
        file_list_add(to, from->entries[i].path);
        to->entries[i].identity = from->entries[i].identity;
    }
}

bool file_list_begins(const struct file_list *list, const struct file_list *start)
{
    size_t same = 0;
    while (same < list->count && same < start->count &&
           file_identity_equal(&list->entries[same].identity, &start->entries[same].identity))
        same++;
    return same == start->count;
}

void file_list_free(struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->entries[i].path);
    free(list->entries);
    *list = (struct file_list){ 0 };
}
