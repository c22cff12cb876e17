/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tail.c - reads the end of a file into lines. */
#include "anycastctl/record/tail.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads up to `size` bytes from `offset`; returns how many there are. */
static size_t read_from(int fd, char *out, size_t size, off_t offset)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(fd, out + done, size - done, offset + (off_t)done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

/* Makes lines of the text, each ended by a newline; of a first one that began before the text, and
 * of the oldest that are too many, nothing is kept. */
static void split(struct tail *tail, char *start, const char *end, size_t lines_max)
{
    tail->lines = mem_calloc(lines_max, sizeof *tail->lines);
    for (const char *at = end; at > start && tail->count < lines_max;) {
        char *newline = (char *)at - 1;
        char *before = memrchr(start, '\n', (size_t)(newline - start));
        char *line = before ? before + 1 : start;
        *newline = '\0';
        tail->lines[lines_max - ++tail->count] = line;
        at = line;
    }
    memmove(tail->lines, tail->lines + lines_max - tail->count, tail->count * sizeof *tail->lines);
}

struct tail tail_read(int fd, size_t lines_max, size_t bytes_max)
{
    struct tail tail = { 0 };
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return tail;
    size_t size = (size_t)st.st_size < bytes_max ? (size_t)st.st_size : bytes_max;
    off_t offset = st.st_size - (off_t)size;
    tail.text = mem_alloc(size);
    size = read_from(fd, tail.text, size, offset);

    char *start = tail.text;
    const char *last = memrchr(tail.text, '\n', size);
    const char *end = last ? last + 1 : tail.text;
    tail.cut = end != tail.text + size;
    if (offset > 0) { /* the first line began before what was read */
        const char *first = memchr(tail.text, '\n', size);
        start = first ? (char *)first + 1 : (char *)end;
    }
    if (start < end)
        split(&tail, start, end, lines_max);
    return tail;
}

void tail_free(struct tail *tail)
{
    free(tail->lines);
    free(tail->text);
    *tail = (struct tail){ 0 };
}
