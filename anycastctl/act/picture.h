/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.h - BIRD's protocols as `show protocols` lists them, sorted by our services. Pure. */
#ifndef PROXIMA_ACT_PICTURE_H
#define PROXIMA_ACT_PICTURE_H

#include "anycastctl/act/plan.h"
#include "anycastctl/model/settings.h"
#include "anycastctl/model/view.h"
#include "bird/reply.h"
#include "bird/show.h"

struct picture {
    struct proto_states protos[SERVICES_MAX][FAMILY_COUNT]; /* families not enabled: all missing */
    char stray[BIRD_SYMBOL_MAX]; /* a protocol with a name of ours that is up, but belongs to no
                                    configured service: nobody watches over it; "" if none */
};

/* From `show protocols`, of all or of "svc_*" ("no protocols match" is an answer too). Returns -1
 * if the reply failed or is incomplete: then nothing may be concluded from it. */
int picture_read(const struct settings *settings, const struct bird_reply *reply,
                 struct picture *out, struct err *err);

/* The BGP sessions among all protocols. Those named fleet… are the fleet's, as bird-config calls
 * them. Returns how many rows were filled. */
unsigned picture_sessions(const struct bird_reply *reply, struct session_view *rows, unsigned cap);

#endif
