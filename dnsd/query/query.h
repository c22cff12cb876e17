/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query.h - from the bytes of a query to the bytes of its response: where UDP, TCP, fuzzers,
 * benchmarks and tests enter. Parses (RFC 1035, 6891, 8906), decides what kind of question it is,
 * calls the answer engine, and finishes: header, EDNS with NSID, truncation. Pure: no socket, no
 * clock, no allocation. */
#ifndef PROXIMA_QUERY_QUERY_H
#define PROXIMA_QUERY_QUERY_H

#include "common/addr.h"
#include "common/mono.h"
#include "dnsd/answer/answer.h"
#include "dnsd/guard/guard.h"

enum query_transport { QUERY_UDP, QUERY_TCP };

/* What the server says of itself and how large it answers. Borrowed by every call, constant. */
struct query_settings {
    const char *nsid;    /* the node's name: NSID (RFC 5001), id.server, hostname.bind (RFC 4892) */
    const char *version; /* version.bind, version.server; NULL: REFUSED */
    uint16_t udp_payload_max;      /* bytes, 512..4096; DNS_UDP_DEFAULT */
    struct guard *guard;           /* NULL: no cookies, no rate limits */
    const uint8_t *report_channel; /* wire name of the agent domain (RFC 9567); NULL: none */
    const struct prefix *anycast;  /* addresses of ours that other sites have, too */
    size_t anycast_count;
};

struct query_request {
    const uint8_t *bytes;
    size_t len;
    const struct addr *client;
    enum query_transport transport;
    uint16_t tcp_idle_timeout; /* in force now, in units of 100 ms (RFC 7828 3.1); 0: not TCP */
    uint32_t unix_s;           /* the wall clock, modulo 2^32: for the age of cookies */
    struct mono now;           /* for rate limits */
    bool anycast;              /* it came to such an address: no transfers */
};

/* A parsed query: the first half of the work, so that a batch can be parsed, its slots prefetched,
 * then answered. */
struct query {
    struct query_request request;
    struct dns_header header;
    struct answer_question question; /* its name is borrowed from the request */
    uint16_t qclass;
    uint16_t question_end; /* offset behind the question; 0: there is none to give back */
    bool drop;             /* no reply at all: shorter than a header, or QR set */
    bool has_edns;
    uint8_t wants;   /* enum edns_wants: options that it asks for */
    bool has_serial; /* an SOA stands in the authority section: IXFR's starting point */
    uint8_t opcode;  /* enum dns_opcode, 0..15 */
    uint8_t edns_version;
    uint16_t rcode;   /* DNS_NOERROR, or the error to answer with (FORMERR, NOTIMP, BADVERS …) */
    uint16_t payload; /* bytes that the client takes over UDP: 512..65535 */
    uint16_t cookie_at, cookie_bytes; /* offset of the COOKIE option's data; 0: none */
    struct cookie cookie;             /* what query_respond makes of it */
    uint16_t tsig;                    /* offset of the TSIG record; 0: none */
    uint32_t serial;
};

enum query_kind {
    QUERY_ANSWERED,
    QUERY_DROPPED,
    QUERY_LIMITED,  /* no reply: its client gets too many like it */
    QUERY_TRANSFER, /* a transfer that is allowed: TCP hands `transfer` to xfr/; no bytes written */
};

struct query_result {
    enum query_kind kind;
    uint16_t rcode;
    bool truncated;
    enum cookie_state cookie;
    enum rrl_verdict limit;
    size_t len;                        /* bytes of the response */
    const struct zone_entry *transfer; /* QUERY_TRANSFER only; it has a zone */
};

/* True if `local`, where a query came in, is an address that other sites have, too. */
bool query_is_anycast(const struct query_settings *settings, const struct addr *local);

/* Parses `request` (borrowed while `query` is used). Always succeeds; see rcode and drop. */
void query_parse(struct query *query, const struct query_request *request);

/* Touches the memory that answering the `count` queries needs: so they wait for it together. Finds
 * their zones on the way. */
void query_prefetch(struct query *queries, size_t count, const struct zone_set *zones);

/* Answers into `out` of `cap` bytes (at least 512 for UDP; 65,535 for TCP). */
struct query_result query_respond(struct query *query, const struct zone_set *zones,
                                  const struct query_settings *settings, uint8_t *out, size_t cap);

#endif
