/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.h - for tests: questions and the replies that they must get, in a text file:
 *
 *   zone example.                 a zone, as master file, up to a line "end"
 *   @ SOA ns admin 1 2 3 4 300
 *   …
 *   end
 *   zone gone.example. missing    a zone that is configured, but not there; also "expired";
 *                                 "zone example. stale" is there, but its last load failed
 *   transfer example. 192.0.2.0/24    who may have it whole
 *
 *   case what is special about it
 *   > www.example. A +do          the query: see ask.h
 *   NOERROR aa                    the reply: see reply.h; an empty line ends it
 *   an www.example. 3600 A 192.0.2.1
 *
 * Zones that stand together are served together; those behind a case replace those before it.
 * Instead of the reply's text its bytes may stand, as `wire` and hexadecimal digits. Lines that
 * begin with # are comments. Each case becomes one test; a file that cannot be read, or has no
 * case, becomes one that fails. */
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

enum cases_order {
    CASES_EXACT, /* record by record: our own order is part of what is tested */
    /* The records of an RRset, and the RRsets of authority and additional section, in any order;
     * the RRsets of the answer section as they stand: a chain is read from its front. */
    CASES_AS_SETS,
};

/* Runs all cases of tests/unit/cases/FILE as a group, in exact order; returns how many failed. */
int cases_run(const char *file, cases_respond *respond);

/* The same with any file. */
int cases_run_path(const char *path, cases_respond *respond, enum cases_order order);

/* What is wrong with a file (the caller frees it), or NULL. Zones are not looked into. */
char *cases_problem(const char *path);

/* The zones of tests/unit/cases/FILE, for tests of other kinds; the caller frees the set. */
const struct zone_set *cases_zones(const char *file);

#endif
