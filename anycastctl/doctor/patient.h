/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patient.h - all that the checks look at, gathered once: settings, what the daemons and BIRD say
 * of themselves, BIRD's configuration, addresses. What could not be had is NULL, with the reason.
 *
 * Nothing is changed: BIRD is told that this connection may only look (`restrict`). */
#ifndef PROXIMA_DOCTOR_PATIENT_H
#define PROXIMA_DOCTOR_PATIENT_H

#include "anycastctl/doctor/host.h"
#include "anycastctl/model/settings.h"
#include "bird/ask.h"
#include "bird/conftext.h"
#include "bird/details.h"
#include "common/err.h"

#include <jansson.h>

struct patient_options {
    const char *root;            /* "", or the folder of a recorded machine */
    const char *config;          /* anycastd.conf */
    const char *bird_conf;       /* NULL: where the running BIRD has it, or else usual places */
    const char *anycastd, *dnsd; /* their control sockets; NULL: not to be asked */
};

struct patient_prefix {
    const char *service;
    struct prefix prefix;
    char text[ADDR_TEXT_MAX];
};

struct patient_address {
    const char *service;
    struct addr addr;
    char text[ADDR_TEXT_MAX]; /* without port */
};

struct patient {
    struct host host;

    struct settings *settings; /* NULL: not readable */
    struct err settings_problem;
    unsigned prefix_count, address_count;
    struct patient_prefix *prefix;
    struct patient_address *address;

    json_t *anycastd, *dnsd, *zones; /* replies to status, status and zones */
    struct err anycastd_problem, dnsd_problem;

    bool bird_answers;
    struct err bird_problem;
    bool bird_denied; /* the reason is a permission */
    struct bird_status bird;
    size_t detail_count;
    struct bird_detail *detail; /* of all protocols */

    char *bird_conf; /* path */
    struct bird_conftext *conf;
    struct err conf_problem;

    json_t *links; /* ip -j address */
    struct err links_problem;

    struct bird_ask *ask;        /* a conversation with BIRD; NULL on a recorded machine */
    struct bird_parser *replies; /* of recorded ones */
};

/* Returns new. */
struct patient *patient_new(const struct patient_options *options);
void patient_free(struct patient *patient);

/* Why what is needed (bits of finding.h) is not there; NULL if it is. Borrowed. */
const char *patient_lacks(const struct patient *patient, unsigned needs);

/* One more question to BIRD; borrowed until the next. NULL: no answer. */
const struct bird_reply *patient_ask_bird(const struct patient *patient, const char *command,
                                          struct err *err);

/* A session between the sites, by its name: it brings no traffic. */
bool patient_is_fleet(const struct bird_detail *detail);

/* True if a service has prefixes in this family. */
bool patient_uses_family(const struct patient *patient, int family);

/* The user that anycastd runs as: of the running process, else of the settings, else "proxima".
 * False: nobody knows. */
bool patient_anycastd_uid(const struct patient *patient, int64_t *uid);

#endif
