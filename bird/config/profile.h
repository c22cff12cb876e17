/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile.h - what is known of providers that let small networks speak BGP: data with its sources.
 * A provider in fleet.conf names one; what it says itself goes before. What is true of one account
 * only (passwords, most neighbours) is in none of them. */
#ifndef PROXIMA_BIRD_CONFIG_PROFILE_H
#define PROXIMA_BIRD_CONFIG_PROFILE_H

#include "bird/config/peering.h"

enum { PROFILE_TEXTS_MAX = 4 };

/* 0 and NULL: it says nothing of that. */
struct profile {
    const char *name, *text;               /* text: one line, what it is for */
    const char *advice;                    /* what to ask for, or to know */
    const char *source[PROFILE_TEXTS_MAX]; /* where it was read */
    uint32_t asn;
    const char *neighbor4, *neighbor6;
    unsigned multihop;
    const char *role, *import, *blackhole;
    const char *backup[PROFILE_TEXTS_MAX]; /* communities */
};

/* Ended by a NULL name. */
extern const struct profile profiles[];

/* NULL, and an error that names those there are. */
const struct profile *profile_find(const char *name, struct err *err);

/* As a place of peering_resolve(). Its texts are constants; `out` is nothing to free. */
void profile_peering(const struct profile *profile, struct peering_input *out);

#endif
