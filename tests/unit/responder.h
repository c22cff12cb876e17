/* SPDX-License-Identifier: GPL-3.0-or-later */
/* responder.h - for tests: from the bytes of a query to those of the response, as the network goes
 * about it: parsed and prefetched in a batch, then answered. */
#ifndef PROXIMA_TESTS_RESPONDER_H
#define PROXIMA_TESTS_RESPONDER_H

#include "dnsd/query/query.h"
#include "tests/unit/cases.h"

enum { RESPONDER_UNIX_S = 1559731985 }; /* 2019-06-05 10:53:05, as in RFC 9018 A.1 */

struct query_result responder_result(const struct query_settings *settings,
                                     const struct zone_set *zones, const struct ask *ask,
                                     uint8_t *out);

/* For case files: a server named "node-1", version "proxima-test", UDP payload 1232, idle
 * timeout of TCP 10 s, with the secret and at the time of RFC 9018 A.1. Fails the test
 * unless ID and question come back byte for byte. Instead of a message: "no reply", "transfer
 * ZONE". */
struct cases_reply responder(const struct zone_set *zones, const struct ask *ask, uint8_t *out);

#endif
