/* SPDX-License-Identifier: GPL-3.0-or-later */
/* records.c - the records of a zone's files. Knows how much is read before it is handed over. */
#include "dnsd/zone/records.h"

#include "common/mem.h"
#include "dnsd/zone/reader.h"

#include <stdlib.h>

enum { BATCH_BYTES = 256 << 10 };

struct records_reader {
    struct batch batch;
};

struct records_reader *records_reader_new(unsigned threads)
{
    (void)threads;
    return mem_zalloc(sizeof(struct records_reader));
}

void records_reader_free(struct records_reader *reader)
{
    if (!reader)
        return;
    batch_free(&reader->batch);
    free(reader);
}

/* Hands over what was read. */
static bool flush(struct batch *batch, const struct records_taker *taker)
{
    if (!batch->records)
        return true;
    void *digest = taker->digest ? taker->digest(taker->arg, batch) : NULL;
    const bool more = taker->take(taker->arg, batch, digest);
    batch_clear(batch);
    return more;
}

static bool tell(const struct reader *files, struct err *problem, const struct records_taker *taker)
{
    err_wrap(problem, "%s:%llu", reader_path(files), (unsigned long long)reader_line(files));
    return taker->problem(taker->arg, problem->msg);
}

static void read_all(struct batch *batch, const struct dname *apex, struct reader *files,
                     const struct records_taker *taker)
{
    struct scan_item item;
    enum scan_kind kind;
    while ((kind = reader_next(files, &item)) != SCAN_END) {
        if (kind == SCAN_RECORD && batch_add(batch, apex, &item.record, &item.problem) == 0) {
            if (batch->used >= BATCH_BYTES && !flush(batch, taker))
                return;
        } else if (!flush(batch, taker) || !tell(files, &item.problem, taker)) {
            return;
        }
    }
    flush(batch, taker);
}

void records_read(struct records_reader *reader, const uint8_t *apex, const char *path,
                  struct file_list *files, const struct records_taker *taker)
{
    struct dname lower;
    struct err problem;
    struct reader *nested = reader_open(apex, path, files, &problem);
    lower.len = (uint8_t)dname_lower(lower.wire, apex);
    if (nested) {
        read_all(&reader->batch, &lower, nested, taker);
    } else {
        err_wrap(&problem, "%s", path);
        taker->problem(taker->arg, problem.msg);
    }
    batch_clear(&reader->batch);
    reader_close(nested);
}
