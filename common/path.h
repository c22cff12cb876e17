/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.h - paths in configuration files: relative ones are below a folder, never below whatever the
 * working directory happens to be. */
#ifndef PROXIMA_COMMON_PATH_H
#define PROXIMA_COMMON_PATH_H

/* `path` itself if it is absolute, else below `folder`. Takes `path`; returns new memory. */
char *path_below(const char *folder, char *path);

/* The folder that the file `path` stands in, absolute; "." if there is no such file. New memory. */
char *path_folder(const char *path);

#endif
