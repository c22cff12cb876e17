/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h - what bird.conf will say: the input put together, and found to make sense. Whatever is
 * plainly wrong is an error here, with its place, and never gets as far as BIRD. */
#ifndef PROXIMA_BIRD_CONFIG_PLAN_H
#define PROXIMA_BIRD_CONFIG_PLAN_H

#include "anycastctl/model/settings.h"
#include "bird/config/input.h"
#include "bird/config/peering.h"
#include "bird/show.h"

#include <stdbool.h>
#include <stdint.h>

enum { PLAN_SESSIONS_MAX = 64, PLAN_FLEET_MAX = 256, PLAN_PREFIXES_MAX = 128 };

/* With a provider: mostly one for each address family. */
struct plan_session {
    char name[BIRD_SYMBOL_MAX]; /* "up_vultr_4"; "up_vultr" carries both */
    const char *provider;       /* borrowed from the input, like all texts here */
    const char *advice;         /* NULL: no profile */
    bool carries[FAMILY_COUNT];
    struct peering peering;
    struct addr neighbor, source;
    bool has_source;
    bool has_password;
    char *password; /* NULL until plan_read_passwords() */
};

/* With another site. */
struct plan_fleet_session {
    char name[BIRD_SYMBOL_MAX]; /* "fleet_nyc1" */
    const char *node;
    struct addr neighbor, source;
    bool reflects; /* it tells us of the other sites */
    bool client;   /* we tell it of them */
};

struct plan_prefixes {
    unsigned count;
    struct prefix prefix[PLAN_PREFIXES_MAX];
};

struct plan {
    const struct bird_input *input; /* borrowed */
    unsigned service_count;
    const struct service *service[SERVICES_MAX];
    struct addr router_id;
    struct plan_prefixes announced[FAMILY_COUNT]; /* all services' */
    struct plan_prefixes blackholed[FAMILY_COUNT];
    unsigned session_count;
    struct plan_session session[PLAN_SESSIONS_MAX];
    unsigned fleet_count;
    struct plan_fleet_session fleet[PLAN_FLEET_MAX];
    char *fleet_password; /* NULL until plan_read_passwords() */
    bool uses_bfd;
};

/* `input` must stay until plan_free. -1: `out` is nothing to free. */
int plan_make(const struct bird_input *input, struct plan *out, struct err *err);
void plan_free(struct plan *plan);

/* Reads the files that passwords stand in, which is root's right. What bird.conf says does not
 * depend on it. */
int plan_read_passwords(struct plan *plan, struct err *err);

#endif
