/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.h - private: a master file and the files that it includes, as one row of records. */
#ifndef PROXIMA_ZONE_READER_H
#define PROXIMA_ZONE_READER_H

#include "dnsd/zone/file.h"
#include "dnsd/zone/scan.h"

struct reader;

/* Begins with the file `path` and the origin `apex`; adds it, and later what it includes, to
 * `files` (borrowed while the reader lives). NULL with the reason, without the path, if it cannot
 * be read. */
struct reader *reader_open(const uint8_t *apex, const char *path, struct file_list *files,
                           struct err *err);
void reader_close(struct reader *reader);

/* The next record or problem of all the files: SCAN_RECORD, SCAN_PROBLEM, or SCAN_END. What is
 * wrong in one place does not end it. `item` is valid until the next call. */
enum scan_kind reader_next(struct reader *reader, struct scan_item *item);

/* Where the last item stands; see scan_line. The path lives as long as the list of files. */
const char *reader_path(const struct reader *reader);
uint64_t reader_line(const struct reader *reader);

#endif
