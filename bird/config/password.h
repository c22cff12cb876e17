/* SPDX-License-Identifier: GPL-3.0-or-later */
/* password.h - TCP MD5 passwords (RFC 2385), each in a file of its own, and the one file that BIRD
 * reads them from. They stand in no other place: not in bird.conf, not in an error, not in a diff.
 */
#ifndef PROXIMA_BIRD_CONFIG_PASSWORD_H
#define PROXIMA_BIRD_CONFIG_PASSWORD_H

#include "common/err.h"

enum { PASSWORD_MAX = 80 }; /* the kernel's TCP_MD5SIG_MAXKEYLEN */

/* Reads the first line of `path`, which only root may write, and others may not read. Returns new
 * memory, NULL on error. */
char *password_read(const char *path, struct err *err);

#endif
