/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h - one DNS question to a service address, over UDP or TCP, from a source port of its own,
 * so that the kernel spreads probes over all of dnsd's SO_REUSEPORT sockets.
 *
 * The source is the service address itself: that it can be bound shows that it is configured here,
 * and the packet cannot leave the host. Waiting has no limit here: the owner calls probe_expire().
 * A probe lives in its owner's memory and must not move while it flies. */
#ifndef PROXIMA_SENSE_PROBE_H
#define PROXIMA_SENSE_PROBE_H

#include "anycastctl/sense/check.h"
#include "common/addr.h"
#include "common/loop.h"
#include "common/mono.h"

enum probe_transport { PROBE_UDP, PROBE_TCP };

enum probe_outcome {
    PROBE_UNSENT, /* our own want of descriptors or memory: says nothing of dnsd */
    PROBE_FLYING,
    PROBE_ANSWERED,   /* `answer` is what came */
    PROBE_SILENT,     /* nothing came, or `error` came from the network */
    PROBE_REFUSED,    /* nobody listens on the port */
    PROBE_NO_ADDRESS, /* the address is not configured on this host */
};

struct probe {
    /* Set by the owner before probe_start(). */
    struct ev_loop *loop;
    const struct addr *address; /* borrowed while it flies */
    enum probe_transport transport;
    struct check_query query;
    void (*landed)(struct probe *probe); /* from the loop, when it has an outcome */
    void *arg;

    /* The result. */
    enum probe_outcome outcome;
    struct check_answer answer;
    int error; /* errno behind the outcome, or 0 */
    struct mono sent;

    /* Its own. */
    ev_io io;
    uint8_t *inbox; /* TCP: what has come so far */
    size_t inbox_len;
};

/* Sends the question. The outcome may be there at once; `landed` is not called for that. */
void probe_start(struct probe *probe, struct mono now);

/* Ends the waiting: looks once more, then the outcome is PROBE_SILENT. Does not call `landed`. */
void probe_expire(struct probe *probe);

/* Forgets a probe that flies; its outcome becomes PROBE_UNSENT. Else does nothing. */
void probe_stop(struct probe *probe);

const char *probe_transport_name(enum probe_transport transport); /* "UDP" */

#endif
