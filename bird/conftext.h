/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conftext.h - a tolerant look into bird.conf and what it includes, to say what is in it; whether
 * it is right, `bird -p` knows.
 *
 * The text becomes blocks (protocol, template, function, …) of statements, each in one line with
 * single spaces. What stands in a block within a block has that block's head in front:
 *     ipv4: import limit 10 action block
 * Defines are not put in: bird_conftext_define() tells their text. An include is a statement too,
 * and what it includes follows it. */
#ifndef PROXIMA_BIRD_CONFTEXT_H
#define PROXIMA_BIRD_CONFTEXT_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

struct bird_conftext;

/* Reads `path`, and what it includes (patterns and relative paths as BIRD has them; a pattern may
 * match nothing), all below the folder `root` ("" for this machine's). Returns new. NULL: `path`,
 * or what it includes, cannot be read; errno says why. */
struct bird_conftext *bird_conftext_read(const char *root, const char *path, struct err *err);
void bird_conftext_free(struct bird_conftext *config); /* NULL is fine */

/* The blocks whose head begins with `kind`, such as "protocol bgp": start with *at = 0. Returns the
 * block's name ("" if it has none), borrowed; NULL after the last. */
const char *bird_conftext_next(const struct bird_conftext *config, const char *kind, size_t *at);

/* The last statement of block `name` that begins with the words of `words`, or else of the template
 * that it is from, and so on. Borrowed; NULL: there is none. */
const char *bird_conftext_find(const struct bird_conftext *config, const char *name,
                               const char *words);

/* Calls `each` with the statements of block `name` and of its templates. */
void bird_conftext_each(const struct bird_conftext *config, const char *name,
                        void (*each)(void *arg, const char *statement), void *arg);

/* Statements outside of all blocks, by words as above, one after the other: start with *at = 0. */
const char *bird_conftext_global(const struct bird_conftext *config, const char *words, size_t *at);

/* The text of `define NAME = text;`. Borrowed; NULL: there is none. */
const char *bird_conftext_define(const struct bird_conftext *config, const char *name);

#endif
