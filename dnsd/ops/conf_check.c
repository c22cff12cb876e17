/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_check.c - checks of single settings, and of settings against each other. */
#include "dnsd/ops/conf_check.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/ops/conf.h"

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

int conf_check_exempt(void *rrl_conf, struct err *err)
{
    return check_prefixes(&((const struct rrl_conf *)rrl_conf)->exempt, err);
}

static int by_name(const void *a, const void *b)
{
    return dname_cmp(((const struct dname *)a)->wire, ((const struct dname *)b)->wire);
}

/* There may be millions of zones: sorted, equal names stand side by side. */
int conf_check_zones(void *dnsd_conf, struct err *err)
{
    const struct conf_list *zones = &((const struct dnsd_conf *)dnsd_conf)->zones;
    const struct zone_conf *items = zones->items;
    struct dname *names = mem_calloc(zones->count, sizeof *names);
    int result = 0;
    for (size_t i = 0; i < zones->count; i++)
        dname_from_text(items[i].name, &names[i], NULL);
    qsort(names, zones->count, sizeof *names, by_name);
    for (size_t i = 1; i < zones->count && result == 0; i++) {
        char text[DNAME_TEXT_MAX];
        if (by_name(&names[i - 1], &names[i]) == 0)
            result = err_set(err, "zone %s stands there twice", dname_to_text(names[i].wire, text));
    }
    free(names);
    return result;
}
