/* SPDX-License-Identifier: GPL-3.0-or-later */
/* firewall.h - the machine's packet filter, as far as is needed to see traps: which rules drop,
 * accept or exempt which ports. From `nft -j list ruleset`, or iptables-save where there is no nft.
 *
 * It is no simulation: jumps, marks and sets with time-outs are not followed. What a rule asks for
 * beside transport and port makes it `limited`: it may or may not hit. */
#ifndef PROXIMA_DOCTOR_FIREWALL_H
#define PROXIMA_DOCTOR_FIREWALL_H

#include "anycastctl/doctor/host.h"

enum { FIREWALL_RANGES_MAX = 32, FIREWALL_PLACE_MAX = 96 };

enum firewall_verdict { FIREWALL_OTHER, FIREWALL_ACCEPT, FIREWALL_DROP, FIREWALL_NOTRACK };
enum firewall_hook { FIREWALL_ELSEWHERE, FIREWALL_PREROUTING, FIREWALL_INPUT, FIREWALL_OUTPUT };
enum { FIREWALL_UDP = 1, FIREWALL_TCP = 2, FIREWALL_ALL = 7 };

struct firewall_rule {
    char table[FIREWALL_PLACE_MAX]; /* "inet filter" */
    char chain[64];
    enum firewall_hook hook; /* of its chain; ELSEWHERE: reached by jumps, if at all */
    enum firewall_verdict verdict;
    unsigned transports; /* bits; FIREWALL_ALL if it does not ask */
    unsigned range_count;
    struct {
        unsigned from, to;
    } range[FIREWALL_RANGES_MAX]; /* ports; none: it does not ask */
    bool source_port;             /* those that packets come from */
    bool limited;
    bool reverse_path; /* asks whether the way back is the way in */
};

struct firewall {
    size_t count;
    struct firewall_rule *rules; /* a chain's policy is a rule at its end */
    bool foreign;                /* has rules that nft cannot tell (xt) */
};

/* -1: no program tells, or none may. Free in any case. */
int firewall_read(const struct host *host, struct firewall *out, struct err *err);
void firewall_free(struct firewall *firewall);

/* True if the rule names this port (and transport); not by naming none. */
bool firewall_names(const struct firewall_rule *rule, unsigned transport, unsigned port);

/* For the readers. */
struct firewall_rule *firewall_add(struct firewall *firewall);
void firewall_add_range(struct firewall_rule *rule, unsigned from, unsigned to);
void firewall_read_nft(const json_t *ruleset, struct firewall *out);
void firewall_read_iptables(char *text, struct firewall *out); /* cuts the text up */

#endif
