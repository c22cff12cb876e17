/* SPDX-License-Identifier: GPL-3.0-or-later */
/* route.c - reads `show route … all`.
 * Knows how BIRD 2 and 3 print routes and large communities. */
#include "bird/route.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CODE_ROUTE = 1007,
    CODE_ATTRIBUTE = 1012,
    FUNCTION_NODE = 1,  /* (ASN, 1, node-id) */
    FUNCTION_LEVEL = 2, /* (ASN, 2, level) */
};

/* A route's own line: "192.0.2.0/24   blackhole [svc_dns_4_normal 2026-…] * (210)"; further routes
 * to the same network leave it out. "\tvia …" and empty lines are none. */
static bool is_route(const struct bird_line *line)
{
    return line->code == CODE_ROUTE && line->text[0] != '\t' && strchr(line->text, '[') &&
           strncmp(line->text, "Table ", 6) != 0;
}

static void read_table(const char *text, char *out, size_t cap)
{
    if (strncmp(text, "Table ", 6) == 0)
        snprintf(out, cap, "%.*s", (int)strcspn(text + 6, ":"), text + 6);
}

static void read_route(struct bird_routes *routes, const char *text, struct bird_route *out)
{
    if (text[0] != ' ')
        snprintf(routes->network, sizeof routes->network, "%.*s", (int)strcspn(text, " "), text);
    *out = (struct bird_route){ 0 };
    memcpy(out->table, routes->table, sizeof out->table);
    memcpy(out->network, routes->network, sizeof out->network);
    const char *proto = strchr(text, '[') + 1;
    snprintf(out->proto, sizeof out->proto, "%.*s", (int)strcspn(proto, " ]"), proto);
    const char *close = strchr(proto, ']');
    out->primary = close && strncmp(close + 1, " *", 2) == 0;
}

/* Takes a number after any of the characters in `before`. False: there is none. */
static bool take_number(const char **at, const char *before, uint32_t *out)
{
    const char *digits = *at + strspn(*at, before);
    char *end;
    unsigned long number = isdigit((unsigned char)*digits) ? strtoul(digits, &end, 10) : ULONG_MAX;
    if (number > UINT32_MAX)
        return false;
    *at = end;
    *out = (uint32_t)number;
    return true;
}

/* "(64500, 1, 3) (64500, 2, 1)" */
static void read_communities(const char *text, struct bird_route *out)
{
    struct bird_large_community c;
    while (take_number(&text, " (", &c.admin) && take_number(&text, ", ", &c.function) &&
           take_number(&text, ", ", &c.value) && *text++ == ')') {
        if (out->large_count < BIRD_LARGE_MAX)
            out->large[out->large_count] = c;
        out->large_count++;
    }
}

/* Attributes stand in lines of their own, a tab in front; a long list goes on after two tabs. */
static void read_attribute(const char *text, bool *in_list, struct bird_route *out)
{
    static const char *const labels[] = { "\tBGP.large_community:", "\tbgp_large_community:" };
    if (strncmp(text, "\t\t", 2) == 0) {
        if (*in_list)
            read_communities(text + 2, out);
        return;
    }
    *in_list = false;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (strncmp(text, labels[i], strlen(labels[i])) == 0) {
            *in_list = true;
            read_communities(text + strlen(labels[i]), out);
        }
    }
}

bool bird_routes_next(struct bird_routes *routes, struct bird_route *out)
{
    const struct bird_reply *reply = routes->reply;
    for (; routes->row < reply->count && !is_route(&reply->lines[routes->row]); routes->row++)
        read_table(reply->lines[routes->row].text, routes->table, sizeof routes->table);
    if (routes->row == reply->count)
        return false;
    read_route(routes, reply->lines[routes->row++].text, out);

    bool in_list = false;
    for (; routes->row < reply->count && !is_route(&reply->lines[routes->row]); routes->row++) {
        const struct bird_line *line = &reply->lines[routes->row];
        read_table(line->text, routes->table, sizeof routes->table);
        if (line->code == CODE_ATTRIBUTE)
            read_attribute(line->text, &in_list, out);
    }
    return true;
}

static int level_of_community(uint32_t value, enum level *out)
{
    for (int level = LEVEL_WITHDRAWN + 1; level < LEVEL_COUNT; level++) {
        if ((uint32_t)level_community((enum level)level) == value) {
            *out = (enum level)level;
            return 0;
        }
    }
    return -1;
}

/* The one value of (asn, function, ·). -1: there is none, or there are two. */
static int find_value(const struct bird_route *route, uint32_t asn, uint32_t function,
                      uint32_t *value)
{
    int found = 0;
    for (size_t i = 0; i < route->large_count && i < BIRD_LARGE_MAX; i++) {
        const struct bird_large_community *c = &route->large[i];
        if (c->admin == asn && c->function == function) {
            *value = c->value;
            found++;
        }
    }
    return found == 1 ? 0 : -1;
}

int bird_route_origin(const struct bird_route *route, uint32_t asn, uint32_t *node_id,
                      enum level *level)
{
    uint32_t value;
    if (find_value(route, asn, FUNCTION_NODE, node_id) ||
        find_value(route, asn, FUNCTION_LEVEL, &value))
        return -1;
    return level_of_community(value, level);
}

char *bird_command_exported(const char *session, const char *prefix, char *out, size_t cap)
{
    if (!bird_is_symbol(session) || !prefix[0] || prefix[strspn(prefix, "0123456789abcdef.:/")])
        return NULL;
    int len = snprintf(out, cap, "show route %s exported %s all", prefix, session);
    return len > 0 && (size_t)len < cap ? out : NULL;
}
