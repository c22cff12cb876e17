/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict_scene.h - what the verdict's rules look at. verdict.c has their order, and the rules
 * about dnsd and the paths to it; the other verdict_….c those that they are named for. Only these
 * include this. */
#ifndef PROXIMA_SENSE_VERDICT_SCENE_H
#define PROXIMA_SENSE_VERDICT_SCENE_H

#include "anycastctl/sense/verdict.h"

/* All that a rule may look at, and where it says why it holds. */
struct scene {
    const struct verdict_node *node;
    const struct intake_facts *intake;
    const struct service *service;
    unsigned index;
    enum family family;
    const struct prober_facts *probes;
    const struct addr *absent;
    char *detail;
};

/* Says why, and returns true. */
__attribute__((format(printf, 2, 3))) bool scene_hold(const struct scene *s, const char *fmt, ...);

/* verdict_checks.c */
bool checks_fail_wrong(const struct scene *s);
bool checks_fail_soft(const struct scene *s);
bool checks_fail_alarm(const struct scene *s);
bool checks_awaited(const struct scene *s);

/* verdict_host.c */
bool host_without_route(const struct scene *s);
bool host_without_disk(const struct scene *s);
bool host_without_clock(const struct scene *s);
bool host_without_conntrack(const struct scene *s);
bool host_loaded(const struct scene *s);

/* verdict_zones.c */
bool zones_stale(const struct scene *s);
bool zones_expiring(const struct scene *s);
bool zones_signatures_expiring(const struct scene *s);
bool zones_signed_in_the_future(const struct scene *s);

#endif
