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

static int add_prefix(struct service *service, const char *text, struct err *err)
{
    struct prefix prefix;
    if (prefix_parse(text, &prefix, err) < 0)
        return -1;
    if (prefix.bits == 0)
        return err_set(err, "%s is every address there is: name the prefixes of the service", text);
    const int number = addr_family(&prefix.base);
    struct service_family *into = &service->family[number == 4 ? FAMILY_4 : FAMILY_6];
    for (unsigned i = 0; i < into->prefix_count; i++)
        if (prefix_equal(&into->prefix[i], &prefix))
            return err_set(err, "prefix %s stands there twice", text);
    if (into->prefix_count == SERVICE_PREFIXES_MAX)
        return err_set(err, "more than %d IPv%d prefixes", SERVICE_PREFIXES_MAX, number);
    into->prefix[into->prefix_count++] = prefix;
    into->enabled = true;
    return 0;
}

static int check_prefixes(void *item, struct err *err)
{
    struct service_conf *raw = item;
    for (size_t i = 0; i < raw->prefixes.count; i++)
        if (add_prefix(&raw->parsed, raw->prefixes.items[i], err) < 0)
            return -1;
    return 0;
}

static int check_fate(void *item, struct err *err)
{
    struct service_conf *raw = item;
    static const char *const names[] = {
#define FATE_NAME(id, name) [id] = name,
        FATES(FATE_NAME)
#undef FATE_NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(raw->fate, names[i]) == 0) {
            raw->parsed.fate = (enum fate)i;
            return 0;
        }
    }
    return err_set(err,
                   "\"%s\" is neither apart (each address family is judged by itself) nor together",
                   raw->fate);
}

static int add_address(struct service *service, const char *text, uint16_t port, struct err *err)
{
    struct addr addr;
    if (addr_parse(text, port, &addr, err) < 0)
        return -1;
    const int number = addr_family(&addr);
    struct service_family *into = &service->family[number == 4 ? FAMILY_4 : FAMILY_6];
    if (!prefixes_contain(into->prefix, into->prefix_count, &addr))
        return err_set(err, "address %s is within none of the service's prefixes", text);
    for (unsigned i = 0; i < into->address_count; i++)
        if (addr_equal(&into->address[i], &addr))
            return err_set(err, "address %s stands there twice", text);
    if (into->address_count == SERVICE_ADDRESSES_MAX)
        return err_set(err, "more than %d IPv%d addresses", SERVICE_ADDRESSES_MAX, number);
    into->address[into->address_count++] = addr;
    return 0;
}

/* A prefix without one would be announced whatever happens there. */
static int check_has_address(const struct service_family *family, const struct prefix *prefix,
                             struct err *err)
{
    char text[ADDR_TEXT_MAX];
    for (unsigned i = 0; i < family->address_count; i++)
        if (prefix_contains(prefix, &family->address[i]))
            return 0;
    return err_set(err, "no address is within %s: nobody could tell whether it is answered there",
                   prefix_text(prefix, text));
}

/* The table has prefixes and port before the addresses: they have been read. */
static int check_addresses(void *item, struct err *err)
{
    struct service_conf *raw = item;
    for (size_t i = 0; i < raw->addresses.count; i++)
        if (add_address(&raw->parsed, raw->addresses.items[i], (uint16_t)raw->port, err) < 0)
            return -1;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct service_family *family = &raw->parsed.family[f];
        for (unsigned i = 0; i < family->prefix_count; i++)
            if (check_has_address(family, &family->prefix[i], err) < 0)
                return -1;
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

static int check_apart(const struct service *a, const struct service *b, enum family family,
                       struct err *err)
{
    const struct service_family *of_a = &a->family[family], *of_b = &b->family[family];
    char text_a[ADDR_TEXT_MAX], text_b[ADDR_TEXT_MAX];
    for (unsigned i = 0; i < of_a->prefix_count; i++)
        for (unsigned j = 0; j < of_b->prefix_count; j++)
            if (prefixes_overlap(&of_a->prefix[i], &of_b->prefix[j]))
                return err_set(err,
                               "services \"%s\" and \"%s\" overlap in %s and %s: what is "
                               "announced together is one service",
                               a->name, b->name, prefix_text(&of_a->prefix[i], text_a),
                               prefix_text(&of_b->prefix[j], text_b));
    return 0;
}

/* Two services in one prefix would be announced and withdrawn against each other. */
int service_conf_check_pair(const struct service *a, const struct service *b, struct err *err)
{
    if (strcmp(a->name, b->name) == 0)
        return err_set(err, "two services are called \"%s\"", a->name);
    if (check_apart(a, b, FAMILY_4, err) < 0)
        return -1;
    return check_apart(a, b, FAMILY_6, err);
}

void service_conf_defaults(void *item)
{
    struct service_conf *raw = item;
    raw->port = 53;
    raw->fate = (char *)"apart"; /* IPv4 and IPv6 mostly break one at a time */
}

const struct conf_field service_conf_fields[] = {
    { "name", CONF_STRING, offsetof(struct service_conf, name), .min = 1, .max = SERVICE_NAME_MAX,
      .required = true, .check = check_service_name },
    { "prefixes", CONF_STRING_LIST, offsetof(struct service_conf, prefixes), .min = 1,
      .max = FAMILY_COUNT * SERVICE_PREFIXES_MAX, .required = true, .check = check_prefixes },
    { "fate", CONF_STRING, offsetof(struct service_conf, fate), .check = check_fate },
    { "port", CONF_INT, offsetof(struct service_conf, port), .min = 1, .max = 65535 },
    { "addresses", CONF_STRING_LIST, offsetof(struct service_conf, addresses), .min = 1,
      .max = FAMILY_COUNT * SERVICE_ADDRESSES_MAX, .required = true, .check = check_addresses },
    { "zones", CONF_STRING_LIST, offsetof(struct service_conf, zones), .min = 1,
      .max = SERVICE_ZONES_MAX, .required = true, .check = check_zones },
    { NULL },
};

static bool same_family(const struct service_family *a, const struct service_family *b)
{
    if (a->prefix_count != b->prefix_count || a->address_count != b->address_count)
        return false;
    for (unsigned i = 0; i < a->prefix_count; i++)
        if (!prefix_equal(&a->prefix[i], &b->prefix[i]))
            return false;
    for (unsigned i = 0; i < a->address_count; i++)
        if (!addr_equal(&a->address[i], &b->address[i]))
            return false;
    return true;
}

bool service_conf_same(const struct service *a, const struct service *b)
{
    if (strcmp(a->name, b->name) != 0 || a->fate != b->fate || a->zone_count != b->zone_count)
        return false;
    for (unsigned i = 0; i < a->zone_count; i++)
        if (!dname_equal(a->zone[i].wire, b->zone[i].wire))
            return false;
    return same_family(&a->family[FAMILY_4], &b->family[FAMILY_4]) &&
           same_family(&a->family[FAMILY_6], &b->family[FAMILY_6]);
}
