/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edns.h - the OPT record of queries and responses (RFC 6891), for whoever writes a response. */
#ifndef PROXIMA_QUERY_EDNS_H
#define PROXIMA_QUERY_EDNS_H

#include "dnsd/query/query.h"

/* Bytes to keep free for the response's OPT, of `limit` for the whole: 0 if the query had none. */
size_t edns_reserve(const struct query *query, const struct query_settings *settings, size_t limit);

/* What the response's OPT says beyond what the query and the settings say. */
struct edns_reply {
    uint16_t rcode;              /* its upper eight bits go here */
    enum dns_ede extended_error; /* RFC 8914 */
};

/* Appends OPT, with NSID if asked for and the extended error as far as they fit. False, and nothing
 * written but the latch: no room for OPT itself. */
bool edns_put(struct wire_writer *w, const struct query *query,
              const struct query_settings *settings, const struct edns_reply *reply);

#endif
