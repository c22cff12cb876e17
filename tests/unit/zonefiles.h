/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonefiles.h - for tests: a folder of files that goes away, and what loading one of them said. */
#ifndef PROXIMA_TESTS_UNIT_ZONEFILES_H
#define PROXIMA_TESTS_UNIT_ZONEFILES_H

#include "dnsd/zone/load.h"

/* A new folder; files_end removes it with what is in it. */
struct files {
    char folder[64];
};
void files_begin(struct files *files);
void files_end(struct files *files);

/* Writes a file of the folder; `text` may hold NULs if `len` is not SIZE_MAX. */
void files_write(const struct files *files, const char *name, const char *text);
void files_write_bytes(const struct files *files, const char *name, const void *bytes, size_t len);
/* The file's path, in one of a few static buffers. */
const char *files_path(const struct files *files, const char *name);

/* Loads a file of the folder as zone `apex` and keeps what was said, without the folder's name. */
struct loaded {
    const struct zone *zone; /* NULL: see error */
    char error[ERR_MAX];
    char said[8192]; /* each line of warn(), ended by "\n" */
};
void files_load(const struct files *files, const char *apex, const char *name, struct loaded *out);

/* The zone as lines "owner TTL type data\n" in canonical order, data as libknot writes it. */
char *zone_dump(const struct zone *zone, char *out, size_t cap);

#endif
