/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breaker.h - anycastdrill: breaks one thing on purpose, for a bounded time, and puts it right.
 *
 *   idle --begin--> broken --time over, asked to end, or the asking client gone--> reverting -->
 * idle
 *
 * Controllers run unprivileged, so rehearsals of failures need a process that may signal others:
 * this one, with a fixed list of acts (act.h) and nothing else. What ends an act is here too, so
 * that it needs neither the operator's terminal, nor anycastctl, nor anycastd: a timer; and for our
 * own death a note on disk (note.h) that our successor obeys.
 *
 * Control socket (common/ctl.h), for root and one group:
 *   {"cmd": "begin", "act": "dnsd-stop", "for_ms": 5000, "zones": […]}   answers with lines
 *       {"event": "begun", "mono_ns", "what"}, {"event": "over", "mono_ns", "how", "problem"};
 *       "zones" is for dnsd-servfail only. Closing the connection ends the act.
 *   {"cmd": "end"}      ends it now
 *   {"cmd": "status"}   {"broken": null | {"act", "left_ms"}, "acts": [{"name", "text"}]} */
#ifndef PROXIMA_BREAKER_BREAKER_H
#define PROXIMA_BREAKER_BREAKER_H

#include "anycastctl/breaker/conf.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/unixsock.h"

#include <stdbool.h>

struct breaker;

/* Puts right what is noted, and listens. Borrows `conf`. */
struct breaker *breaker_new(struct ev_loop *loop, const struct breaker_conf *conf, struct err *err);
/* Undoes what is broken, first. */
void breaker_free(struct breaker *breaker);

/* Root may ask, and the members of `group` ("": nobody else). */
bool breaker_may_ask(const struct unixsock_peer *peer, const char *group);

#endif
