/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.c - the table of anycastd.conf, its defaults with their reasons, and what must agree
 * with what. What a service looks like, service_conf.c knows; what an external check does,
 * command_conf.c; and what may change without a restart, settings_adopt.c. */
#include "anycastctl/model/settings.h"

#include "anycastctl/model/command_conf.h"
#include "anycastctl/model/glass_conf.h"
#include "anycastctl/model/service_conf.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/path.h"
#include "common/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum {
    SOCKET_PATH_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1,
    USER_MAX = 64,         /* "name:group" */
    INTENT_DIR_MAX = 1024, /* with a file's name behind it still a path */
    DAY_MS = 24 * 60 * 60 * 1000,
};

struct raw_settings {
    struct settings settings;
    int64_t node_id, asn;
    struct conf_list services;
};

int family_number(enum family family)
{
    return family == FAMILY_4 ? 4 : 6;
}

static int check_services(void *item, struct err *err)
{
    const struct raw_settings *raw = item;
    const struct service_conf *services = raw->services.items;
    size_t zones = 0;
    for (size_t i = 0; i < raw->services.count; i++) {
        zones += services[i].parsed.zone_count;
        for (size_t j = 0; j < i; j++)
            if (service_conf_check_pair(&services[j].parsed, &services[i].parsed, err) < 0)
                return -1;
    }
    if (zones > REPORT_WATCHED_MAX)
        return err_set(err, "the services name %zu zones, more than dnsd reports on (%d)", zones,
                       REPORT_WATCHED_MAX);
    return 0;
}

static int check_log_level(void *item, struct err *err)
{
    const struct raw_settings *raw = item;
    enum log_level level;
    if (log_level_parse(raw->settings.log_level, &level) < 0)
        return err_set(err, "\"%s\" is none of debug, info, notice, warning, error",
                       raw->settings.log_level);
    return 0;
}

#define IN_GROUP(group, name)                                                                      \
    (offsetof(struct settings, group.name) - offsetof(struct settings, group))

static const struct conf_field bird_fields[] = {
    { "socket", CONF_STRING, IN_GROUP(bird, socket), .min = 1, .max = SOCKET_PATH_MAX },
    { "pid_file", CONF_STRING, IN_GROUP(bird, pid_file), .max = PATH_MAX },
    { "intent_dir", CONF_STRING, IN_GROUP(bird, intent_dir), .min = 1, .max = INTENT_DIR_MAX },
    { "poll", CONF_DURATION_MS, IN_GROUP(bird, poll_ms), .min = 50, .max = 60 * 1000 },
    { "timeout", CONF_DURATION_MS, IN_GROUP(bird, timeout_ms), .min = 50, .max = 60 * 1000 },
    { NULL },
};

static const struct conf_field probe_fields[] = {
    { "interval", CONF_DURATION_MS, IN_GROUP(probe, interval_ms), .min = 20, .max = 60 * 1000 },
    { "timeout", CONF_DURATION_MS, IN_GROUP(probe, timeout_ms), .min = 10, .max = 60 * 1000 },
    { "silent", CONF_DURATION_MS, IN_GROUP(probe, silent_ms), .min = 150, .max = 60 * 1000 },
    { "signatures", CONF_BOOL, IN_GROUP(probe, signatures), .required = false },
    { "signature_warning", CONF_DURATION_MS, IN_GROUP(probe, signature_warning_ms), .min = 0,
      .max = 100 * (int64_t)DAY_MS },
    { "zone_warning", CONF_DURATION_MS, IN_GROUP(probe, zone_warning_ms), .min = 0,
      .max = 100 * (int64_t)DAY_MS },
    { NULL },
};

static const struct conf_field host_fields[] = {
    { "interval", CONF_DURATION_MS, IN_GROUP(host, interval_ms), .min = 50, .max = 60 * 1000 },
    { "proc", CONF_STRING, IN_GROUP(host, proc), .min = 1 },
    { "addresses", CONF_BOOL, IN_GROUP(host, addresses), .required = false },
    { "default_route", CONF_BOOL, IN_GROUP(host, default_route), .required = false },
    { "disk", CONF_BOOL, IN_GROUP(host, disk), .required = false },
    { "disk_free_mb", CONF_INT, IN_GROUP(host, disk_free_mb), .min = 0, .max = 1024 * 1024 },
    { "disk_free_inodes", CONF_INT, IN_GROUP(host, disk_free_inodes), .min = 0, .max = INT32_MAX },
    { "clock", CONF_BOOL, IN_GROUP(host, clock), .required = false },
    { "clock_jump", CONF_DURATION_MS, IN_GROUP(host, clock_jump_ms), .min = 1000, .max = DAY_MS },
    { "clock_synchronised", CONF_BOOL, IN_GROUP(host, clock_synchronised), .required = false },
    { "conntrack_percent", CONF_INT, IN_GROUP(host, conntrack_percent), .min = 0, .max = 100 },
    { "load_per_processor", CONF_INT, IN_GROUP(host, load_per_processor), .min = 0, .max = 1000 },
    { NULL },
};

static const struct conf_field policy_fields[] = {
    { "fall", CONF_INT, IN_GROUP(policy, fall), .min = 1, .max = 100 },
    { "rise", CONF_INT, IN_GROUP(policy, rise), .min = 1, .max = 100 },
    { "hold", CONF_DURATION_MS, IN_GROUP(policy, hold_ms), .min = 0, .max = DAY_MS },
    { "flap_cycles", CONF_INT, IN_GROUP(policy, flap_cycles), .min = 1, .max = 10 },
    { "flap_half_life", CONF_DURATION_MS, IN_GROUP(policy, flap_half_life_ms), .min = 1,
      .max = DAY_MS },
    { "settle", CONF_DURATION_MS, IN_GROUP(policy, settle_ms), .min = 1, .max = 60 * 1000 },
    { "min_sites", CONF_INT, IN_GROUP(policy, min_sites), .min = 0, .max = 1000 },
    { NULL },
};

static const struct conf_field drain_fields[] = {
    { "min", CONF_DURATION_MS, IN_GROUP(drain, min_ms), .min = 0, .max = DAY_MS },
    { "max", CONF_DURATION_MS, IN_GROUP(drain, max_ms), .min = 1, .max = DAY_MS },
    { "linger", CONF_DURATION_MS, IN_GROUP(drain, linger_ms), .min = 0, .max = DAY_MS },
    { "quiet_percent", CONF_INT, IN_GROUP(drain, quiet_percent), .min = 0, .max = 100 },
    { NULL },
};

static const struct conf_field proof_fields[] = {
    { "limit", CONF_DURATION_MS, IN_GROUP(proof, limit_ms), .min = 100, .max = DAY_MS },
    { NULL },
};

static const struct conf_field drill_fields[] = {
    { "detect", CONF_DURATION_MS, IN_GROUP(drill, detect_ms), .min = 1, .max = DAY_MS },
    { "withdraw", CONF_DURATION_MS, IN_GROUP(drill, withdraw_ms), .min = 1, .max = DAY_MS },
    { "proof", CONF_DURATION_MS, IN_GROUP(drill, proof_ms), .min = 1, .max = DAY_MS },
    { "traffic_gone", CONF_DURATION_MS, IN_GROUP(drill, traffic_gone_ms), .min = 1, .max = DAY_MS },
    { "restore", CONF_DURATION_MS, IN_GROUP(drill, restore_ms), .min = 1, .max = DAY_MS },
    { "lost", CONF_INT, IN_GROUP(drill, lost), .min = 0, .max = 1000000000 },
    { NULL },
};

static const struct conf_field guard_fields[] = {
    { "lease", CONF_DURATION_MS, IN_GROUP(guard, lease_ms), .min = 300, .max = 60 * 1000 },
    { "confirm", CONF_DURATION_MS, IN_GROUP(guard, confirm_ms), .min = 100, .max = 60 * 1000 },
    { "kill_bird", CONF_BOOL, IN_GROUP(guard, kill_bird), .required = false },
    { NULL },
};

#define TOP(name) offsetof(struct raw_settings, settings.name)

static const struct conf_field fields[] = {
    { "node", CONF_STRING, TOP(node), .min = 1, .max = REPORT_NODE_MAX, .required = true },
    { "node_id", CONF_INT, offsetof(struct raw_settings, node_id), .min = 1, .max = UINT32_MAX,
      .required = true },
    { "asn", CONF_INT, offsetof(struct raw_settings, asn), .min = 1, .max = UINT32_MAX },
    { "dry_run", CONF_BOOL, TOP(dry_run) },
    { "user", CONF_STRING, TOP(user), .max = USER_MAX },
    { "run_dir", CONF_STRING, TOP(run_dir), .min = 1 },
    { "report_socket", CONF_STRING, TOP(report_socket), .min = 1, .max = SOCKET_PATH_MAX },
    { "control_socket", CONF_STRING, TOP(control_socket), .min = 1, .max = SOCKET_PATH_MAX },
    { "lease_socket", CONF_STRING, TOP(lease_socket), .min = 1, .max = SOCKET_PATH_MAX },
    { "state_dir", CONF_STRING, TOP(state_dir), .min = 1 },
    { "event_log", CONF_STRING, TOP(event_log), .min = 1 },
    { "log_level", CONF_STRING, TOP(log_level), .check = check_log_level },
    { "bird", CONF_GROUP, TOP(bird), .group = bird_fields },
    { "probe", CONF_GROUP, TOP(probe), .group = probe_fields },
    { "host", CONF_GROUP, TOP(host), .group = host_fields },
    { "policy", CONF_GROUP, TOP(policy), .group = policy_fields },
    { "drain", CONF_GROUP, TOP(drain), .group = drain_fields },
    { "proof", CONF_GROUP, TOP(proof), .group = proof_fields },
    { "drill", CONF_GROUP, TOP(drill), .group = drill_fields },
    { "guard", CONF_GROUP, TOP(guard), .group = guard_fields },
    { "services", CONF_GROUP_LIST, offsetof(struct raw_settings, services), .min = 1,
      .max = SERVICES_MAX, .required = true, .group = service_conf_fields,
      .size = sizeof(struct service_conf), .init = service_conf_defaults, .check = check_services },
    { "looking_glasses", CONF_GROUP_LIST, TOP(glasses), .max = GLASSES_MAX,
      .group = glass_conf_fields, .size = sizeof(struct glass_settings),
      .init = glass_conf_defaults },
    { "checks", CONF_GROUP_LIST, TOP(checks), .max = COMMANDS_MAX, .group = command_conf_fields,
      .size = sizeof(struct command_settings), .init = command_conf_defaults },
    { "checks_at_once", CONF_INT, TOP(checks_at_once), .min = 1, .max = COMMANDS_MAX },
    { NULL },
};

static const struct settings defaults = {
    .user = (char *)"", /* who starts us knows best: systemd's User= */
    .run_dir = (char *)PROXIMA_RUNDIR,
    .report_socket = (char *)"report.sock", /* where dnsd reports by default */
    .control_socket = (char *)"anycastd.sock",
    .lease_socket = (char *)"lease.sock",
    .state_dir = (char *)PROXIMA_STATEDIR,
    .event_log = (char *)PROXIMA_LOGDIR "/events.jsonl",
    .log_level = (char *)"info",
    .checks_at_once = 4, /* programs of others must not take all processors from dnsd */
    .bird = {
        .socket = (char *)"/run/bird/bird.ctl", /* where Debian's package has it */
        .pid_file = (char *)"",                 /* Debian runs bird -f, without one */
        .intent_dir = (char *)"intent",
        .poll_ms = 1000,    /* somebody's `birdc configure` is put right within a second */
        .timeout_ms = 1000, /* BIRD answers within 1 ms; the guard's patience is as long */
    },
    .probe = {
        .interval_ms = 200, /* with the timeout: a hang is certain within 400 ms */
        .timeout_ms = 200,  /* a local answer takes 1 ms; a busy machine may take long for it */
        .silent_ms = 300,   /* three missed reports */
        .signatures = true,
        .signature_warning_ms = DAY_MS, /* less than what signers leave, more than a night */
        .zone_warning_ms = DAY_MS,      /* SOAs mostly say one to four weeks */
    },
    .host = {
        .interval_ms = 1000, /* the figures cost microseconds; nothing here is urgent */
        .proc = (char *)"/proc",
        .addresses = true,
        .default_route = true,
        .disk = true,
        .disk_free_mb = 64,       /* a year of events on a quiet node, and a large zone's image */
        .disk_free_inodes = 1000, /* intents and images are few; logs of others are many */
        .clock = true,
        .clock_jump_ms = 10 * 1000, /* more than NTP clients step in operation, less than harms */
        .clock_synchronised = false, /* a container may have no NTP client, and yet a right clock */
        .conntrack_percent = 90,  /* at 100 the kernel drops packets; attacks fill the rest fast */
        .load_per_processor = 8,  /* so many wait for each: far from any good day */
    },
    .policy = {
        .fall = 2,         /* one lost datagram is not an outage */
        .rise = 3,         /* every worker is likely to have answered once */
        .hold_ms = 10000,  /* longer than a crash loop's turn, shorter than a person's patience */
        .flap_cycles = 2,  /* resolvers and route-flap damping (RFC 7196) bear two */
        .flap_half_life_ms = 15 * 60 * 1000, /* that of common damping settings (RFC 7196) */
        .settle_ms = 1000, /* a thousand times what an update takes within the fleet */
        .min_sites = 1,    /* somebody else must answer before we leave by choice */
    },
    .drain = {
        .min_ms = 60 * 1000,     /* GRACEFUL_SHUTDOWN has spread through the internet */
        .max_ms = 5 * 60 * 1000, /* who still comes then would come for ever */
        .linger_ms = 120 * 1000, /* a withdrawal's path hunting ends (RFC 4271 9.2.1.1, MRAI 30 s) */
        .quiet_percent = 5,      /* the rest: hosts that ignore routing, monitors */
    },
    .proof = {
        .limit_ms = 2 * 60 * 1000, /* as drain.linger: by then the internet has converged */
    },
    .drill = { -1, -1, -1, -1, -1, -1 },
    .guard = {
        .lease_ms = 400,    /* four missed renewals; a false alarm costs some probes, no route */
        .confirm_ms = 1000, /* a thousand times what a healthy BIRD needs */
        .kill_bird = true,  /* a route that nobody answers is worse than no session */
    },
};

static void resolve_paths(struct settings *s, const char *path)
{
    char *folder = path_folder(path);
    s->run_dir = path_below(folder, s->run_dir);
    s->report_socket = path_below(s->run_dir, s->report_socket);
    s->control_socket = path_below(s->run_dir, s->control_socket);
    s->lease_socket = path_below(s->run_dir, s->lease_socket);
    s->bird.intent_dir = path_below(s->run_dir, s->bird.intent_dir);
    s->bird.socket = path_below(folder, s->bird.socket);
    s->state_dir = path_below(folder, s->state_dir);
    s->event_log = path_below(folder, s->event_log);
    struct glass_settings *glasses = s->glasses.items;
    for (size_t i = 0; i < s->glasses.count; i++)
        if (glasses[i].socket[0])
            glasses[i].socket = path_below(folder, glasses[i].socket);
    free(folder);
}

static int check_commands(const struct settings *s, struct err *err)
{
    struct command_settings *checks = s->checks.items;
    for (size_t i = 0; i < s->checks.count; i++)
        if (command_conf_check(&checks[i], checks, i, s, err) < 0)
            return -1;
    return 0;
}

static int check_glasses(const struct settings *s, struct err *err)
{
    for (size_t i = 0; i < s->glasses.count; i++)
        if (glass_conf_check(settings_glass(s, i), settings_glass(s, 0), i, err) < 0)
            return -1;
    return 0;
}

static int check_agreement(const struct settings *s, struct err *err)
{
    if (check_glasses(s, err) < 0)
        return -1;
    if (check_commands(s, err) < 0)
        return -1;
    if (s->drain.min_ms > s->drain.max_ms)
        return err_set(err, "drain.min (%lld ms) is more than drain.max (%lld ms)",
                       (long long)s->drain.min_ms, (long long)s->drain.max_ms);
    const char *sockets[] = { s->report_socket, s->control_socket, s->lease_socket };
    for (int i = 0; i < 3; i++) {
        if (strlen(sockets[i]) > SOCKET_PATH_MAX)
            return err_set(err, "%s is too long for a socket's path (%d bytes)", sockets[i],
                           SOCKET_PATH_MAX);
        for (int j = 0; j < i; j++)
            if (strcmp(sockets[i], sockets[j]) == 0)
                return err_set(err,
                               "report_socket, control_socket and lease_socket must differ: %s "
                               "stands there twice",
                               sockets[i]);
    }
    return 0;
}

/* Moves the services from the list into the settings, which have room for all. */
static void take_services(struct raw_settings *raw)
{
    static const struct conf_field list_only[] = {
        { "services", CONF_GROUP_LIST, offsetof(struct raw_settings, services),
          .group = service_conf_fields, .size = sizeof(struct service_conf) },
        { NULL },
    };
    const struct service_conf *services = raw->services.items;
    for (size_t i = 0; i < raw->services.count; i++)
        raw->settings.service[i] = services[i].parsed;
    raw->settings.service_count = (unsigned)raw->services.count;
    conf_free(list_only, raw);
}

int settings_read(const char *path, struct settings *out, struct err *err)
{
    struct raw_settings *raw = mem_zalloc(sizeof *raw);
    raw->settings = defaults;
    int result = conf_read(path, fields, raw, err);
    if (result == 0) {
        take_services(raw);
        raw->settings.node_id = (uint32_t)raw->node_id;
        raw->settings.asn = (uint32_t)raw->asn;
        resolve_paths(&raw->settings, path);
        result = check_agreement(&raw->settings, err);
        if (result == 0)
            *out = raw->settings;
        else {
            err_wrap(err, "%s", path);
            settings_free(&raw->settings);
        }
    }
    free(raw);
    return result;
}

void settings_free(struct settings *settings)
{
    struct raw_settings *raw = mem_zalloc(sizeof *raw);
    raw->settings = *settings;
    conf_free(fields, raw);
    *settings = raw->settings;
    free(raw);
}

const struct command_settings *settings_command(const struct settings *settings, size_t i)
{
    return (const struct command_settings *)settings->checks.items + i;
}

const struct glass_settings *settings_glass(const struct settings *settings, size_t i)
{
    return (const struct glass_settings *)settings->glasses.items + i;
}

int settings_find_service(const struct settings *settings, const char *name)
{
    for (unsigned i = 0; i < settings->service_count; i++)
        if (strcmp(settings->service[i].name, name) == 0)
            return (int)i;
    return -1;
}
