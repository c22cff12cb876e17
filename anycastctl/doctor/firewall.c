/* SPDX-License-Identifier: GPL-3.0-or-later */
/* firewall.c - rules in one form, whoever tells them. */
#include "anycastctl/doctor/firewall.h"

#include "common/mem.h"

#include <stdlib.h>

struct firewall_rule *firewall_add(struct firewall *firewall)
{
    firewall->rules = mem_realloc(firewall->rules, (firewall->count + 1) * sizeof *firewall->rules);
    struct firewall_rule *rule = &firewall->rules[firewall->count++];
    *rule = (struct firewall_rule){ .transports = FIREWALL_ALL };
    return rule;
}

void firewall_add_range(struct firewall_rule *rule, unsigned from, unsigned to)
{
    if (rule->range_count == FIREWALL_RANGES_MAX)
        return;
    rule->range[rule->range_count].from = from;
    rule->range[rule->range_count++].to = to;
}

bool firewall_names(const struct firewall_rule *rule, unsigned transport, unsigned port)
{
    if (!(rule->transports & transport))
        return false;
    for (unsigned i = 0; i < rule->range_count; i++)
        if (rule->range[i].from <= port && port <= rule->range[i].to)
            return true;
    return false;
}

static int read_iptables(const struct host *host, struct firewall *out, struct err *err)
{
    static const char *const programs[] = { "iptables-save", "ip6tables-save" };
    int found = 0;
    for (int i = 0; i < 2; i++) {
        char *text = host_run(host, (const char *const[]){ programs[i], NULL }, err);
        if (text)
            firewall_read_iptables(text, out);
        found += text != NULL;
        free(text);
    }
    return found ? 0 : -1;
}

int firewall_read(const struct host *host, struct firewall *out, struct err *err)
{
    static const char *const list[] = { "nft", "-j", "list", "ruleset", NULL };
    struct err ignored;
    *out = (struct firewall){ 0 };
    json_t *ruleset = host_run_json(host, list, err);
    if (!ruleset)
        return read_iptables(host, out, &ignored);
    firewall_read_nft(ruleset, out);
    json_decref(ruleset);
    if (out->foreign)
        read_iptables(host, out, &ignored);
    return 0;
}

void firewall_free(struct firewall *firewall)
{
    free(firewall->rules);
}
