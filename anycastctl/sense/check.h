/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - a probe's question, and whether an answer to it is right: RFC 1035 4.1, EDNS (RFC
 * 6891), NSID (RFC 5001). Pure.
 *
 * A probe asks for the SOA of an own zone, and for its signatures (DO, RFC 3225). The right answer
 * is authoritative, carries the serial that dnsd reports, and names our own node. One that is
 * truncated need not have the SOA: over TCP it will be there. */
#ifndef PROXIMA_SENSE_CHECK_H
#define PROXIMA_SENSE_CHECK_H

#include "anycastctl/sense/signatures.h"
#include "common/dname.h"
#include "common/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHECK_QUERY_MAX = 12 + DNAME_MAX + 4 + 15, CHECK_NSID_MAX = 255 };

struct check_query {
    uint16_t id;
    struct dname zone;
};

struct check_answer {
    bool malformed;
    uint16_t rcode; /* with EDNS's upper bits */
    bool authoritative;
    bool has_serial;           /* there was an SOA */
    uint32_t serial, expire_s; /* of the SOA */
    bool truncated;
    struct signatures signatures; /* of the SOA; none if the zone is not signed */
    bool has_nsid;
    char nsid[CHECK_NSID_MAX + 1]; /* bytes that do not print are '?' */
};

/* What dnsd's report says of a zone at one moment. */
struct check_said {
    bool known; /* false: no report, or it does not mention the zone */
    enum report_zone_state state;
    bool has_serial;
    uint32_t serial;
    int64_t expires_s;         /* -1: never */
    int64_t signed_until_unix; /* of the whole zone; 0: unknown, or not signed */
};

/* Writes the query; returns its length, at most CHECK_QUERY_MAX. */
size_t check_build(const struct check_query *query, uint8_t out[CHECK_QUERY_MAX]);

/* False if `message` is no response to `query` (another id, another question): it is to be ignored.
 */
bool check_parse(const struct check_query *query, const uint8_t *message, size_t len,
                 struct check_answer *out);

/* True if our own node gave the answer, well-formed. If not, says in `why` what is wrong. */
bool check_is_ours(const struct check_answer *answer, const char *node, char *why, size_t cap);

/* True if the answer agrees with what dnsd says of the zone. A zone that is reported expired or
 * failed may be answered in any way; with `said` unknown any serial is right. If not, says why. */
bool check_agrees(const struct check_answer *answer, const struct check_said *said, char *why,
                  size_t cap);

/* What `report` (may be NULL) says of `zone`. */
struct check_said check_said(const struct report *report, const struct dname *zone);

#endif
