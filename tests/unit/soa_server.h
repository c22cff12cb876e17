/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soa_server.h - for tests: a name server of a few lines, which answers every question with an SOA,
 * or badly, as told. On the test's own loop, UDP and TCP on one port that the kernel chooses. */
#ifndef PROXIMA_TESTS_SOA_SERVER_H
#define PROXIMA_TESTS_SOA_SERVER_H

#include "common/addr.h"
#include "common/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOA_MESSAGE_MAX = 1024 };

/* What an answer looks like. */
struct soa_answer {
    uint16_t rcode;
    const char
        *rcode_for; /* what is asked for other names is answered; NULL: the rcode is for all */
    bool not_authoritative;
    bool no_soa;
    uint32_t serial;
    const char *nsid; /* NULL: none */
    bool other_id, other_question, is_query, cut;
    bool truncated; /* over UDP: with TC, and without the RRSIG */
    uint32_t expire_s;
    uint32_t signed_from, signed_until; /* with an RRSIG; 0: without */
};

/* Writes the answer to `query`; returns its length. */
size_t soa_answer(const struct soa_answer *how, const uint8_t *query, size_t len,
                  uint8_t out[SOA_MESSAGE_MAX]);

enum soa_mode {
    SOA_ANSWERS,
    SOA_SILENT,
    SOA_HOLDS, /* keeps the questions (UDP) for soa_server_release() */
    SOA_GARBAGE,
    SOA_TWICE, /* first as `spoof` says, then as `answer` */
};

struct soa_server {
    struct addr address; /* where it listens */
    enum soa_mode udp, tcp;
    struct soa_answer answer, spoof;
    bool tcp_truncated;            /* a truncated answer is so over TCP, too */
    unsigned udp_count, tcp_count; /* questions seen */
    unsigned port_count;           /* of them, from how many different ports (UDP) */
    void (*asked)(void *arg);      /* may be NULL: after each question, answered or not */
    void *arg;
    struct soa_own *own;
};

/* Fails the test where it cannot listen on `host`. */
void soa_server_start(struct soa_server *server, struct ev_loop *loop, const char *host);
/* Closes its sockets: the port refuses. */
void soa_server_stop(struct soa_server *server);
/* Answers what was held. */
void soa_server_release(struct soa_server *server);

#endif
