/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.h - anycastd.conf, as anycastd and its guard read it: the node, its services, the
 * sockets, the times. Every default stands once, in settings.c, with its reason. */
#ifndef PROXIMA_MODEL_SETTINGS_H
#define PROXIMA_MODEL_SETTINGS_H

#include "anycastctl/model/cause.h"
#include "common/addr.h"
#include "common/conf.h"
#include "common/dname.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

enum family { FAMILY_4, FAMILY_6, FAMILY_COUNT };

int family_number(enum family family); /* 4 or 6 */

enum {
    SERVICE_NAME_MAX = 20, /* [a-z0-9]+: it stands in BIRD's protocol names */
    SERVICES_MAX = 16,
    SERVICE_PREFIXES_MAX = 8,  /* per family */
    SERVICE_ADDRESSES_MAX = 8, /* per family */
    SERVICE_ZONES_MAX = 16,    /* zones asked by probes */
    COMMANDS_MAX = 32,         /* external checks */
    COMMAND_NAME_MAX = 40,
    COMMAND_WORDS_MAX = 32,
    GLASSES_MAX = 16,
    GLASS_NAME_MAX = 40,
};

/* What is announced and withdrawn together in one address family. */
struct service_family {
    bool enabled; /* false: the service has no prefix, and no address, in this family */
    unsigned prefix_count;
    struct prefix prefix[SERVICE_PREFIXES_MAX]; /* each with at least one of the addresses */
    unsigned address_count;
    struct addr address[SERVICE_ADDRESSES_MAX]; /* with port */
};

/* What a cause in one address family means for the other one. */
#define FATES(X)                                                                                   \
    X(FATE_APART, "apart")       /* nothing */                                                     \
    X(FATE_TOGETHER, "together") /* it counts there, too */

enum fate {
#define FATE_ENUM(id, name) id,
    FATES(FATE_ENUM)
#undef FATE_ENUM
};

struct service {
    char name[SERVICE_NAME_MAX + 1];
    enum fate fate;
    struct service_family family[FAMILY_COUNT];
    unsigned zone_count;
    struct dname zone[SERVICE_ZONES_MAX];
};

/* An external check: a program whose exit status says whether something is well. */
struct command_settings {
    char *name;
    struct conf_strings command; /* an absolute path, and arguments */
    int64_t interval_ms, timeout_ms;
    int64_t fall, rise; /* consecutive failures, successes */
    char *class_name, *service_name;
    enum cause_class class; /* alarm, soft or wrong */
    int service;            /* which it is about; -1: all */
};

#define GLASS_TYPES(X)                                                                             \
    X(GLASS_BIRD, "bird") /* a control socket, perhaps of a router elsewhere */                    \
    X(GLASS_HTTP, "http") /* birdwatcher's API */

enum glass_type {
#define GLASS_ENUM(id, name) id,
    GLASS_TYPES(GLASS_ENUM)
#undef GLASS_ENUM
};

/* A looking glass: who sees our routes from outside. */
struct glass_settings {
    char *name, *type_name;
    enum glass_type type;
    char *socket;          /* of GLASS_BIRD */
    char *url;             /* of GLASS_HTTP, with {prefix} and perhaps {table} in it */
    char *table4, *table6; /* "": whatever is the default there */
    char *via;             /* how our route is known there: see sense/sight.h */
    int64_t interval_ms;   /* when nothing has changed */
    int64_t timeout_ms;    /* of one answer */
};

struct settings {
    char *node;       /* as in dnsd.conf: what NSID must say */
    uint32_t node_id; /* 1..4294967295: in the large community (ASN, 1, id) */
    uint32_t asn;     /* of the large communities of the fleet; 0: any */
    bool dry_run;     /* decide and log, but touch neither BIRD nor the intent folder */
    char *user;
    char *run_dir; /* sockets and the intent folder are below it, unless they are absolute */
    char *report_socket, *control_socket, *lease_socket;
    char *state_dir; /* what an operator ordered, kept over restarts and reboots */
    char *event_log;
    char *log_level;

    struct {
        char *socket, *pid_file; /* pid_file may be "": see bird/client.h */
        char *intent_dir;
        int64_t poll_ms;    /* how often BIRD's actual state is read again */
        int64_t timeout_ms; /* one command */
    } bird;
    struct probe_settings {
        int64_t interval_ms, timeout_ms; /* of one probe round, of one probe */
        int64_t silent_ms;               /* reports older than this are silence */
        bool signatures;                 /* looked at */
        int64_t signature_warning_ms;    /* so long before signatures end it is told; 0: then */
        int64_t zone_warning_ms;         /* so long before a zone expires; 0: never before */
    } probe;
    struct host_settings { /* of the checks of the host; 0 or false switches one off */
        int64_t interval_ms;
        char *proc;
        bool addresses, default_route, disk, clock;
        int64_t disk_free_mb, disk_free_inodes;
        int64_t clock_jump_ms;
        bool clock_synchronised; /* demanded */
        int64_t conntrack_percent;
        int64_t load_per_processor;
    } host;
    struct {
        int64_t fall, rise; /* consecutive observations */
        int64_t hold_ms;
        int64_t flap_cycles, flap_half_life_ms;
        int64_t settle_ms; /* from `leaving` to the look at the other sites that decides */
        int64_t min_sites; /* other sites that must announce before a withdrawal that is not
                              local-fatal */
    } policy;
    struct {
        int64_t min_ms, max_ms, linger_ms;
        int64_t
            quiet_percent; /* of the query rate before: at or below it a drain has done its work */
    } drain;
    struct {
        int64_t limit_ms; /* how long the proof of a change is waited for */
    } proof;
    struct drill_settings { /* what drills are to reach; -1: as the scenario says by itself */
        int64_t detect_ms, withdraw_ms, proof_ms, traffic_gone_ms, restore_ms;
        int64_t lost; /* queries */
    } drill;
    struct {
        int64_t lease_ms;   /* silence of anycastd after which the guard acts by itself */
        int64_t confirm_ms; /* how long BIRD may take to confirm a fatal withdrawal */
        bool kill_bird;     /* if it does not: end BIRD, so that its sessions drop */
    } guard;

    unsigned service_count;
    struct service service[SERVICES_MAX];

    struct conf_list glasses; /* see settings_glass() */
    struct conf_list checks;  /* see settings_command() */
    int64_t checks_at_once;
};

/* The external check `i` of settings->checks.count. */
const struct command_settings *settings_command(const struct settings *settings, size_t i);

/* The looking glass `i` of settings->glasses.count. */
const struct glass_settings *settings_glass(const struct settings *settings, size_t i);

/* Reads `path`. Errors name file, line, setting, reason. The caller frees with settings_free. */
int settings_read(const char *path, struct settings *out, struct err *err);
void settings_free(struct settings *settings);

/* Takes over from `fresh` what may change while anycastd runs: policy, drain and drill. Returns the
 * name of the first other setting that differs, which needs a restart; NULL if there is none. */
const char *settings_adopt(struct settings *running, const struct settings *fresh);

/* Index of the service called `name`, or -1. */
int settings_find_service(const struct settings *settings, const char *name);

#endif
