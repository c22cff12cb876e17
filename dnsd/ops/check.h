/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - looking at a configuration or a zone file without serving it, by the code that serves
 * it. Results go to stdout, what is wrong to stderr. */
#ifndef PROXIMA_OPS_CHECK_H
#define PROXIMA_OPS_CHECK_H

#include "common/err.h"

#include <stddef.h>

/* Reads the configuration and loads all its zones. -1 if any of it is bad. */
int check_config(const char *path, struct err *err);

/* The zone that is looked at, and by which policy. */
struct check_request {
    const char *name, *path;
    const char *conf;          /* whose policy for that zone counts; NULL: the usual one */
    const char *const *checks; /* "NAME=LEVEL", after those */
    size_t check_count;
};

/* Loads the zone. -1 if it cannot be served; warnings do not count. */
int check_zone(const struct check_request *request, struct err *err);

/* Loads it likewise, and writes it to stdout as text, in the order and form that rrtext.h tells.
 * -1: it cannot be served, or stdout did not take it all. */
int print_zone(const struct check_request *request, struct err *err);

/* Writes the table of checks (policy.h) to stdout. */
int list_checks(struct err *err);

#endif
