/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonefiles.h - for tests: a folder of files that goes away, and what loading one of them said. */
#ifndef PROXIMA_TESTS_UNIT_ZONEFILES_H
#define PROXIMA_TESTS_UNIT_ZONEFILES_H

#include "dnsd/zone/load.h"

/* A new folder, the test's one; files_end removes it with what is in it. */
void files_begin(void);
void files_end(void);
const char *files_folder(void);

/* Both as cmocka's fixture. */
int files_setup(void **state);
int files_teardown(void **state);

/* Writes a file of the folder, as a text or as bytes. */
void files_write(const char *name, const char *text);
void files_write_bytes(const char *name, const void *bytes, size_t len);
/* The file's path, in one of a few static buffers. */
const char *files_path(const char *name);

/* Loads a file of the folder as zone `apex` and keeps what was said, without the folder's name. */
struct loaded {
    const struct zone *zone; /* NULL: see error */
    char error[ERR_MAX];
    char said[8192]; /* each line of warn(), ended by "\n" */
};
void files_load(const char *apex, const char *name, struct loaded *out);

/* The zone as lines "owner TTL type data\n" in canonical order, data as libknot writes it. */
char *zone_dump(const struct zone *zone, char *out, size_t cap);

#endif
