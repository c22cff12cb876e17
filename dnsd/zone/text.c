/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c - reads a file in pieces. Knows what may go wrong between open and close. Files are read,
 * not mapped: a mapped file that somebody truncates is a SIGBUS. */
#include "dnsd/zone/text.h"

#include "common/mem.h"
#include "dnsd/zone/clean.h"
#include "dnsd/zone/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct text {
    int fd;
    struct file_identity identity;
    uint64_t size, offset;
    bool at_end;                  /* all is read */
    uint64_t lines_offset, lines; /* that end before there */
};

static int check_regular(const struct stat *st, struct err *err)
{
    enum { SURELY_FITS = 64 << 20 };
    if (S_ISDIR(st->st_mode))
        return err_set(err, "is a directory, not a zone file");
    if (!S_ISREG(st->st_mode))
        return err_set(err, "is not a regular file");
    if (st->st_size > SURELY_FITS &&
        (double)st->st_size > (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE))
        return err_set(err, "is larger than this machine's memory");
    return 0;
}

struct text *text_open(const char *path, struct file_identity *identity, struct err *err)
{
    struct stat st;
    /* Without O_NONBLOCK, opening a FIFO waits for somebody to write into it. */
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        err_set(err, "%s", strerror(errno));
        return NULL;
    }
    if (fstat(fd, &st) ? err_sys(err, "fstat") : check_regular(&st, err)) {
        close(fd);
        return NULL;
    }
    struct text *text = mem_zalloc(sizeof *text);
    text->fd = fd;
    text->size = (uint64_t)st.st_size;
    text->identity = *identity = file_identity_of(&st);
    return text;
}

void text_close(struct text *text)
{
    if (!text)
        return;
    close(text->fd);
    free(text);
}

uint64_t text_offset(const struct text *text)
{
    return text->offset;
}

void text_seek(struct text *text, uint64_t offset)
{
    text->offset = offset;
    text->at_end = false;
}

bool text_is_at_end(const struct text *text)
{
    return text->at_end;
}

static int say_changed(struct err *err)
{
    return err_set(err, "changed while it was read: write the new version beside it and rename it");
}

int text_check(const struct text *text, struct err *err)
{
    struct stat st;
    if (fstat(text->fd, &st))
        return err_sys(err, "fstat");
    const struct file_identity now = file_identity_of(&st);
    if (!file_identity_equal(&now, &text->identity))
        return say_changed(err);
    return 0;
}

/* Exactly `len` bytes from `offset`. At the end of the file there is room for one more, to see that
 * there are none. */
static int read_at(const struct text *text, uint64_t offset, char *to, size_t len, struct err *err)
{
    const size_t asked = len + (offset + len == text->size);
    size_t got = 0;
    do {
        const ssize_t n = pread(text->fd, to + got, asked - got, (off_t)(offset + got));
        if (n < 0 && errno != EINTR)
            return err_sys(err, "reading");
        if (n == 0 && got < len)
            return say_changed(err);
        got += n > 0 ? (size_t)n : 0;
    } while (got < len);
    return got > len ? say_changed(err) : 0;
}

static int reserve(struct piece *piece, size_t len, struct err *err)
{
    if (piece->cap >= len)
        return 0;
    free(piece->bytes);
    piece->bytes = malloc(len);
    piece->cap = piece->bytes ? len : 0;
    return piece->bytes ? 0 : err_set(err, "no memory for its %zu bytes", len);
}

int text_read(struct text *text, size_t bytes, struct piece *piece, struct err *err)
{
    const uint64_t left = text->size - text->offset;
    piece->offset = text->offset;
    for (;; bytes *= 2) {
        const bool whole = bytes >= left;
        const size_t len = whole ? (size_t)left : bytes;
        if (reserve(piece, len + 1, err) || read_at(text, text->offset, piece->bytes, len, err))
            return -1;
        piece->len = whole ? len : cut(piece->bytes, len);
        if (piece->len || whole)
            break;
    }
    text->offset += piece->len;
    text->at_end = text->offset == text->size;
    return 0;
}

void piece_clean(struct piece *piece)
{
    const char *before = piece->bytes;
    piece->bytes = clean(piece->bytes, &piece->len);
    if (piece->bytes != before)
        piece->cap = piece->len;
}

void piece_free(struct piece *piece)
{
    free(piece->bytes);
    *piece = (struct piece){ 0 };
}

static uint64_t count_lines(const char *p, const char *end)
{
    uint64_t lines = 0;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        lines++;
        if (++p == end)
            break;
    }
    return lines;
}

uint64_t text_lines(struct text *text, uint64_t offset)
{
    char bytes[(16 << 10) + 1];
    if (offset < text->lines_offset)
        text->lines_offset = text->lines = 0;
    while (text->lines_offset < offset) {
        const uint64_t left = offset - text->lines_offset;
        const size_t len = left < sizeof bytes ? (size_t)left : sizeof bytes - 1;
        if (read_at(text, text->lines_offset, bytes, len, NULL))
            break;
        text->lines += count_lines(bytes, bytes + len);
        text->lines_offset += len;
    }
    return text->lines;
}
