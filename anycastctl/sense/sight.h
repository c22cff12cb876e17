/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sight.h - what a looking glass shows of us: from the answer of a BIRD, or of birdwatcher's API
 * (github.com/alice-lg/birdwatcher), which is JSON. Pure; the answers are foreign bytes.
 *
 * Other sites announce the same prefix, so a route counts as ours only by what tells it from
 * theirs: the large community (ASN, 1, node-id), or the session that it came in by at that router.
 * (Providers that take communities away leave the latter only.) */
#ifndef PROXIMA_SENSE_SIGHT_H
#define PROXIMA_SENSE_SIGHT_H

#include "anycastctl/model/settings.h"
#include "bird/reply.h"
#include "common/level.h"

/* How our route is known. */
struct sight_self {
    uint32_t asn; /* of the large communities; 0: any */
    uint32_t node_id;
    const char *via; /* "": by the large community; "any": each route is ours; else the name of the
                        session that it came in by, or the address at its other end */
};

struct sight {
    bool seen;
    bool has_level; /* the route says at which level it is announced */
    enum level level;
    int64_t age_ms; /* of the answer, if it came from a cache there; else 0 */
};

/* Each: 0, or -1 with the reason: the answer tells nothing. */
int sight_of_bird(const struct bird_reply *reply, const struct prefix *prefix,
                  const struct sight_self *self, struct sight *out, struct err *err);
int sight_of_birdwatcher(const char *text, size_t len, const struct prefix *prefix,
                         const struct sight_self *self, int64_t now_unix_ms, struct sight *out,
                         struct err *err);

/* Of two prefixes of one service at one place: the one that is further from `level`. */
struct sight sight_worse(const struct sight *a, const struct sight *b, enum level level);

enum sight_verdict { SIGHT_AGREES, SIGHT_DIFFERS, SIGHT_UNTOLD };

/* Does it agree with `level`? Untold: it is seen, but not at which level, and it was announced
 * before, too (`was_announced`). */
enum sight_verdict sight_judge(const struct sight *sight, enum level level, bool was_announced);

#endif
