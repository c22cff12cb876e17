/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meter.h - what this host can see of queries: those that dnsd counts, and those that nobody
 * receives. Reads the kernel's counters in /proc, of the network namespace that we are in. */
#ifndef PROXIMA_DRILL_METER_H
#define PROXIMA_DRILL_METER_H

#include "common/mono.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { METER_PORTS_MAX = 8 };

struct meter {
    unsigned port_count;
    uint16_t port[METER_PORTS_MAX]; /* that dnsd answers on */
};

/* One look. Counters only grow, but for those of a process that has ended. */
struct sample {
    struct mono at;
    uint64_t unheard;     /* datagrams to a port that nobody has (the whole host's) */
    uint64_t dropped;     /* at dnsd's sockets: the receive buffer was full */
    uint64_t queue_bytes; /* waiting in dnsd's sockets now, with the kernel's overhead */
    uint64_t queries;     /* that dnsd has counted, as its last report says */
    uint64_t servfail;    /* of them, answered so */
};

/* The kernel's part of `out`. */
void meter_read(const struct meter *meter, struct sample *out);

/* dnsd's part, from an object of its counters; stays as it is where there is none. */
void meter_take_counters(const json_t *counters, struct sample *out);

/* The ports of dnsd's `status`; 53 if it does not say. */
struct meter meter_of(const json_t *dnsd_status);

/* For meter_read, and tests: what a file of /proc/net says. `text` is its content. */
uint64_t meter_snmp(const char *text, const char *group, const char *field);
uint64_t meter_snmp6(const char *text, const char *field);
void meter_sockets(const struct meter *meter, const char *text, struct sample *out);

#endif
