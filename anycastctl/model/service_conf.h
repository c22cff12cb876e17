/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_conf.h - a service as anycastd.conf writes it, and its table for common/conf.h.
 * Only settings.c includes this. */
#ifndef PROXIMA_MODEL_SERVICE_CONF_H
#define PROXIMA_MODEL_SERVICE_CONF_H

#include "anycastctl/model/settings.h"
#include "common/conf.h"

struct service_conf {
    char *name, *fate;
    int64_t port;
    struct conf_strings prefixes, addresses, zones;
    struct service parsed; /* of all these: what the rest of the program sees */
};

extern const struct conf_field service_conf_fields[];

void service_conf_defaults(void *item);

/* What must not be the same in two services. */
int service_conf_check_pair(const struct service *a, const struct service *b, struct err *err);

bool service_conf_same(const struct service *a, const struct service *b);

#endif
