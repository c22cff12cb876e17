/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_firewall.c - packet filters that keep queries, BGP or BFD away, or remember each query. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/firewall.h"
#include "anycastctl/doctor/patient.h"

#include <stdio.h>
#include <string.h>

enum { DNS = 53, BGP = 179, BFD = 3784, BFD_MULTIHOP = 4784 };

static const struct needed {
    unsigned transport, port;
    const char *name;
} needed[] = {
    { FIREWALL_UDP, DNS, "DNS over UDP, port 53" },
    { FIREWALL_TCP, DNS, "DNS over TCP, port 53" },
    { FIREWALL_TCP, BGP, "BGP, TCP port 179" },
    { FIREWALL_UDP, BFD, "BFD, UDP port 3784" },
    { FIREWALL_UDP, BFD_MULTIHOP, "BFD over several hops, UDP port 4784" },
};

static void explain_how(struct findings *findings, const struct firewall_rule *rule,
                        const struct needed *what)
{
    const char *transport = what->transport == FIREWALL_UDP ? "udp" : "tcp";
    if (strncmp(rule->table, "iptables", strlen("iptables")) == 0)
        finding_fix(findings, "iptables -I %s -p %s --dport %u -j ACCEPT; ip6tables likewise",
                    rule->chain, transport, what->port);
    else
        finding_fix(findings, "nft insert rule %s %s %s dport %u accept", rule->table, rule->chain,
                    transport, what->port);
}

/* Somewhere in that table, before it is dropped or not: we follow no jumps. */
static bool is_accepted(const struct firewall *firewall, const char *table,
                        const struct needed *what)
{
    for (size_t i = 0; i < firewall->count; i++) {
        const struct firewall_rule *rule = &firewall->rules[i];
        const bool all = rule->range_count == 0 && !rule->limited && !rule->reverse_path &&
                         (rule->transports & what->transport);
        if (rule->verdict == FIREWALL_ACCEPT && strcmp(rule->table, table) == 0 &&
            (rule->hook == FIREWALL_INPUT || rule->hook == FIREWALL_ELSEWHERE) &&
            !rule->source_port && (all || firewall_names(rule, what->transport, what->port)))
            return true;
    }
    return false;
}

/* Drops all that has come so far. */
static bool drops_the_rest(const struct firewall_rule *rule, const struct needed *what)
{
    return rule->hook == FIREWALL_INPUT && rule->range_count == 0 && !rule->limited &&
           !rule->reverse_path && (rule->transports & what->transport);
}

static void look_rule(const struct firewall *firewall, const struct firewall_rule *rule,
                      const struct needed *what, struct findings *findings)
{
    if (rule->verdict != FIREWALL_DROP || rule->hook == FIREWALL_OUTPUT)
        return;
    if (!rule->limited && !rule->source_port && firewall_names(rule, what->transport, what->port))
        finding(findings, DOCTOR_WRONG, "%s, chain %s, drops %s", rule->table, rule->chain,
                what->name);
    else if (drops_the_rest(rule, what) && !is_accepted(firewall, rule->table, what))
        finding(findings, DOCTOR_RISKY, "%s, chain %s, drops the rest, and nothing accepts %s",
                rule->table, rule->chain, what->name);
    else
        return;
    explain_how(findings, rule, what);
}

/* Runs `look` over the filter; says so where it cannot be seen. */
static void with_firewall(const struct patient *patient, struct findings *findings,
                          void (*look)(const struct patient *patient,
                                       const struct firewall *firewall, struct findings *findings))
{
    struct err err;
    struct firewall firewall;
    if (firewall_read(&patient->host, &firewall, &err))
        finding_unseen(findings, "%s", err.msg);
    else
        look(patient, &firewall, findings);
    firewall_free(&firewall);
}

static void look_drops(const struct patient *patient, const struct firewall *firewall,
                       struct findings *findings)
{
    (void)patient;
    for (size_t i = 0; i < firewall->count; i++)
        for (size_t n = 0; n < sizeof needed / sizeof *needed; n++)
            look_rule(firewall, &firewall->rules[i], &needed[n], findings);
}

static void look_firewall(const struct patient *patient, struct findings *findings)
{
    with_firewall(patient, findings, look_drops);
}

static void look_reverse(const struct patient *patient, const struct firewall *firewall,
                         struct findings *findings)
{
    (void)patient;
    for (size_t i = 0; i < firewall->count; i++)
        if (firewall->rules[i].reverse_path && firewall->rules[i].verdict == FIREWALL_DROP)
            finding(findings, DOCTOR_RISKY, "%s, chain %s, drops what would not go back as it came",
                    firewall->rules[i].table, firewall->rules[i].chain);
}

static void look_reverse_path(const struct patient *patient, struct findings *findings)
{
    with_firewall(patient, findings, look_reverse);
}

static void look_exempt(const struct patient *patient, const struct firewall *firewall,
                        struct findings *findings)
{
    (void)patient;
    bool in = false, out = false;
    for (size_t i = 0; i < firewall->count; i++) {
        const struct firewall_rule *rule = &firewall->rules[i];
        const bool all = rule->range_count == 0 && !rule->limited;
        if (rule->verdict != FIREWALL_NOTRACK || (!all && !firewall_names(rule, FIREWALL_UDP, DNS)))
            continue;
        in |= rule->hook != FIREWALL_OUTPUT;
        out |= rule->hook != FIREWALL_PREROUTING;
    }
    if (!in || !out)
        finding(findings, DOCTOR_RISKY, "the kernel tracks each %s on port 53",
                in    ? "response"
                : out ? "query"
                      : "query and response");
}

static void look_notrack(const struct patient *patient, struct findings *findings)
{
    int64_t places;
    if (host_read_number(&patient->host, &places, "/proc/sys/net/netfilter/nf_conntrack_max") == 0)
        with_firewall(patient, findings, look_exempt);
}

const struct doctor_check doctor_firewall_checks[] = {
    { "firewall", "No packet filter drops DNS, BGP or BFD",
      "A dropped BFD packet looks like a dead neighbour, a dropped query like a dead site that is "
      "announced.",
      "accept UDP and TCP port 53, TCP 179, UDP 3784 and 4784", NEEDS_NOTHING, look_firewall },
    { "reverse-path", "No packet filter asks for symmetrical routes",
      "With anycast, queries come in by one provider and replies leave by another (RFC 3704 2.2).",
      "delete the rule with fib saddr (nft), or -m rpfilter (iptables)", NEEDS_NOTHING,
      look_reverse_path },
    { "notrack", "Queries are not tracked by conntrack",
      "Each query takes a place in its table for half a minute; when it is full, the kernel drops "
      "new ones: a classic end of name servers.",
      "nft 'add table inet dns; add chain inet dns in { type filter hook prerouting priority raw; "
      "}; add rule inet dns in udp dport 53 notrack; add chain inet dns out { type filter hook "
      "output priority raw; }; add rule inet dns out udp sport 53 notrack'",
      NEEDS_NOTHING, look_notrack },
    { 0 },
};
