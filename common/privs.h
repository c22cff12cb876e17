/* SPDX-License-Identifier: GPL-3.0-or-later */
/* privs.h - giving up root. Call after the privileged sockets and folders are there, and before any
 * thread is: capabilities belong to threads. */
#ifndef PROXIMA_COMMON_PRIVS_H
#define PROXIMA_COMMON_PRIVS_H

#include "common/err.h"

/* Becomes `user` ("name" or "name:group") with its supplementary groups and without any capability
 * but those in `keep` (an array of cap_value_t of libcap ended by -1; may be NULL), and sets
 * no_new_privs. A capability in `keep` that the process lacks is no error. With user NULL or "", or
 * when not root, the identity stays as it is, and capabilities go all the same. Core dumps and the
 * parent's death signal go on working. After an error the process is to end: it may be half
 * changed. */
int privs_drop(const char *user, const int *keep, struct err *err);

/* Makes `folder` (mode 0755, owned by `user` as above) if it is absent, and what is missing above
 * it; one that is there stays as it is. */
int privs_ensure_folder(const char *folder, const char *user, struct err *err);

/* The same for the folder that the file or socket at `path` is in. */
int privs_ensure_folder_of(const char *path, const char *user, struct err *err);

#endif
