/* SPDX-License-Identifier: GPL-3.0-or-later */
/* internal.h - what the files of this folder share. The way of a query: parse.c (with edns.c and
 * tsig.c) says what it is; admit.c judges its cookie; query.c decides whose it is: the answer
 * engine's, chaos.c's or transfer.c's; and finishes with edns.c, options.c and tsig.c. */
#ifndef PROXIMA_QUERY_INTERNAL_H
#define PROXIMA_QUERY_INTERNAL_H

#include "dnsd/answer/names.h"
#include "dnsd/query/query.h"

/* What is needed of a query's record. */
struct parsed_record {
    size_t start; /* offset of its owner */
    uint16_t type, class, rdlength;
    uint32_t ttl;
    const uint8_t *rdata;
};

/* admit.c: judges the query's cookie, if it has one, and says with what code to answer: NOERROR is
 * for those who find the answer, if there is a question. */
enum dns_rcode admit_cookie(struct query *query, const struct query_settings *settings);
/* Where rates are looked at: whether its client gets too many such responses; and what is sent
 * instead of one that slips through. */
enum rrl_verdict admit_response(const struct query *query, const struct query_settings *settings,
                                const struct answer_response *response);
void admit_slip(const struct query *query, struct answer_response *response);

/* edns.c: reads OPT's fields and options into `query`; false: an option is longer than the record.
 */
bool edns_parse(struct query *query, const struct parsed_record *opt);

/* options.c: the bytes of the options that must not be missing, and of those that the client wants;
 * and all options. */
struct edns_reply;
size_t options_needed(const struct query *query);
size_t options_wanted(const struct query *query, const struct query_settings *settings);
void options_put(struct wire_writer *w, const struct query *query,
                 const struct query_settings *settings, const struct edns_reply *reply);

/* tsig.c: false: the TSIG record is malformed. */
bool tsig_valid(const struct query *query);
/* Appends the TSIG record that says "unknown key", if that is the error, and counts it. */
void tsig_put_badkey(const struct query *query, struct answer_response *response);

/* chaos.c: class CH. */
void chaos_respond(const struct query *query, const struct query_settings *settings,
                   struct answer_response *response);

/* transfer.c: AXFR and IXFR. True: allowed, `result->transfer` says which zone; else answered. */
bool transfer_respond(const struct query *query, const struct zone_set *zones,
                      struct answer_response *response, struct query_result *result);

#endif
