/* SPDX-License-Identifier: GPL-3.0-or-later */
/* starter.h - starts a dead daemon: by the command of anycastdrill.conf if it has one, else by its
 * unit where systemd runs. */
#ifndef PROXIMA_BREAKER_STARTER_H
#define PROXIMA_BREAKER_STARTER_H

#include "anycastctl/breaker/conf.h"
#include "common/err.h"

/* Does not wait: that it runs, its socket will tell. */
int starter_start(const struct breaker_conf *conf, enum role role, struct err *err);

#endif
