/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf.c - the table of dnsd's settings. Knows each one's name, range, default and the reason for
 * it; hides how text becomes addresses, paths and zones. */
#include "dnsd/ops/conf.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "common/path.h"
#include "common/report.h"
#include "dnsd/net/listen.h"
#include "dnsd/ops/conf_check.h"
#include "dnsd/ops/conf_guard.h"
#include "dnsd/ops/conf_policies.h"
#include "dnsd/ops/conf_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { SOCKET_PATH_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1 };

#define SETTING(type_, struct_, member_) .type = type_, .offset = offsetof(struct struct_, member_)

static const struct conf_field zone_fields[] = {
    { "name", SETTING(CONF_STRING, zone_conf, name), .required = true, .min = 1, .max = 1024,
      .check = conf_check_zone_name },
    { "file", SETTING(CONF_STRING, zone_conf, file), .required = true, .min = 1 },
    { "allow_transfer", SETTING(CONF_STRING_LIST, zone_conf, allow_transfer), .max = 1024,
      .check = conf_check_allow_transfer },
    { "checks", SETTING(CONF_STRING_LIST, zone_conf, checks), .max = CHECK_COUNT,
      .check = conf_check_zone_checks },
    { 0 },
};

static const struct conf_field zone_folder_fields[] = {
    { "folder", SETTING(CONF_STRING, zone_folder_conf, folder), .required = true, .min = 1 },
    { "suffix", SETTING(CONF_STRING, zone_folder_conf, suffix), .max = 64 },
    { "allow_transfer", SETTING(CONF_STRING_LIST, zone_folder_conf, allow_transfer), .max = 1024,
      .check = conf_check_folder_transfer },
    { 0 },
};

static void default_folder(void *zone_folder_conf)
{
    ((struct zone_folder_conf *)zone_folder_conf)->suffix =
        (char *)".zone"; /* no stray file is one */
}

static const struct conf_field udp_fields[] = {
    { "payload_max", SETTING(CONF_INT, udp_conf, payload_max), .min = DNS_UDP_MIN, .max = 4096 },
    { "receive_buffer_bytes", SETTING(CONF_INT, udp_conf, receive_buffer_bytes), .min = 4096,
      .max = 1 << 30 },
    { "send_buffer_bytes", SETTING(CONF_INT, udp_conf, send_buffer_bytes), .min = 4096,
      .max = 1 << 30 },
    { "dont_fragment", SETTING(CONF_BOOL, udp_conf, dont_fragment) },
    { 0 },
};

static const struct conf_field tcp_fields[] = {
    { "connections_max", SETTING(CONF_INT, tcp_conf, connections_max), .min = 1, .max = 1000000 },
    { "per_network_max", SETTING(CONF_INT, tcp_conf, per_network_max), .min = 1, .max = 1000000 },
    { "idle_timeout", SETTING(CONF_DURATION_MS, tcp_conf, idle_timeout_ms), .min = 100,
      .max = 600000 },
    { "segment_max", SETTING(CONF_INT, tcp_conf, segment_max), .min = 536, .max = 1440 },
    { 0 },
};

static const struct conf_field cookies_fields[] = {
    { "mode", SETTING(CONF_STRING, cookies_conf, mode), .check = conf_check_cookies_mode },
    { "secret_file", SETTING(CONF_STRING, cookies_conf, secret_file), .max = 4096 },
    { 0 },
};

#define RATE(name_) SETTING(CONF_INT, rrl_conf, name_), .min = 0, .max = BUCKETS_RATE_MAX

static const struct conf_field rrl_fields[] = {
    { "mode", SETTING(CONF_STRING, rrl_conf, mode), .check = conf_check_rrl_mode },
    { "rate", RATE(rate) },
    { "nodata_rate", RATE(nodata_rate) },
    { "nxdomain_rate", RATE(nxdomain_rate) },
    { "referral_rate", RATE(referral_rate) },
    { "error_rate", RATE(error_rate) },
    { "all_rate", RATE(all_rate) },
    { "burst", SETTING(CONF_DURATION_MS, rrl_conf, burst_ms), .min = 0,
      .max = BUCKETS_BURST_MS_MAX },
    { "slip", SETTING(CONF_INT, rrl_conf, slip), .min = 0, .max = 100 },
    { "ipv4_prefix", SETTING(CONF_INT, rrl_conf, ipv4_prefix), .min = 1, .max = 32 },
    { "ipv6_prefix", SETTING(CONF_INT, rrl_conf, ipv6_prefix), .min = 1, .max = 64 },
    { "exempt", SETTING(CONF_STRING_LIST, rrl_conf, exempt), .max = 64,
      .check = conf_check_exempt },
    { 0 },
};

static const struct conf_field fields[] = {
    { "node", SETTING(CONF_STRING, dnsd_conf, node), .required = true, .min = 1,
      .max = REPORT_NODE_MAX, .check = conf_check_node },
    { "node_id", SETTING(CONF_INT, dnsd_conf, node_id), .min = 1, .max = UINT32_MAX },
    { "listen", SETTING(CONF_STRING_LIST, dnsd_conf, listen), .min = 1, .max = 256,
      .check = conf_check_listen },
    { "anycast", SETTING(CONF_STRING_LIST, dnsd_conf, anycast), .max = 256,
      .check = conf_check_anycast },
    { "workers", SETTING(CONF_INT, dnsd_conf, workers), .min = 0, .max = REPORT_WORKERS_MAX },
    { "user", SETTING(CONF_STRING, dnsd_conf, user), .max = 64 },
    { "run_dir", SETTING(CONF_STRING, dnsd_conf, run_dir), .min = 1 },
    { "control_socket", SETTING(CONF_STRING, dnsd_conf, control_socket), .min = 1,
      .max = SOCKET_PATH_MAX },
    { "report_socket", SETTING(CONF_STRING, dnsd_conf, report_socket), .min = 1,
      .max = SOCKET_PATH_MAX },
    { "zone_dir", SETTING(CONF_STRING, dnsd_conf, zone_dir), .min = 1 },
    { "state_dir", SETTING(CONF_STRING, dnsd_conf, state_dir) },
    { "checks", SETTING(CONF_STRING_LIST, dnsd_conf, checks), .max = CHECK_COUNT,
      .check = conf_check_checks },
    { "signature_warning", SETTING(CONF_DURATION_MS, dnsd_conf, signature_warning_ms),
      .max = INT64_C(366) * 86400 * 1000 },
    { "zones", SETTING(CONF_GROUP_LIST, dnsd_conf, zones), .max = 10000000, .group = zone_fields,
      .size = sizeof(struct zone_conf), .check = conf_check_zones },
    { "zone_folders", SETTING(CONF_GROUP_LIST, dnsd_conf, zone_folders), .max = 1000,
      .group = zone_folder_fields, .size = sizeof(struct zone_folder_conf),
      .init = default_folder },
    { "version", SETTING(CONF_STRING, dnsd_conf, version), .max = 255 },
    { "report_channel", SETTING(CONF_STRING, dnsd_conf, report_channel), .max = 1024,
      .check = conf_check_report_channel },
    { "udp", SETTING(CONF_GROUP, dnsd_conf, udp), .group = udp_fields },
    { "tcp", SETTING(CONF_GROUP, dnsd_conf, tcp), .group = tcp_fields },
    { "cookies", SETTING(CONF_GROUP, dnsd_conf, cookies), .group = cookies_fields },
    { "rrl", SETTING(CONF_GROUP, dnsd_conf, rrl), .group = rrl_fields },
    { "stop_timeout", SETTING(CONF_DURATION_MS, dnsd_conf, stop_timeout_ms), .max = 86400000 },
    { "log_level", SETTING(CONF_STRING, dnsd_conf, log_level), .check = conf_check_log_level },
    { 0 },
};

/* What a reload may change. All else is a matter of sockets, threads or identity. */
static const char *const changeable[] = {
    "zone_dir", "zones", "zone_folders", "checks",   "signature_warning",
    "cookies",  "rrl",   "stop_timeout", "log_level"
};

static char *everywhere[] = { (char *)"0.0.0.0", (char *)"::" };

static const struct dnsd_conf defaults = {
    .listen = { 2, everywhere }, /* replies leave from the address that was asked */
    .workers = 0,                /* one per core that we may run on */
    .user = (char *)"",          /* who starts us knows best: systemd's User= */
    .run_dir = (char *)PROXIMA_RUNDIR,
    .control_socket = (char *)"dnsd.sock",
    .report_socket = (char *)"report.sock", /* where anycastd listens by default */
    .zone_dir = (char *)PROXIMA_SYSCONFDIR "/zones",
    .state_dir = (char *)PROXIMA_STATEDIR,
    .signature_warning_ms = 3 * INT64_C(86400000), /* a weekend */
    .version =
        (char *)"", /* refused: it helps attackers more than operators, who have `anycastctl` */
    .report_channel = (char *)"", /* somebody must run an agent first */
    .udp = { .payload_max = DNS_UDP_DEFAULT,
             .receive_buffer_bytes = 4 << 20, /* some 5,000 queries: 50 ms of 100,000 q/s */
             .send_buffer_bytes = 1 << 20,    /* a batch of the largest responses, and more */
             .dont_fragment = true },         /* RFC 9715 3.1: what is put together can be forged */
    .tcp = { .connections_max = 1000,         /* of each worker: 200 KB when idle */
             .per_network_max = 200,          /* one network cannot take all places */
             .segment_max = LISTEN_SEGMENT_MAX, /* fits into any path */
             .idle_timeout_ms = 10000 },        /* RFC 7766 6.2.3: of the order of seconds */
    .cookies = { .mode = (char *)"on",          /* nothing to those who do not ask */
                 .secret_file = (char *)"" },   /* one's own: good for a single site */
    .rrl = { .mode = (char *)"off", /* which limits fit, only who looks at his clients knows */
             .rate = 50,            /* a cache asks once per TTL; a network has many caches */
             .nodata_rate = -1,
             .nxdomain_rate = -1,
             .referral_rate = -1,
             .error_rate = -1,
             .all_rate = 0,       /* large resolvers get any number of different answers */
             .burst_ms = 2000,    /* caches that start all at once */
             .slip = 2,           /* a client that is there gets through at its second try */
             .ipv4_prefix = 24,   /* the smallest network that is routed, */
             .ipv6_prefix = 56 }, /* and what a customer gets: as the peers have it */
    .stop_timeout_ms = 600000,    /* anycastd's longest drain is 5 min, its linger 2 min */
    .log_level = (char *)"info",
};

static void resolve_paths(struct dnsd_conf *conf, const char *path)
{
    char *folder = path_folder(path);
    conf->run_dir = path_below(folder, conf->run_dir);
    conf->zone_dir = path_below(folder, conf->zone_dir);
    if (conf->state_dir[0]) {
        conf->state_dir = path_below(folder, conf->state_dir);
        conf->image_dir = mem_printf("%s/images", conf->state_dir);
    }
    conf->control_socket = path_below(conf->run_dir, conf->control_socket);
    conf->report_socket = path_below(conf->run_dir, conf->report_socket);
    if (conf->cookies.secret_file[0])
        conf->cookies.secret_file = path_below(folder, conf->cookies.secret_file);
    struct zone_conf *zones = conf->zones.items;
    for (size_t i = 0; i < conf->zones.count; i++)
        zones[i].file = path_below(conf->zone_dir, zones[i].file);
    struct zone_folder_conf *folders = conf->zone_folders.items;
    for (size_t i = 0; i < conf->zone_folders.count; i++)
        folders[i].folder = path_below(conf->zone_dir, folders[i].folder);
    free(folder);
}

static void make_report_channel(struct dnsd_conf *conf)
{
    if (conf->report_channel[0])
        dname_from_text(conf->report_channel, &conf->agent, NULL);
}

static void make_addrs(struct dnsd_conf *conf)
{
    conf->addrs = mem_calloc(conf->listen.count, sizeof *conf->addrs);
    for (size_t i = 0; i < conf->listen.count; i++)
        addr_parse(conf->listen.items[i], DNS_PORT, &conf->addrs[i], NULL);
    conf->anycast_prefixes = mem_calloc(conf->anycast.count, sizeof *conf->anycast_prefixes);
    for (size_t i = 0; i < conf->anycast.count; i++)
        prefix_parse(conf->anycast.items[i], &conf->anycast_prefixes[i], NULL);
}

struct dnsd_conf *dnsd_conf_read(const char *path, struct err *err)
{
    struct dnsd_conf *conf = mem_dup(&defaults, sizeof defaults);
    if (conf_read(path, fields, conf, err)) {
        free(conf);
        return NULL;
    }
    resolve_paths(conf, path);
    make_addrs(conf);
    make_report_channel(conf);
    log_level_parse(conf->log_level, &conf->log_threshold);
    if (conf_zones_make(conf, err) || conf_guard_make(conf, err)) {
        err_wrap(err, "%s", path);
        dnsd_conf_free(conf);
        return NULL;
    }
    conf_policies_make(conf);
    return conf;
}

void dnsd_conf_free(struct dnsd_conf *conf)
{
    if (!conf)
        return;
    free(conf->image_dir);
    free(conf->addrs);
    free(conf->anycast_prefixes);
    conf_zones_free(conf);
    free(conf->policies);
    conf_free(fields, conf);
    free(conf);
}

static bool same_field(const struct conf_field *field, const void *a, const void *b);

static bool same_group(const struct conf_field *group, const void *a, const void *b)
{
    for (; group->name; group++)
        if (!same_field(group, a, b))
            return false;
    return true;
}

/* Lists of groups are not compared: zones and their folders are the only ones, and may change. */
static bool same_field(const struct conf_field *field, const void *a, const void *b)
{
    const void *in_a = (const char *)a + field->offset, *in_b = (const char *)b + field->offset;
    switch (field->type) {
    case CONF_BOOL:
        return *(const bool *)in_a == *(const bool *)in_b;
    case CONF_INT:
    case CONF_SWITCH:
    case CONF_DURATION_MS:
        return *(const int64_t *)in_a == *(const int64_t *)in_b;
    case CONF_STRING:
        return strcmp(*(char *const *)in_a, *(char *const *)in_b) == 0;
    case CONF_STRING_LIST:
        return conf_strings_same(in_a, in_b);
    case CONF_GROUP:
        return same_group(field->group, in_a, in_b);
    case CONF_GROUP_LIST:
    case CONF_PLACE:
        break;
    }
    return true;
}

static bool may_change(const char *name)
{
    for (size_t i = 0; i < sizeof changeable / sizeof *changeable; i++)
        if (strcmp(changeable[i], name) == 0)
            return true;
    return false;
}

size_t dnsd_conf_restart_needed(const struct dnsd_conf *a, const struct dnsd_conf *b,
                                const char *names[DNSD_CONF_FIELDS_MAX])
{
    size_t count = 0;
    for (const struct conf_field *field = fields; field->name; field++)
        if (!may_change(field->name) && !same_field(field, a, b))
            names[count++] = field->name;
    return count;
}
