/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prober.h - rounds of probes to one service in one address family.
 *
 * A round asks every address of the service for the SOA of each of its zones over UDP, and of one
 * of them over TCP in every fifth round and while TCP does not answer. It is over when every probe
 * has landed or the timeout has passed. Wrong answers are asked for again after half the interval,
 * until they count. A hurried round asks each address several times at once,
 * over UDP: its silence is not a lost datagram.
 *
 * An answer that does not agree with dnsd's last report waits for the next one: a zone may have
 * changed between. Works without any report, too (`said` NULL): then no serial is wrong. */
#ifndef PROXIMA_SENSE_PROBER_H
#define PROXIMA_SENSE_PROBER_H

#include "anycastctl/model/settings.h"
#include "anycastctl/sense/signatures.h"
#include "common/loop.h"
#include "common/mono.h"
#include "common/report.h"

#include <stdbool.h>
#include <stdint.h>

struct prober;

/* What the last round says of a transport: the worst of all addresses, in rising order. */
enum path_state {
    PATH_UNTRIED,
    PATH_RIGHT,
    PATH_SILENT,
    PATH_WRONG,
    PATH_REFUSED,    /* nobody listens */
    PATH_NO_ADDRESS, /* not configured on this host */
};

enum { PATH_DETAIL_MAX = 240 };

struct path {
    enum path_state state;
    char detail[PATH_DETAIL_MAX]; /* "192.0.2.53 over UDP: SERVFAIL for example.com. SOA" */
};

/* What the last whole answer about a zone says of its future. */
struct zone_facts {
    bool known;
    uint32_t expire_s; /* the SOA's: how long a secondary serves it without its primary */
    struct signatures signatures;
};

struct prober_facts {
    struct path udp, tcp;
    struct zone_facts zone[SERVICE_ZONES_MAX]; /* as in the service */
    uint64_t rounds;                           /* completed */
    uint64_t answers;                          /* probes that were answered, in whatever way */
    struct mono answered;                      /* when the last of those was sent */
    struct mono vain; /* when the last hurried round began of which nothing was answered */
};

struct prober_owner {
    void (*concluded)(void *arg);              /* a round was completed: look at the facts */
    const struct report *(*report)(void *arg); /* dnsd's last report or NULL; may be NULL itself */
    void *arg;
};

/* Starts with a round after `delay_ms`. Borrows settings and owner until prober_free. */
struct prober *prober_new(struct ev_loop *loop, const struct settings *settings, unsigned service,
                          enum family family, const struct prober_owner *owner, int64_t delay_ms);
void prober_free(struct prober *prober); /* NULL is fine */

const struct prober_facts *prober_facts(const struct prober *prober);

/* Sees to it that a hurried round begins, unless one began after `since`. */
void prober_hurry(struct prober *prober, struct mono since);

/* Something has changed that an answer may show: asks at once, or after the round that flies. */
void prober_ask(struct prober *prober);

/* Our own loop was late: who flies gets the whole timeout again. */
void prober_excuse(struct prober *prober);

/* A new report came: doubtful answers are held against it. */
void prober_settle(struct prober *prober);

/* Another dnsd runs: what the last rounds said was of the one before. */
void prober_forget(struct prober *prober);

#endif
