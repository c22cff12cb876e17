/* SPDX-License-Identifier: GPL-3.0-or-later */
/* firewall_nft.c - reads nft's JSON (libnftables-json(5)): chains, rules, and the sets they name.
 */
#include "anycastctl/doctor/firewall.h"

#include <stdio.h>
#include <string.h>

/* What a rule is read into, and where the sets that it names are. */
struct reading {
    const json_t *all; /* the list of objects */
    const char *family, *table;
    struct firewall *firewall;
    struct firewall_rule *rule;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is(const json_t *object, const char *key, const char *text)
{
    return strcmp(text_of(object, key), text) == 0;
}

/* --- values -------------------------------------------------------------------------------- */

static const json_t *find_set(const struct reading *reading, const char *name)
{
    size_t i;
    const json_t *object;
    json_array_foreach(reading->all, i, object) {
        const json_t *set = json_object_get(object, "set");
        if (is(set, "name", name) && is(set, "table", reading->table) &&
            is(set, "family", reading->family))
            return json_object_get(set, "elem");
    }
    return NULL;
}

/* 53, { "range": [ 1, 9 ] }, { "set": [ … ] }, [ … ], "@name", { "elem": { "val": … } }. */
static void read_ports(const struct reading *reading, const json_t *value, int depth)
{
    size_t i;
    const json_t *item, *range = json_object_get(value, "range");
    const char *name = json_string_value(value);
    if (depth > 4)
        return;
    if (json_is_integer(value))
        firewall_add_range(reading->rule, (unsigned)json_integer_value(value),
                           (unsigned)json_integer_value(value));
    else if (range)
        firewall_add_range(reading->rule, (unsigned)json_integer_value(json_array_get(range, 0)),
                           (unsigned)json_integer_value(json_array_get(range, 1)));
    else if (name && *name == '@')
        read_ports(reading, find_set(reading, name + 1), depth + 1);
    else if (json_is_array(value))
        json_array_foreach(value, i, item)
            read_ports(reading, item, depth + 1);
    else if (json_object_get(value, "set"))
        read_ports(reading, json_object_get(value, "set"), depth + 1);
    else if (json_object_get(value, "elem"))
        read_ports(reading, json_object_get(json_object_get(value, "elem"), "val"), depth + 1);
}

/* "udp", 17, or a set of them. */
static unsigned transports_of(const json_t *value)
{
    size_t i;
    const json_t *item;
    unsigned bits = 0;
    const char *name = json_string_value(value);
    if (name)
        return strcmp(name, "udp") == 0   ? FIREWALL_UDP
               : strcmp(name, "tcp") == 0 ? FIREWALL_TCP
                                          : 0;
    if (json_is_integer(value))
        return json_integer_value(value) == 17  ? FIREWALL_UDP
               : json_integer_value(value) == 6 ? FIREWALL_TCP
                                                : 0;
    json_array_foreach(json_object_get(value, "set"), i, item)
        bits |= transports_of(item);
    return bits;
}

/* --- expressions --------------------------------------------------------------------------- */

/* True if `left` is a port of a transport, whose rule it makes this one. */
static bool read_port_key(const struct reading *reading, const json_t *left)
{
    const json_t *payload = json_object_get(left, "payload");
    const bool source = is(payload, "field", "sport");
    if (!source && !is(payload, "field", "dport"))
        return false;
    reading->rule->source_port = source;
    if (!is(payload, "protocol", "th"))
        reading->rule->transports &= transports_of(json_object_get(payload, "protocol"));
    return true;
}

static bool asks_for_transport(const json_t *left)
{
    const json_t *payload = json_object_get(left, "payload");
    return is(json_object_get(left, "meta"), "key", "l4proto") ||
           (is(payload, "protocol", "ip") && is(payload, "field", "protocol")) ||
           (is(payload, "protocol", "ip6") && is(payload, "field", "nexthdr"));
}

/* { "fib": { "result": "oif", "flags": [ "saddr", "iif" ] } }: where would a reply leave? */
static bool asks_for_way_back(const json_t *left)
{
    size_t i;
    const json_t *flag;
    json_array_foreach(json_object_get(json_object_get(left, "fib"), "flags"), i, flag)
        if (json_is_string(flag) && strcmp(json_string_value(flag), "saddr") == 0)
            return true;
    return false;
}

static void read_match(const struct reading *reading, const json_t *match)
{
    const json_t *left = json_object_get(match, "left"), *right = json_object_get(match, "right");
    const bool negated = is(match, "op", "!=");
    if (asks_for_way_back(left))
        reading->rule->reverse_path = true;
    else if (!negated && asks_for_transport(left))
        reading->rule->transports &= transports_of(right);
    else if (!negated && read_port_key(reading, left))
        read_ports(reading, right, 0);
    else
        reading->rule->limited = true;
}

/* A map from ports to verdicts: those that are accepted. */
static void read_map(const struct reading *reading, const json_t *map)
{
    size_t i;
    const json_t *pair;
    const json_t *data = json_object_get(map, "data");
    reading->rule->limited = true;
    if (!read_port_key(reading, json_object_get(map, "key")))
        return;
    json_array_foreach(json_object_get(data, "set"), i, pair) {
        if (!json_object_get(json_array_get(pair, 1), "accept"))
            continue;
        read_ports(reading, json_array_get(pair, 0), 0);
        reading->rule->verdict = FIREWALL_ACCEPT;
    }
}

static void read_expression(const struct reading *reading, const json_t *expression)
{
    struct firewall_rule *rule = reading->rule;
    if (json_object_get(expression, "match"))
        read_match(reading, json_object_get(expression, "match"));
    else if (json_object_get(expression, "vmap"))
        read_map(reading, json_object_get(expression, "vmap"));
    else if (json_object_get(expression, "accept"))
        rule->verdict = FIREWALL_ACCEPT;
    else if (json_object_get(expression, "drop") || json_object_get(expression, "reject"))
        rule->verdict = FIREWALL_DROP;
    else if (json_object_get(expression, "notrack"))
        rule->verdict = FIREWALL_NOTRACK;
    else if (json_object_get(expression, "limit") || json_object_get(expression, "xt"))
        rule->limited = true;
    reading->firewall->foreign |= json_object_get(expression, "xt") != NULL;
}

/* --- chains and rules ---------------------------------------------------------------------- */

static enum firewall_hook hook_of(const json_t *all, const json_t *rule)
{
    size_t i;
    const json_t *object;
    json_array_foreach(all, i, object) {
        const json_t *chain = json_object_get(object, "chain");
        if (!is(chain, "name", text_of(rule, "chain")) ||
            !is(chain, "table", text_of(rule, "table")) ||
            !is(chain, "family", text_of(rule, "family")))
            continue;
        return is(chain, "hook", "input")        ? FIREWALL_INPUT
               : is(chain, "hook", "prerouting") ? FIREWALL_PREROUTING
               : is(chain, "hook", "output")     ? FIREWALL_OUTPUT
                                                 : FIREWALL_ELSEWHERE;
    }
    return FIREWALL_ELSEWHERE;
}

static struct firewall_rule *add_rule(const json_t *all, const json_t *object, const char *chain,
                                      struct firewall *out)
{
    struct firewall_rule *rule = firewall_add(out);
    json_t *place = json_pack("{s:s, s:s, s:s}", "family", text_of(object, "family"), "table",
                              text_of(object, "table"), "chain", chain);
    rule->hook = hook_of(all, place);
    json_decref(place);
    snprintf(rule->table, sizeof rule->table, "%s %s", text_of(object, "family"),
             text_of(object, "table"));
    snprintf(rule->chain, sizeof rule->chain, "%s", chain);
    return rule;
}

static void read_rule(const json_t *all, const json_t *object, struct firewall *out)
{
    size_t i;
    const json_t *expression;
    struct firewall_rule *rule = add_rule(all, object, text_of(object, "chain"), out);
    const struct reading reading = { all, text_of(object, "family"), text_of(object, "table"), out,
                                     rule };
    json_array_foreach(json_object_get(object, "expr"), i, expression)
        read_expression(&reading, expression);
}

void firewall_read_nft(const json_t *ruleset, struct firewall *out)
{
    size_t i;
    const json_t *object, *all = json_object_get(ruleset, "nftables");
    json_array_foreach(all, i, object) {
        const json_t *rule = json_object_get(object, "rule");
        if (rule)
            read_rule(all, rule, out);
    }
    json_array_foreach(all, i, object) {
        const json_t *chain = json_object_get(object, "chain");
        if (is(chain, "policy", "drop"))
            add_rule(all, chain, text_of(chain, "name"), out)->verdict = FIREWALL_DROP;
    }
}
