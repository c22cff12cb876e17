/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view.h - all that can be said of the node at one moment, as a plain value: the controller fills
 * it, the control socket renders it, and nobody needs to look further.
 *
 * It is large: keep it on the heap. Ages are milliseconds before `unix_ms`; -1: never, or unknown.
 * Texts are one line, in words for a person, empty where there is nothing to say. Strings that are
 * pointers live as long as the program (names of enums) or the settings. */
#ifndef PROXIMA_MODEL_VIEW_H
#define PROXIMA_MODEL_VIEW_H

#include "anycastctl/model/cause.h"
#include "anycastctl/model/check.h"
#include "anycastctl/model/host.h"
#include "anycastctl/model/intent.h"
#include "anycastctl/model/query_rate.h"
#include "anycastctl/model/settings.h"
#include "common/level.h"
#include "common/protect.h"
#include "common/report.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    VIEW_TEXT_MAX = 256,
    VIEW_SESSIONS_MAX = 64,
    VIEW_ALARMS_MAX = 64,
    VIEW_SITES_MAX = 64,
};

/* Which BGP sessions a service is really exported to, in one address family. */
struct exports_view {
    bool known;     /* false: BIRD has no session that could carry it, or has not been asked since
                       the level changed */
    uint64_t asked; /* bit i: bird.session[i] is established and carries this family */
    uint64_t heard; /* bit i: and is sent the service, at the level `actual` */
    char problem[VIEW_TEXT_MAX]; /* what is wrong with that, and the remedy */
};

/* A service in one address family. */
struct family_view {
    bool enabled; /* false: the service has no address in this family, and nothing below counts */
    unsigned prefix_count;
    const struct prefix *prefix; /* so many; borrowed from the settings */

    enum cause cause; /* what the senses say now */
    char evidence[VIEW_TEXT_MAX];
    int64_t cause_age_ms;

    bool begun;                  /* false until BIRD's state was read for the first time */
    enum level decided;          /* what the policy wants */
    uint64_t change;             /* number of the change to that level; 0: none since the start */
    int64_t level_age_ms;        /* since when it wants that (after a start: since the start) */
    const char *reason;          /* why, as policy_reason_name() says it: "healthy", "hold", … */
    enum cause decided_for;      /* the cause it was decided for */
    char outlook[VIEW_TEXT_MAX]; /* what would change it: "announces again in 24 s if …" */

    bool actual_known; /* false: BIRD is not connected, or has not been read since the last act */
    enum level actual; /* what BIRD announces */
    char problem[VIEW_TEXT_MAX]; /* why BIRD is not made equal to `decided`, and the remedy */
    struct exports_view exports;

    struct query_rate query_rate;

    int64_t next_ms; /* in so many ms time alone changes the level; -1: only an event can */
    enum level next; /* to this level, all else equal */
};

struct service_view {
    const char *name;
    enum intent intent;    /* the operator's order */
    bool order_force;      /* it need not keep the floor */
    int64_t order_left_ms; /* until it expires and `auto` is back; -1: it stands until changed */
    int64_t order_age_ms;  /* since when; -1 for auto */
    unsigned zone_count;
    const struct dname *zone;         /* that it answers for */
    char order_reason[VIEW_TEXT_MAX]; /* the operator's words */
    char order_by[64];                /* "alice (uid 1000)" */
    struct family_view family[FAMILY_COUNT];
};

/* What a BGP session carries of one address family. */
struct channel_view {
    bool known; /* false: it has none for this family, or BIRD was not asked yet */
    bool up;
    int64_t imported, exported; /* routes; -1: unknown */
    const char *limit_hit;      /* "receive", "import", "export"; NULL: none is */
    int64_t limit;              /* of so many routes */
    bool limit_blocks;          /* further routes are not let through; false: it only warns */
};

/* A BGP session, as `show protocols` has it. */
struct session_view {
    char name[64];
    bool established;
    bool fleet;     /* between the sites, by its name: it tells them, and carries no traffic here */
    char info[128]; /* "Established", "Active        Socket: Connection refused" */
    char since[40]; /* BIRD's own text */
    struct channel_view channel[FAMILY_COUNT];
};

struct bird_view {
    bool connected;
    char problem[VIEW_TEXT_MAX]; /* why not connected: "connect /run/bird/bird.ctl: …" */
    char version[32];            /* "2.0.12"; "" before the first connection */
    char last_reboot[40], last_reconfiguration[40]; /* BIRD's own texts */
    unsigned session_count;
    struct session_view session[VIEW_SESSIONS_MAX];
};

enum glass_sees { GLASS_UNKNOWN, GLASS_NOTHING, GLASS_ROUTE };

/* A looking glass, and what it sees of each service. */
struct glass_view {
    const char *name;
    char problem[VIEW_TEXT_MAX]; /* why it does not answer; "": it does, or was not asked yet */
    int64_t age_ms;              /* of its last answer */
    enum glass_sees sees[SERVICES_MAX][FAMILY_COUNT];
};

struct guard_view {
    bool connected;      /* it has our lease */
    bool bird_connected; /* and says that it could act */
};

struct dnsd_view {
    bool connected;        /* reports come in; else only `query_rate` below, which is then -1 */
    struct report report;  /* the last one */
    int64_t report_age_ms; /* by dnsd's own stamp */
    double query_rate;     /* queries per second, own probes not counted; -1: unknown */
    double probe_rate;     /* own probes, likewise */
};

/* Another site of the fleet, as BIRD's fleet tables have it. */
struct site_view {
    uint32_t node_id;
    enum level level[SERVICES_MAX][FAMILY_COUNT]; /* withdrawn: not seen announcing it */
    int64_t age_ms[SERVICES_MAX][FAMILY_COUNT];   /* since when, as this node has seen it */
};

struct fleet_view {
    bool live;                   /* false: blind, and no site is listed */
    char problem[VIEW_TEXT_MAX]; /* why blind, and the remedy */
    int64_t age_ms;              /* of the last reading */
    unsigned min_sites;          /* so many of them must announce before this one may leave */
    unsigned site_count;         /* in the order of their ids */
    struct site_view site[VIEW_SITES_MAX];
};

/* An external check. */
struct check_view {
    const char *name, *service; /* "": all services */
    enum cause_class class;
    enum check_state state;
    char detail[CHECK_DETAIL_MAX];
    int64_t age_ms; /* since when in this state */
    int64_t ran_ms; /* when it ended last; -1: not yet */
};

struct node_view {
    const char *node;
    uint32_t node_id;
    const char *version;          /* of anycastd */
    int64_t unix_ms;              /* wall clock, when this was taken */
    int64_t uptime_ms;            /* of anycastd */
    struct protection protection; /* likewise */

    bool healthy; /* everything is announced at `normal`, as decided, and there is no alarm */

    unsigned service_count;
    struct service_view service[SERVICES_MAX];
    struct dnsd_view dnsd;
    struct bird_view bird;
    struct guard_view guard;
    unsigned glass_count;
    struct glass_view glass[GLASSES_MAX];
    struct host_finding host[HOST_CHECK_COUNT];
    struct fleet_view fleet;
    bool dry_run; /* nothing of this is done */
    unsigned check_count;
    struct check_view check[COMMANDS_MAX];

    const char *state_dir;
    const struct drill_settings *drill;

    unsigned alarm_count;
    char alarm[VIEW_ALARMS_MAX][VIEW_TEXT_MAX]; /* what someone should look at, with the remedy */
};

/* Adds an alarm; beyond VIEW_ALARMS_MAX they are dropped. */
void view_add_alarm(struct node_view *view, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
