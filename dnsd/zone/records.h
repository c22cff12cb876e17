/* SPDX-License-Identifier: GPL-3.0-or-later */
/* records.h - all records of a master file and of what it includes, in their order, batch by batch.
 *
 * A file is read in pieces that end between two records; several threads scan one piece each, as if
 * the pieces before had changed nothing (no $ORIGIN, no $TTL): mostly it is so, else they scan
 * again. What comes out is what one thread would have read from the whole file: records, order,
 * problems and their places. Neither the text nor the records are ever in memory as a whole; but a
 * text with a problem is, and is scanned again, because what is wrong may be understood only from
 * what is far from it. */
#ifndef PROXIMA_ZONE_RECORDS_H
#define PROXIMA_ZONE_RECORDS_H

#include "dnsd/zone/batch.h"
#include "dnsd/zone/file.h"
#include "dnsd/zone/policy.h"

/* What becomes of the records. */
struct records_taker {
    void *arg;

    /* May be NULL. Work on one batch that needs no other: it is called on any of the threads, on
     * several at once. Returns something new for `take`, or NULL. */
    void *(*digest)(void *arg, const struct batch *batch);

    /* Takes the batches in the order of the files, on the caller's thread. The batch is borrowed
     * during the call: nothing of it may be kept; `digest` is the taker's own. False: no more. */
    bool (*take)(void *arg, const struct batch *batch, void *digest);

    /* Takes "FILE:LINE: what is wrong"; what was before it has been taken. The text behind it is
     * read on. False: no more. */
    bool (*problem)(void *arg, const char *text);

    /* Records whose owner is not in the zone are left out; what else becomes of them: nothing, or
     * `outside` takes "FILE:LINE: warning: …", as `problem` does, or it is a problem. */
    enum check_level outside_is;
    bool (*outside)(void *arg, const char *text);

    /* Frees a digest that is not taken, since the batch was not what is in the file. NULL: free. */
    void (*drop)(void *digest);
};

/* Scanners and memory for a number of threads, to be used for one zone after the other. */
struct records_reader;

struct records_reader *records_reader_new(unsigned threads);
unsigned records_reader_threads(const struct records_reader *reader);
void records_reader_free(struct records_reader *reader);

/* How many bytes of text are scanned at once; 0: many; SIZE_MAX: the whole file. For tests. */
void records_reader_tune(struct records_reader *reader, size_t piece_bytes);

/* Files larger than that are left to a reader with more threads (a zone's own; what it includes is
 * read in any case). No limit else. */
void records_reader_limit(struct records_reader *reader, off_t bytes);

/* Reads the zone `apex` from the file `path`. Adds it, and what it includes, to `files`, those that
 * could not be read, too. False: it is larger than the limit, and nothing was read. */
bool records_read(struct records_reader *reader, const uint8_t *apex, const char *path,
                  struct file_list *files, const struct records_taker *taker);

/* Where a record of the batch stands that is being taken: the `nth`, from 0. The path lives as long
 * as the list of files. */
struct records_place {
    const char *path;
    uint64_t line;
};
struct records_place records_place(struct records_reader *reader, size_t nth);

#endif
