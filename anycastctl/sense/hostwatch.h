/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostwatch.h - looks at the host again and again, in a thread of its own: a disk that hangs must
 * not delay a withdrawal. One that does is a finding. */
#ifndef PROXIMA_SENSE_HOSTWATCH_H
#define PROXIMA_SENSE_HOSTWATCH_H

#include "anycastctl/model/host.h"
#include "anycastctl/model/settings.h"
#include "common/loop.h"

struct hostwatch;

/* Calls `changed` from the loop when the state of a finding has changed. Borrows `settings`. */
struct hostwatch *hostwatch_new(struct ev_loop *loop, const struct settings *settings,
                                void (*changed)(void *arg), void *arg);
void hostwatch_free(struct hostwatch *watch); /* NULL is fine */

/* HOST_CHECK_COUNT findings, HOST_ADDRESSES not among them: unknown until the first look is over.
 */
const struct host_finding *hostwatch_findings(const struct hostwatch *watch);

#endif
