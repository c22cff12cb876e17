/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostjudge.h - what the measured figures of the host mean. Pure: what was found before comes in,
 * because a figure at its limit must not flap, and a clock that has jumped is told for a while. */
#ifndef PROXIMA_SENSE_HOSTJUDGE_H
#define PROXIMA_SENSE_HOSTJUDGE_H

#include "anycastctl/model/host.h"
#include "anycastctl/model/settings.h"
#include "anycastctl/sense/hostread.h"

/* A wall clock beside one that never jumps. */
struct host_clock {
    bool begun;
    int64_t offset_ms;      /* wall clock minus boot clock, as it was last believed */
    int64_t jump_ms;        /* by so much it differs from that; 0: it does not */
    int64_t jumped_boot_ms; /* when that was seen */
};

struct host_judgement {
    struct host_clock clock;
    struct host_finding of[HOST_CHECK_COUNT];
};

/* A clock that has jumped is believed again after so long, or once the kernel says that it is
 * synchronised. */
enum { HOST_CLOCK_DOUBT_MS = 60 * 1000 };

/* Begins as { 0 }. HOST_ADDRESSES is left alone. */
void host_judge(struct host_judgement *judgement, const struct settings *settings,
                const struct host_reading *reading);

#endif
