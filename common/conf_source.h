/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_source.h - the text of a configuration, its @includes already put in, and where each of its
 * lines came from. Part of conf; libconfig itself never opens a file, so that it can neither end
 * the process on an @include of a folder nor lose the names of included files.
 *
 * On the way it finds what libconfig 1.5 would swallow: integers that do not fit their type wrap
 * silently there, a NUL byte ends the text, an unclosed comment is no error. */
#ifndef PROXIMA_COMMON_CONF_SOURCE_H
#define PROXIMA_COMMON_CONF_SOURCE_H

#include "common/err.h"

struct conf_source;

struct conf_place {
    const char *file; /* borrowed from the source */
    unsigned line;    /* from 1 */
};

/* Reads `path` and what it includes: names that are not absolute are looked up in the folder of
 * `path`, nested ones too; at most 10 deep, 10,000 files, 64 MiB. NULL with "FILE:LINE: reason". */
struct conf_source *conf_source_read(const char *path, struct err *err);
void conf_source_free(struct conf_source *source);

/* The whole text, ended by a newline and a NUL. */
const char *conf_source_text(const struct conf_source *source);

/* Where line `line` (from 1) of the whole text came from. */
struct conf_place conf_source_place(const struct conf_source *source, unsigned line);

#endif
