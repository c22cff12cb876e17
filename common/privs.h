/* SPDX-License-Identifier: GPL-3.0-or-later */
/* privs.h - giving up root. Call after the privileged sockets and folders are there. */
#ifndef PROXIMA_COMMON_PRIVS_H
#define PROXIMA_COMMON_PRIVS_H

#include "common/err.h"

/* Becomes `user` ("name" or "name:group") with its supplementary groups and without any capability
 * but those in `keep` (an array of cap_value_t of libcap ended by -1; may be NULL), and sets
 * no_new_privs. With user NULL or "", or when not root, the identity stays as it is. */
int privs_drop(const char *user, const int *keep, struct err *err);

/* Makes `path`'s folder (one level, mode 0755) owned by `user` if it is absent. */
int privs_ensure_folder(const char *path, const char *user, struct err *err);

#endif
