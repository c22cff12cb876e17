/* SPDX-License-Identifier: GPL-3.0-or-later */
/* configure.h - has BIRD read its file again, as carefully as BIRD wants it. */
#ifndef PROXIMA_BIRD_CONFIG_CONFIGURE_H
#define PROXIMA_BIRD_CONFIG_CONFIGURE_H

#include "bird/ask.h"

/* `configure`, once `configure status` says that none is under way (a second one makes BIRD 3
 * abort), and waits until it is done, at most `wait_ms` each. `path` is the file that BIRD should
 * read: another one is an error, when it is too late. */
int bird_configure(struct bird_ask *ask, const char *path, int wait_ms, struct err *err);

#endif
