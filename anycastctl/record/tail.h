/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tail.h - the last whole lines of a file that another process may have been cut off writing. */
#ifndef PROXIMA_RECORD_TAIL_H
#define PROXIMA_RECORD_TAIL_H

#include <stdbool.h>
#include <stddef.h>

struct tail {
    char *text;   /* the lines point into it */
    char **lines; /* oldest first, NUL-terminated, without newline */
    size_t count;
    bool cut; /* the file does not end with a newline: its last line is not among `lines` */
};

/* Reads at most `lines_max` lines, out of the last `bytes_max` bytes, from `fd` (which must be
 * seekable; its position is not changed). Anything unreadable gives an empty tail. Free it. */
struct tail tail_read(int fd, size_t lines_max, size_t bytes_max);
void tail_free(struct tail *tail);

#endif
