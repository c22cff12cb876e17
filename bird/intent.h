/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intent.h - what shall be announced, where BIRD's own `configure` finds it.
 *
 * Any `birdc configure` puts a protocol back to what the file says, and the file says
 * `disabled yes;`. So each announced protocol has a small file in the intent folder, which the
 * protocol's block in bird.conf includes behind that line:
 *     /run/proxima/intent/svc_dns_4_normal.conf:      disabled no;
 *     include "/[r]un/proxima/intent/svc_dns_4_normal.conf";
 * Absent means disabled: the bracket makes the path a pattern, and a pattern that matches nothing
 * is no error to BIRD (a plain path would be, and so would be a pattern in a folder that is
 * missing: so it stands in the root). Under /run it is forgotten by a reboot.
 *
 * Seen on 2.0.12, 2.19.2 and 3.3.2: `configure` and `configure soft` keep what the folder says, and
 * a route that was enabled by the socket, with its file written, does not even blink; a restarted
 * BIRD announces what the folder says, so the folder is cleared before BIRD starts and when its
 * socket is lost.
 *
 * Order: announce = file first, then socket. Withdraw = socket first, then file.
 * Files appear whole (rename) and go with unlink, which works on a full disk. Blocking calls, on
 * tmpfs; no state in memory. Errors name path and reason. */
#ifndef PROXIMA_BIRD_INTENT_H
#define PROXIMA_BIRD_INTENT_H

#include "bird/names.h"
#include "common/err.h"

#include <stddef.h>

/* Makes the folder (0755, so that BIRD's user can read it) if it is missing; parents must exist. */
int bird_intent_prepare(const char *dir, struct err *err);

/* Says that this protocol shall be enabled, or no longer. Both are fine if it was so before. */
int bird_intent_set(const char *dir, const struct bird_name *name, struct err *err);
int bird_intent_clear(const char *dir, const struct bird_name *name, struct err *err);

/* Clears all levels of one service in one family; all of everything. Files that are not ours stay.
 * A missing folder is fine. Goes on after a failure; the last one is reported. */
int bird_intent_clear_service(const char *dir, const char *service, int family, struct err *err);
int bird_intent_clear_all(const char *dir, struct err *err);

/* Reads what is set, in no certain order: fills at most `cap` names, and returns how many are there
 * (so more than `cap` says that it did not fit), or -1. A missing folder is an empty one. */
int bird_intent_read(const char *dir, struct bird_name *names, size_t cap, struct err *err);

#endif
