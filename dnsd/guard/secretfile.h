/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secretfile.h - the file with the secrets that all sites share, so that a client's cookie is good
 * at whichever of them it arrives. Each line has one secret as 32 hexadecimal digits: the first
 * makes cookies, the others (at most two) are taken as well. NSD's cookie-secret-file is the same.
 * Empty lines, and what stands behind a #, say nothing. */
#ifndef PROXIMA_GUARD_SECRETFILE_H
#define PROXIMA_GUARD_SECRETFILE_H

#include "common/err.h"
#include "dnsd/guard/cookie.h"

/* Reads `path`. Warns in the log where everybody may read it. */
int secretfile_read(const char *path, struct cookie_secrets *out, struct err *err);

/* A secret that nobody else has, for a server on its own. */
void secretfile_random(struct cookie_secrets *out);

#endif
