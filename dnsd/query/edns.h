/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edns.h - the OPT record of queries and responses (RFC 6891), for whoever writes a response.
 * Padding (RFC 7830) is not among its options: it hides lengths from those who cannot read the
 * rest, and all that we send, over UDP and TCP, can be read. */
#ifndef PROXIMA_QUERY_EDNS_H
#define PROXIMA_QUERY_EDNS_H

#include "dnsd/query/query.h"

/* Options that a client gets because it asked. */
enum edns_wants {
    EDNS_WANTS_NSID = 1 << 0,
    EDNS_WANTS_EXPIRE = 1 << 1,
    EDNS_WANTS_TCP_KEEPALIVE = 1 << 2,
    EDNS_WANTS_ZONEVERSION = 1 << 3,
};

enum { EDNS_BYTES_MAX = 1024 }; /* of an OPT record with all options */

/* Bytes to keep free for the response's OPT, of `limit` for the whole: 0 if the query had none. */
size_t edns_reserve(const struct query *query, const struct query_settings *settings, size_t limit);

/* What the response's OPT says beyond what the query and the settings say. */
struct edns_reply {
    uint16_t rcode;                 /* its upper eight bits go here */
    enum dns_ede extended_error;    /* RFC 8914; NONE: what the zone's state says */
    const struct zone_entry *entry; /* the zone that the question belongs to; NULL: none of ours */
};

/* Appends OPT, with the options that were asked for and those that we add, as far as they fit.
 * False, and nothing written but the latch: no room for OPT itself. */
bool edns_put(struct wire_writer *w, const struct query *query,
              const struct query_settings *settings, const struct edns_reply *reply);

#endif
