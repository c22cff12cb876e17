/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h - private: a master file, piece by piece. Pieces end where a record begins, as far as can
 * be told without understanding the records: whoever scans a piece sees whether it was so. */
#ifndef PROXIMA_ZONE_TEXT_H
#define PROXIMA_ZONE_TEXT_H

#include "dnsd/zone/file.h"

#include <stdint.h>

struct text;

/* Opens `path`. Errors, without the path: what open and read say, a directory or special file, one
 * larger than the machine's memory. */
struct text *text_open(const char *path, struct file_identity *identity, struct err *err);
void text_close(struct text *text);

/* Where the next piece begins: bytes from the start of the file; pieces can be taken again. */
uint64_t text_offset(const struct text *text);
void text_seek(struct text *text, uint64_t offset);
bool text_is_at_end(const struct text *text);

struct piece {
    char *bytes; /* cleaned (clean.h) */
    size_t len, cap;
    uint64_t offset; /* where it begins in the file */
};

/* Reads the next piece, of `bytes` or a little less; more only where no record ends; SIZE_MAX: all
 * the rest. Then it is to be cleaned, on any thread. -1: the file cannot be read, or has become
 * another. */
int text_read(struct text *text, size_t bytes, struct piece *piece, struct err *err);
void piece_clean(struct piece *piece);
void piece_free(struct piece *piece);

/* How many lines end before `offset`; quick where it was asked for a place before. */
uint64_t text_lines(struct text *text, uint64_t offset);

/* -1: the file is not any more what it was when it was opened. */
int text_check(const struct text *text, struct err *err);

#endif
