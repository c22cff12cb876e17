/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.h - dnsd as a whole, around the answer engine: its life from the configuration to the last
 * answer.
 *
 * The parts: `conf` (settings), `loader` and `reload` (zones, on a thread of their own), `health`
 * and `reporter` (what anycastd is told), `status` and `control` (what operators are told), `stop`
 * (the orderly end), `fatal` (the other one), `notify` (the service manager), `check` (--check-…).
 *
 * The life: configuration → sockets → privileges given up → loop: report "starting", load the zones
 * → workers → "serving" … a signal to stop: "stopping", until anycastd says that the prefix is
 * withdrawn → workers answer what is queued → end.
 *
 * Threads: the main thread runs all of it but answering (net/) and loading (loader). It never waits
 * for anything, so that reports always come. */
#ifndef PROXIMA_OPS_SERVER_H
#define PROXIMA_OPS_SERVER_H

#include "common/err.h"

/* Runs dnsd with the configuration at `conf_path` until it is told to stop. Returns 0 after an
 * orderly stop; -1 with an error if it could not start, or had to leave without some worker. */
int server_run(const char *conf_path, struct err *err);

#endif
