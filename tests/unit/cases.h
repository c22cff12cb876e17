/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.h - for tests: questions and the replies that they must get, in a text file:
 *
 *   zone example.                 a zone, as master file, up to a line "end"
 *   @ SOA ns admin 1 2 3 4 300
 *   …
 *   end
 *   zone gone.example. missing    a zone that is configured, but not there
 *   transfer example. 192.0.2.0/24    who may have it whole
 *
 *   case what is special about it
 *   > www.example. A +do          the query: see ask.h
 *   NOERROR aa                    the reply: see reply.h; an empty line ends it
 *   an www.example. 3600 A 192.0.2.1
 *
 * Lines that begin with # are comments. Each case becomes one test. */
#ifndef PROXIMA_TESTS_CASES_H
#define PROXIMA_TESTS_CASES_H

#include "dnsd/zone/set.h"
#include "tests/unit/ask.h"

struct cases_reply {
    size_t len;          /* bytes of the message */
    const char *instead; /* where there is none: what to compare with */
};

/* Answers `ask` into `out` (DNS_MESSAGE_MAX bytes). */
typedef struct cases_reply cases_respond(const struct zone_set *zones, const struct ask *ask,
                                         uint8_t *out);

/* Runs all cases of tests/unit/cases/FILE as a group; returns how many failed. */
int cases_run(const char *file, cases_respond *respond);

/* The zones of such a file, for tests of other kinds; the caller frees the set. */
const struct zone_set *cases_zones(const char *file);

#endif
