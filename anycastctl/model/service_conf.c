/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_conf.c - one item of the list of services. Its texts are parsed as soon as they are read,
 * so that each error names the line. */
#include "anycastctl/model/service_conf.h"

#include <string.h>

static int check_service_name(void *item, struct err *err)
{
    struct service_conf *raw = item;
    const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789";
    if (raw->name[strspn(raw->name, allowed)] != '\0')
        return err_set(err,
                       "service name \"%s\" may have only a-z and 0-9: it becomes part of the "
                       "protocols' names in BIRD",
                       raw->name);
    strcpy(raw->parsed.name, raw->name); /* the table bounds its length */
    return 0;
}

static int parse_prefix(const char *text, enum family family, struct service *service,
                        struct err *err)
{
    struct service_family *into = &service->family[family];
    if (prefix_parse(text, &into->prefix, err) < 0)
        return -1;
    if (addr_family(&into->prefix.base) != family_number(family))
        return err_set(err, "%s is not an IPv%d prefix", text, family_number(family));
    if (into->prefix.bits == 0)
        return err_set(err, "%s is every address there is: name the prefix of the service", text);
    return 0;
}

static int check_prefix4(void *item, struct err *err)
{
    struct service_conf *raw = item;
    return parse_prefix(raw->prefix4, FAMILY_4, &raw->parsed, err);
}

static int check_prefix6(void *item, struct err *err)
{
    struct service_conf *raw = item;
    return parse_prefix(raw->prefix6, FAMILY_6, &raw->parsed, err);
}

static int add_address(struct service *service, const char *text, uint16_t port, struct err *err)
{
    struct addr addr;
    if (addr_parse(text, port, &addr, err) < 0)
        return -1;
    enum family family = addr_family(&addr) == 4 ? FAMILY_4 : FAMILY_6;
    struct service_family *into = &service->family[family];
    int number = family_number(family);
    if (into->prefix.bits == 0)
        return err_set(err, "address %s: the service has no prefix%d", text, number);
    char prefix[ADDR_TEXT_MAX];
    if (!prefix_contains(&into->prefix, &addr))
        return err_set(err, "address %s is not within prefix%d %s", text, number,
                       prefix_text(&into->prefix, prefix));
    for (unsigned i = 0; i < into->address_count; i++)
        if (addr_equal(&into->address[i], &addr))
            return err_set(err, "address %s stands there twice", text);
    if (into->address_count == SERVICE_ADDRESSES_MAX)
        return err_set(err, "more than %d IPv%d addresses", SERVICE_ADDRESSES_MAX, number);
    into->address[into->address_count++] = addr;
    return 0;
}

/* The table has prefixes and port before the addresses: they have been read. */
static int check_addresses(void *item, struct err *err)
{
    struct service_conf *raw = item;
    for (size_t i = 0; i < raw->addresses.count; i++)
        if (add_address(&raw->parsed, raw->addresses.items[i], (uint16_t)raw->port, err) < 0)
            return -1;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        struct service_family *family = &raw->parsed.family[f];
        family->enabled = family->prefix.bits > 0;
        if (family->enabled && family->address_count == 0)
            return err_set(err, "no address is within prefix%d", family_number((enum family)f));
    }
    return 0;
}

static int check_zones(void *item, struct err *err)
{
    struct service_conf *raw = item;
    struct service *service = &raw->parsed;
    for (size_t i = 0; i < raw->zones.count; i++) {
        struct dname *zone = &service->zone[i];
        if (dname_from_text(raw->zones.items[i], zone, err) < 0)
            return err_wrap(err, "zone \"%s\"", raw->zones.items[i]);
        for (size_t j = 0; j < i; j++)
            if (dname_equal(service->zone[j].wire, zone->wire))
                return err_set(err, "zone \"%s\" stands there twice", raw->zones.items[i]);
    }
    service->zone_count = (unsigned)raw->zones.count;
    return 0;
}

static bool same_prefix(const struct service_family *a, const struct service_family *b)
{
    return a->prefix.bits == b->prefix.bits && addr_equal(&a->prefix.base, &b->prefix.base);
}

/* Two services in one prefix would be announced and withdrawn against each other. */
int service_conf_check_pair(const struct service *a, const struct service *b, struct err *err)
{
    if (strcmp(a->name, b->name) == 0)
        return err_set(err, "two services are called \"%s\"", a->name);
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (a->family[f].enabled && same_prefix(&a->family[f], &b->family[f]))
            return err_set(err,
                           "services \"%s\" and \"%s\" have the same prefix%d: what is announced "
                           "together is one service",
                           a->name, b->name, family_number((enum family)f));
    return 0;
}

void service_conf_defaults(void *item)
{
    struct service_conf *raw = item;
    raw->port = 53;
}

const struct conf_field service_conf_fields[] = {
    { "name", CONF_STRING, offsetof(struct service_conf, name), .min = 1, .max = SERVICE_NAME_MAX,
      .required = true, .check = check_service_name },
    { "prefix4", CONF_STRING, offsetof(struct service_conf, prefix4), .check = check_prefix4 },
    { "prefix6", CONF_STRING, offsetof(struct service_conf, prefix6), .check = check_prefix6 },
    { "port", CONF_INT, offsetof(struct service_conf, port), .min = 1, .max = 65535 },
    { "addresses", CONF_STRING_LIST, offsetof(struct service_conf, addresses), .min = 1,
      .max = FAMILY_COUNT * SERVICE_ADDRESSES_MAX, .required = true, .check = check_addresses },
    { "zones", CONF_STRING_LIST, offsetof(struct service_conf, zones), .min = 1,
      .max = SERVICE_ZONES_MAX, .required = true, .check = check_zones },
    { NULL },
};

static bool same_family(const struct service_family *a, const struct service_family *b)
{
    if (a->enabled != b->enabled || a->address_count != b->address_count)
        return false;
    for (unsigned i = 0; i < a->address_count; i++)
        if (!addr_equal(&a->address[i], &b->address[i]))
            return false;
    return !a->enabled || same_prefix(a, b);
}

bool service_conf_same(const struct service *a, const struct service *b)
{
    if (strcmp(a->name, b->name) != 0 || a->zone_count != b->zone_count)
        return false;
    for (unsigned i = 0; i < a->zone_count; i++)
        if (!dname_equal(a->zone[i].wire, b->zone[i].wire))
            return false;
    return same_family(&a->family[FAMILY_4], &b->family[FAMILY_4]) &&
           same_family(&a->family[FAMILY_6], &b->family[FAMILY_6]);
}
