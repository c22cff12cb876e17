/* SPDX-License-Identifier: GPL-3.0-or-later */
/* firewall_iptables.c - reads what iptables-save writes: "*filter", ":INPUT DROP [0:0]", "-A INPUT
 * -p udp --dport 53 -j ACCEPT". */
#include "anycastctl/doctor/firewall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum firewall_hook hook_of(const char *chain)
{
    return strcmp(chain, "INPUT") == 0        ? FIREWALL_INPUT
           : strcmp(chain, "PREROUTING") == 0 ? FIREWALL_PREROUTING
           : strcmp(chain, "OUTPUT") == 0     ? FIREWALL_OUTPUT
                                              : FIREWALL_ELSEWHERE;
}

static struct firewall_rule *add(struct firewall *out, const char *table, const char *chain)
{
    struct firewall_rule *rule = firewall_add(out);
    snprintf(rule->table, sizeof rule->table, "iptables %s", table);
    snprintf(rule->chain, sizeof rule->chain, "%s", chain);
    rule->hook = hook_of(chain);
    return rule;
}

/* "53", "1024:65535", "53,853". */
static void read_ports(struct firewall_rule *rule, char *text)
{
    char *saved = NULL;
    for (char *item = strtok_r(text, ",", &saved); item; item = strtok_r(NULL, ",", &saved)) {
        char *colon = strchr(item, ':');
        const unsigned from = (unsigned)strtoul(item, NULL, 10);
        firewall_add_range(rule, from, colon ? (unsigned)strtoul(colon + 1, NULL, 10) : from);
    }
}

static enum firewall_verdict verdict_of(const char *target)
{
    return strcmp(target, "ACCEPT") == 0                                        ? FIREWALL_ACCEPT
           : strcmp(target, "DROP") == 0 || strcmp(target, "REJECT") == 0       ? FIREWALL_DROP
           : strcmp(target, "NOTRACK") == 0 || strcmp(target, "--notrack") == 0 ? FIREWALL_NOTRACK
                                                                                : FIREWALL_OTHER;
}

static unsigned transport_of(const char *name)
{
    return strcmp(name, "udp") == 0 ? FIREWALL_UDP : strcmp(name, "tcp") == 0 ? FIREWALL_TCP : 0;
}

/* Modules that ask for nothing by themselves. */
static bool is_harmless(const char *module)
{
    static const char *const names[] = { "udp", "tcp", "multiport", "comment" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], module) == 0)
            return true;
    return false;
}

/* One option with its value; returns whether the value was one. */
static bool read_option(struct firewall_rule *rule, const char *option, char *value)
{
    const bool port = strcmp(option, "--dport") == 0 || strcmp(option, "--dports") == 0;
    const bool source = strcmp(option, "--sport") == 0 || strcmp(option, "--sports") == 0;
    if (strcmp(option, "--notrack") == 0) {
        rule->verdict = FIREWALL_NOTRACK;
        return false;
    }
    if (strcmp(option, "-p") == 0) {
        rule->transports = transport_of(value);
    } else if (port || source) {
        rule->source_port = source;
        read_ports(rule, value);
    } else if (strcmp(option, "-j") == 0) {
        rule->verdict = verdict_of(value);
    } else if (strcmp(option, "-m") == 0) {
        rule->reverse_path |= strcmp(value, "rpfilter") == 0;
        rule->limited |= !is_harmless(value) && strcmp(value, "rpfilter") != 0;
    } else if (strcmp(option, "--comment") != 0 && strcmp(option, "--reject-with") != 0) {
        rule->limited |= !(rule->reverse_path && strcmp(option, "--invert") == 0);
        return option[0] == '-' && value[0] != '-';
    }
    return true;
}

/* "INPUT -p udp …": what follows -A. */
static void read_rule(struct firewall *out, const char *table, char *text)
{
    char *saved = NULL, nothing[] = "";
    const char *chain = strtok_r(text, " ", &saved);
    if (!chain)
        return;
    struct firewall_rule *rule = add(out, table, chain);
    char *option = strtok_r(NULL, " ", &saved);
    while (option) {
        char *value = strtok_r(NULL, " ", &saved);
        if (read_option(rule, option, value ? value : nothing))
            value = value ? strtok_r(NULL, " ", &saved) : NULL;
        option = value;
    }
}

void firewall_read_iptables(char *text, struct firewall *out)
{
    char table[32] = "", chain[64], *saved = NULL;
    for (char *line = strtok_r(text, "\n", &saved); line; line = strtok_r(NULL, "\n", &saved)) {
        if (line[0] == '*')
            snprintf(table, sizeof table, "%s", line + 1);
        else if (strncmp(line, "-A ", 3) == 0)
            read_rule(out, table, line + 3);
        else if (sscanf(line, ":%63s DROP", chain) == 1 && strstr(line, " DROP "))
            add(out, table, chain)->verdict = FIREWALL_DROP;
    }
}
