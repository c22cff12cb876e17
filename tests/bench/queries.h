/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queries.h - a file of queries in wire form, each with the kind of answer that is right for it.
 *
 * The file is a row of: one byte kind, marked with KIND_SIGNED where signatures have to come along,
 * two bytes length in network order, the message. So length and message lie together as TCP sends
 * them. The IDs are 0: the generators put in their own. */
#ifndef PROXIMA_BENCH_QUERIES_H
#define PROXIMA_BENCH_QUERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { QUERY_MAX = 512 };

/* What a response can be, as far as its header tells. */
enum kind {
    KIND_ANSWER,   /* NOERROR with records in the answer section */
    KIND_NXDOMAIN, /* the name does not exist */
    KIND_REFERRAL, /* NOERROR, not authoritative, no answer but an authority section */
    KIND_NODATA,   /* NOERROR, authoritative, no answer */
    KIND_OTHER,    /* an error, truncated, or no response at all */
    KINDS
};

enum { KIND_SIGNED = 0x80 };

extern const char *const kind_names[KINDS];

struct query {
    const uint8_t *message;
    uint16_t length;
    uint8_t kind; /* that is expected, perhaps marked */
};

struct queries; /* all of a file, in memory; read in turn, from the beginning again after the end */

/* Returns new, to be freed by queries_free; NULL with a message on standard error. */
struct queries *queries_read(const char *path);
void queries_free(struct queries *queries);

size_t queries_count(const struct queries *queries);

/* Goes to query number `n` (modulo their count). */
void queries_seek(struct queries *queries, uint64_t n);

/* The next one; borrowed as long as `queries` lives. */
struct query queries_next(struct queries *queries);

/* The kind of the response `message` of `length` >= 12 bytes. */
enum kind kind_of_response(const uint8_t *message, size_t length);

/* Whether that kind is right for a query marked `expected`: and where it has to be signed, whether
 * there are as many records as signatures and proofs need. */
bool kind_is_right(enum kind kind, uint8_t expected, const uint8_t *message);

/* Appends a query for `name` (text, without escapes, the last dot optional) to `file`: EDNS with
 * 1232 bytes; DO if the kind is marked with KIND_SIGNED. */
void queries_write(FILE *file, const char *name, uint16_t type, uint8_t kind);

#endif
