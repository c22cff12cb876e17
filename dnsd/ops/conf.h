/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf.h - dnsd's configuration file, read and checked: see dnsd.conf(5). */
#ifndef PROXIMA_OPS_CONF_H
#define PROXIMA_OPS_CONF_H

#include "common/addr.h"
#include "common/conf.h"
#include "common/err.h"
#include "common/log.h"
#include "dnsd/guard/guard.h"
#include "dnsd/zone/store.h"

struct zone_conf {
    char *name, *file;
    struct conf_strings allow_transfer;
    struct conf_strings checks; /* beyond those of all zones */
};

/* Each file NAME + suffix in it is the zone NAME. */
struct zone_folder_conf {
    char *folder, *suffix;
    struct conf_strings allow_transfer;
};

struct udp_conf {
    int64_t payload_max, receive_buffer_bytes, send_buffer_bytes;
    bool dont_fragment;
};

struct tcp_conf {
    int64_t connections_max, per_network_max, idle_timeout_ms, segment_max;
};

struct cookies_conf {
    char *mode, *secret_file;
};

struct rrl_conf {
    char *mode;
    int64_t rate, nodata_rate, nxdomain_rate, referral_rate, error_rate; /* -1: as `rate` */
    int64_t all_rate;
    int64_t burst_ms, slip;
    int64_t ipv4_prefix, ipv6_prefix;
    struct conf_strings exempt;
};

/* What the file says. */
struct dnsd_conf {
    char *node;
    int64_t node_id; /* anycastd's: known, so that both can include one file that has it */
    struct conf_strings listen, anycast;
    int64_t workers;
    char *user;
    char *run_dir, *control_socket, *report_socket;
    char *zone_dir;
    char *state_dir; /* "": nothing is kept */
    struct conf_strings checks;
    int64_t signature_warning_ms;
    struct conf_list zones;        /* struct zone_conf */
    struct conf_list zone_folders; /* struct zone_folder_conf */
    char *version;
    char *report_channel;
    struct udp_conf udp;
    struct tcp_conf tcp;
    struct cookies_conf cookies;
    struct rrl_conf rrl;
    int64_t stop_timeout_ms;
    char *log_level;

    /* The same, as it is used. */
    struct addr *addrs;                /* listen.count of them */
    struct prefix *anycast_prefixes;   /* anycast.count of them */
    struct dname agent;                /* of report_channel; len 0: none */
    struct zone_source *sources;       /* borrow from what stands above, but for files of folders */
    size_t source_count, listed_count; /* those of `zones` are the first */
    struct prefix *prefixes;           /* of all allow_transfer lists, one behind the other */
    struct check_policy policy;        /* of zones without checks of their own */
    struct check_policy *policies;     /* of those that have some */
    struct guard_rules guard;          /* without a secret if no file has one */
    enum log_level log_threshold;
    char *image_dir; /* below state_dir; NULL: none */
};

/* Reads `path`. Relative paths in it are made absolute. Returns a new configuration, or NULL with
 * "FILE:LINE: …" or "FILE: …". */
struct dnsd_conf *dnsd_conf_read(const char *path, struct err *err);
void dnsd_conf_free(struct dnsd_conf *conf); /* NULL is fine */

/* The policy for the zone `name` (wire): its own, or that of all. Borrowed. */
const struct check_policy *dnsd_conf_policy(const struct dnsd_conf *conf, const uint8_t *name);

enum { DNSD_CONF_FIELDS_MAX = 32 };

/* Names the settings that differ between `a` and `b` and that only a restart can change. Returns
 * how many. */
size_t dnsd_conf_restart_needed(const struct dnsd_conf *a, const struct dnsd_conf *b,
                                const char *names[DNSD_CONF_FIELDS_MAX]);

#endif
