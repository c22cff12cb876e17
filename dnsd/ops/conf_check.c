/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_check.c - checks of single settings, and of settings against each other. */
#include "dnsd/ops/conf_check.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/ops/conf.h"
#include "dnsd/zone/key.h"

#include <stdlib.h>
#include <string.h>

/* The name goes into NSID, TXT records, log keys and file names: so letters, digits, - and _. */
int conf_check_node(void *dnsd_conf, struct err *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *node = ((const struct dnsd_conf *)dnsd_conf)->node;
    if (node[strspn(node, letters)] != '\0')
        return err_set(err, "\"%s\" may have letters, digits, - and _ only", node);
    return 0;
}

int conf_check_listen(void *dnsd_conf, struct err *err)
{
    const struct conf_strings *listen = &((const struct dnsd_conf *)dnsd_conf)->listen;
    struct addr addrs[256]; /* the range in the table */
    for (size_t i = 0; i < listen->count; i++) {
        if (addr_parse(listen->items[i], DNS_PORT, &addrs[i], err))
            return -1;
        for (size_t before = 0; before < i; before++)
            if (addr_port(&addrs[i]) != 0 && addr_equal(&addrs[before], &addrs[i]))
                return err_set(err, "\"%s\" stands there twice", listen->items[i]);
    }
    return 0;
}

int conf_check_log_level(void *dnsd_conf, struct err *err)
{
    const char *name = ((const struct dnsd_conf *)dnsd_conf)->log_level;
    enum log_level level;
    if (log_level_parse(name, &level))
        return err_set(err, "\"%s\" is not debug, info, notice, warning or error", name);
    return 0;
}

/* RFC 9567 5.1: the root stands for "none". */
int conf_check_report_channel(void *dnsd_conf, struct err *err)
{
    const char *text = ((const struct dnsd_conf *)dnsd_conf)->report_channel;
    struct dname agent;
    if (!*text)
        return 0;
    if (dname_from_text(text, &agent, err))
        return -1;
    return agent.len > 1 ? 0 : err_set(err, "the root cannot be an agent domain");
}

int conf_check_cookies_mode(void *cookies_conf, struct err *err)
{
    const char *name = ((const struct cookies_conf *)cookies_conf)->mode;
    enum guard_cookies mode;
    if (guard_cookies_parse(name, &mode))
        return err_set(err, "\"%s\" is not off, on or require", name);
    return 0;
}

int conf_check_rrl_mode(void *rrl_conf, struct err *err)
{
    const char *name = ((const struct rrl_conf *)rrl_conf)->mode;
    enum rrl_mode mode;
    if (rrl_mode_parse(name, &mode))
        return err_set(err, "\"%s\" is not off, log-only or on", name);
    return 0;
}

int conf_check_zone_name(void *zone_conf, struct err *err)
{
    struct dname name;
    return dname_from_text(((const struct zone_conf *)zone_conf)->name, &name, err);
}

static int check_prefixes(const struct conf_strings *list, struct err *err)
{
    struct prefix prefix;
    for (size_t i = 0; i < list->count; i++)
        if (prefix_parse(list->items[i], &prefix, err))
            return -1;
    return 0;
}

int conf_check_allow_transfer(void *zone_conf, struct err *err)
{
    return check_prefixes(&((const struct zone_conf *)zone_conf)->allow_transfer, err);
}

int conf_check_folder_transfer(void *zone_folder_conf, struct err *err)
{
    return check_prefixes(&((const struct zone_folder_conf *)zone_folder_conf)->allow_transfer,
                          err);
}

static int check_checks(const struct conf_strings *checks, struct err *err)
{
    struct check_policy policy;
    for (size_t i = 0; i < checks->count; i++)
        if (check_policy_set(&policy, checks->items[i], err))
            return -1;
    return 0;
}

int conf_check_checks(void *dnsd_conf, struct err *err)
{
    return check_checks(&((const struct dnsd_conf *)dnsd_conf)->checks, err);
}

int conf_check_zone_checks(void *zone_conf, struct err *err)
{
    return check_checks(&((const struct zone_conf *)zone_conf)->checks, err);
}

int conf_check_anycast(void *dnsd_conf, struct err *err)
{
    return check_prefixes(&((const struct dnsd_conf *)dnsd_conf)->anycast, err);
}

int conf_check_exempt(void *rrl_conf, struct err *err)
{
    return check_prefixes(&((const struct rrl_conf *)rrl_conf)->exempt, err);
}

/* Names that were seen: a hash table, since there may be millions of zones. */
struct seen {
    uint64_t hash;
    const char *name; /* NULL: free */
};

/* The same name, or where it would be. */
static struct seen *find_seen(struct seen *table, size_t mask, const struct dname *name,
                              uint64_t hash)
{
    size_t at = hash & mask;
    for (; table[at].name; at = (at + 1) & mask) {
        struct dname other;
        if (table[at].hash == hash && dname_from_text(table[at].name, &other, NULL) == 0 &&
            dname_equal(name->wire, other.wire))
            break;
    }
    return &table[at];
}

static int check_new(struct seen *table, size_t mask, const char *text, struct err *err)
{
    struct dname name;
    struct name_key key;
    char twice[DNAME_TEXT_MAX];
    if (dname_from_text(text, &name, err))
        return -1;
    name_key_init(&key, name.wire);
    struct seen *seen = find_seen(table, mask, &name, key.hash[0]);
    if (seen->name)
        return err_set(err, "zone %s stands there twice", dname_to_text(name.wire, twice));
    *seen = (struct seen){ key.hash[0], text };
    return 0;
}

int conf_check_zones(void *dnsd_conf, struct err *err)
{
    const struct conf_list *zones = &((const struct dnsd_conf *)dnsd_conf)->zones;
    const struct zone_conf *items = zones->items;
    size_t slots = 2;
    while (slots < 2 * zones->count)
        slots *= 2;
    struct seen *table = mem_calloc(slots, sizeof *table);
    int result = 0;
    for (size_t i = 0; i < zones->count && result == 0; i++)
        result = check_new(table, slots - 1, items[i].name, err);
    free(table);
    return result;
}
