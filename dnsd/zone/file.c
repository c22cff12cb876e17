/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.c - reading whole files. Knows what may go wrong between open and close; hides read's short
 * counts. Files are read, not mapped: a mapped file that somebody truncates is a SIGBUS. */
#include "dnsd/zone/file.h"

#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct file_identity identity_of(const struct stat *st)
{
    return (struct file_identity){ st->st_dev, st->st_ino, st->st_size, st->st_mtim };
}

static bool same_identity(const struct file_identity *a, const struct file_identity *b)
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

bool file_list_unchanged(const struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct stat st;
        struct file_identity now = { 0 };
        if (stat(list->entries[i].path, &st) == 0)
            now = identity_of(&st);
        if (!same_identity(&now, &list->entries[i].identity))
            return false;
    }
    return true;
}

bool file_list_begins(const struct file_list *list, const struct file_list *start)
{
    size_t same = 0;
    while (same < list->count && same < start->count &&
           same_identity(&list->entries[same].identity, &start->entries[same].identity))
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

static int check_regular(const struct stat *st, struct err *err)
{
    const double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (S_ISDIR(st->st_mode))
        return err_set(err, "is a directory, not a zone file");
    if (!S_ISREG(st->st_mode))
        return err_set(err, "is not a regular file");
    if ((double)st->st_size > memory)
        return err_set(err, "is larger than this machine's memory");
    return 0;
}

/* Up to `cap` bytes; fewer only at the end of the file. */
static ssize_t read_all(int fd, char *text, size_t cap)
{
    size_t len = 0;
    while (len < cap) {
        const ssize_t n = read(fd, text + len, cap - len);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n == 0)
            break;
        if (n > 0)
            len += (size_t)n;
    }
    return (ssize_t)len;
}

/* Reads the open file, which fstat said is `st`. */
static int read_open(int fd, const struct stat *st, char **text, size_t *len, struct err *err)
{
    const size_t size = (size_t)st->st_size;
    char *buffer = malloc(size + 1);
    if (!buffer)
        return err_set(err, "no memory for its %zu bytes", size);
    const ssize_t got = read_all(fd, buffer, size + 1); /* one more, to see that it grows */
    struct stat after;
    if (got < 0 || fstat(fd, &after)) {
        free(buffer);
        return err_sys(err, "reading");
    }
    const struct file_identity a = identity_of(st), b = identity_of(&after);
    if ((size_t)got != size || !same_identity(&a, &b)) {
        free(buffer);
        return err_set(err, "changed while it was read: write the new version beside it and "
                            "rename it");
    }
    *text = buffer;
    *len = size;
    return 0;
}

int file_read(const char *path, char **text, size_t *len, struct file_identity *identity,
              struct err *err)
{
    struct stat st;
    /* Without O_NONBLOCK, opening a FIFO waits for somebody to write into it. */
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, "%s", strerror(errno));
    int result = fstat(fd, &st) ? err_sys(err, "fstat") : check_regular(&st, err);
    if (result == 0)
        result = read_open(fd, &st, text, len, err);
    if (result == 0)
        *identity = identity_of(&st);
    close(fd);
    return result;
}
