/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files.h - the two files that are written, bird.conf and passwords.conf, in a folder: as they
 * stand there, and put there. A file appears whole, by a rename, or not at all. */
#ifndef PROXIMA_BIRD_CONFIG_FILES_H
#define PROXIMA_BIRD_CONFIG_FILES_H

#include "common/err.h"

#include <stdbool.h>

struct bird_files {
    char *conf;      /* NULL: not there */
    char *passwords; /* the same */
};

void bird_files_free(struct bird_files *files);

/* What stands in `dir`. A missing file is no error. */
int bird_files_read(const char *dir, struct bird_files *out, struct err *err);

/* Puts them into `dir`, passwords first; those that are NULL are taken away, last. bird.conf is
 * 0644, passwords.conf 0640 and `group`'s ("": our own's). */
int bird_files_write(const char *dir, const char *group, const struct bird_files *files,
                     struct err *err);

bool bird_files_same(const struct bird_files *a, const struct bird_files *b);

#endif
