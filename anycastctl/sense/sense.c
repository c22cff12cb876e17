/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sense.c - the witnesses on one loop. Whatever wakes it, a turn goes the same way: was our own
 * loop late; what has come from dnsd; what follows for each family of each service. */
#include "anycastctl/sense/sense.h"

#include "anycastctl/sense/addresses.h"
#include "anycastctl/sense/commands.h"
#include "anycastctl/sense/hostwatch.h"
#include "anycastctl/sense/intake.h"
#include "anycastctl/sense/prober.h"
#include "anycastctl/sense/stall.h"
#include "anycastctl/sense/traffic.h"
#include "anycastctl/sense/verdict.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/vigil.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static_assert((int)SENSE_DETAIL_MAX == (int)VERDICT_DETAIL_MAX, "a verdict is told whole");

enum {
    BEAT_MS = 25,    /* the loop turns at least so often: how finely silence is measured */
    STALL_MS = 100,  /* four beats missed is not scheduling noise */
    GRACE_MS = 1000, /* dnsd tries to connect ten times in this */
    LATE_MS = REPORT_INTERVAL_MS * 3 / 2, /* no sign of life for so long: ask */
    STAGGER_MS = 5,                       /* between the first rounds of two families */
};

/* One service in one address family. */
struct lane {
    unsigned service;
    enum family family;
    struct prober *prober;
    struct sense_health health;
};

struct sense {
    struct ev_loop *loop;
    const struct settings *settings;
    struct sense_events events;
    struct report_reply watch;
    struct intake *intake;
    struct vigil vigil; /* over dnsd, while it gives no sign of life */
    struct prober_owner prober_owner;
    struct addresses *addresses; /* NULL: not asked for */
    struct hostwatch *host;
    struct commands *commands;
    ev_timer beat;
    unsigned lane_count;
    struct lane lanes[SERVICES_MAX * FAMILY_COUNT];
    struct stall stall;
    struct traffic traffic;
    struct mono now; /* of this turn */
    bool silent;     /* as in verdict_node */
    bool grace_over;
    /* What the last turn saw of the intake. */
    uint64_t processes, reports;
    enum intake_process process;
    enum report_state state;
};

/* --- what has come from dnsd -------------------------------------------------------------------
 */

static void excuse_probers(struct sense *sense)
{
    for (unsigned i = 0; i < sense->lane_count; i++)
        prober_excuse(sense->lanes[i].prober);
}

static void reset_probers(struct sense *sense)
{
    for (unsigned i = 0; i < sense->lane_count; i++)
        prober_forget(sense->lanes[i].prober);
}

static void settle_probers(struct sense *sense)
{
    for (unsigned i = 0; i < sense->lane_count; i++)
        prober_settle(sense->lanes[i].prober);
}

static void count_queries(struct sense *sense, const struct report *report)
{
    uint64_t probes[SERVICES_MAX][FAMILY_COUNT] = { 0 };

    for (unsigned i = 0; i < sense->lane_count; i++) {
        const struct lane *lane = &sense->lanes[i];
        probes[lane->service][lane->family] = prober_facts(lane->prober)->answers;
    }
    traffic_add(&sense->traffic, sense->settings, report, probes);
}

/* What probes found before dnsd served does not count after. Returns true if the state is news. */
static bool note_report(struct sense *sense, const struct intake_facts *intake)
{
    const enum report_state state = intake->report.state;
    const bool is_news = state != sense->state;

    sense->silent = false;
    count_queries(sense, &intake->report);
    settle_probers(sense);
    if (is_news && sense->state == REPORT_STARTING)
        reset_probers(sense);
    sense->state = state;
    return is_news;
}

static void note_process(struct sense *sense)
{
    sense->silent = false;
    sense->state = REPORT_STARTING;
    traffic_reset(&sense->traffic);
    reset_probers(sense);
}

/* Returns true if there is something to tell. */
static bool note_intake(struct sense *sense, const struct intake_facts *intake)
{
    bool is_news = intake->process != sense->process || intake->processes != sense->processes;

    if (intake->processes != sense->processes)
        note_process(sense);
    if (intake->reports != sense->reports)
        is_news |= note_report(sense, intake);
    sense->processes = intake->processes;
    sense->reports = intake->reports;
    sense->process = intake->process;
    return is_news;
}

/* --- what follows --------------------------------------------------------------------------------
 */

static void raise_to(struct mono *latest, struct mono t)
{
    if (mono_before(*latest, t))
        *latest = t;
}

static bool is_running(const struct intake_facts *intake)
{
    return intake->process == INTAKE_CONNECTED || intake->process == INTAKE_CLOSED;
}

/* Reports are due. Also from who has not come yet: he may have hung since before our start. */
static bool is_awaited(const struct intake_facts *intake)
{
    return is_running(intake) || intake->process == INTAKE_UNSEEN;
}

static struct verdict_node survey(struct sense *sense)
{
    const struct intake_facts *intake = intake_facts(sense->intake);
    const struct probe_settings *probe = &sense->settings->probe;
    const struct mono reported = intake->reported ? intake->report.sent : intake->since;
    struct verdict_node node = { .intake = intake,
                                 .silent_ms = sense->settings->probe.silent_ms,
                                 .life = reported,
                                 .drop_share = rate_drop_share(&sense->traffic.node),
                                 .unix_s = time(NULL),
                                 .signatures = probe->signatures,
                                 .signature_warning_s = probe->signature_warning_ms / 1000,
                                 .zone_warning_s = probe->zone_warning_ms / 1000,
                                 .host = hostwatch_findings(sense->host),
                                 .check_count = sense->settings->checks.count,
                                 .check = commands_facts(sense->commands) };

    for (unsigned i = 0; i < sense->lane_count; i++) {
        const struct prober_facts *probes = prober_facts(sense->lanes[i].prober);
        raise_to(&node.life, probes->answered);
        raise_to(&node.vain, probes->vain);
    }
    node.report_age_ms = stall_age_ms(&sense->stall, reported, sense->now);
    sense->silent |= is_awaited(intake) && node.report_age_ms >= node.silent_ms;
    sense->grace_over |= stall_age_ms(&sense->stall, intake->since, sense->now) >= GRACE_MS;
    node.silent = sense->silent;
    node.grace_over = sense->grace_over;
    return node;
}

/* That its process has not been reaped shows that the number is still its own. */
static bool is_starved(struct sense *sense, const struct verdict_node *node)
{
    const pid_t pid = node->intake->pid;

    if (!is_running(node->intake))
        return false;
    if (sense->vigil.process != pid)
        sense->vigil = vigil_over_process(pid);
    return vigil_look(&sense->vigil, node->life, sense->now) == VIGIL_STARVED;
}

/* No sign of life, though one is due: ask every family at once, and look if it could give one. */
static void look_closer(struct sense *sense, struct verdict_node *node)
{
    if (!is_awaited(node->intake) || stall_age_ms(&sense->stall, node->life, sense->now) < LATE_MS)
        return;
    for (unsigned i = 0; i < sense->lane_count; i++)
        prober_hurry(sense->lanes[i].prober, node->life);
    node->starved = is_starved(sense, node);
}

static const struct addr *absent_of(const struct sense *sense, const struct lane *lane)
{
    return sense->addresses ? addresses_absent(sense->addresses, lane->service, lane->family)
                            : NULL;
}

/* Returns true if there is something to tell. */
static bool judge(struct sense *sense, const struct verdict_node *node, struct lane *lane)
{
    const struct prober_facts *probes = prober_facts(lane->prober);
    const struct verdict_lane about = { .service = &sense->settings->service[lane->service],
                                        .index = lane->service,
                                        .family = lane->family,
                                        .probes = probes,
                                        .absent = absent_of(sense, lane) };
    struct sense_health *health = &lane->health;
    struct verdict verdict;

    verdict_reach(node, &about, &verdict);
    const bool changed = verdict.cause != health->cause;
    const bool is_news = changed || probes->rounds != health->rounds;
    if (changed)
        health->since = sense->now;
    health->cause = verdict.cause;
    health->rounds = probes->rounds;
    memcpy(health->detail, verdict.detail, sizeof health->detail);
    return is_news;
}

/* --- a turn
 * --------------------------------------------------------------------------------------- */

static void turn(struct sense *sense)
{
    const struct mono before = sense->stall.turned;
    bool is_news;

    sense->now = mono_now();
    if (stall_turn(&sense->stall, sense->now)) {
        log_event(LOG_NOTICE, "late", "behind_ms=%" PRId64, mono_diff_ms(sense->now, before));
        excuse_probers(sense);
    }
    intake_drain(sense->intake, sense->now);
    is_news = note_intake(sense, intake_facts(sense->intake));
    struct verdict_node node = survey(sense);
    look_closer(sense, &node);
    for (unsigned i = 0; i < sense->lane_count; i++)
        is_news |= judge(sense, &node, &sense->lanes[i]);
    if (is_news)
        sense->events.changed(sense->events.arg);
}

static void on_woken(void *arg)
{
    turn(arg);
}

static void on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    turn(timer->data);
}

/* Whoever cannot be bound to its address any more finds that out now. */
static void on_addresses(void *arg)
{
    struct sense *sense = arg;

    for (unsigned i = 0; i < sense->lane_count; i++)
        prober_ask(sense->lanes[i].prober);
    turn(sense);
}

static const struct report *report_for_probers(void *arg)
{
    const struct sense *sense = arg;
    const struct intake_facts *intake = intake_facts(sense->intake);

    return intake->reported && is_running(intake) ? &intake->report : NULL;
}

/* --- what is told
 * --------------------------------------------------------------------------------- */

const struct sense_health *sense_health(const struct sense *sense, unsigned service,
                                        enum family family)
{
    static const struct sense_health disabled = { .cause = CAUSE_UNKNOWN };

    for (unsigned i = 0; i < sense->lane_count; i++)
        if (sense->lanes[i].service == service && sense->lanes[i].family == family)
            return &sense->lanes[i].health;
    return &disabled;
}

const struct report *sense_report(const struct sense *sense)
{
    const struct intake_facts *intake = intake_facts(sense->intake);

    return intake->reported && intake->process == INTAKE_CONNECTED ? &intake->report : NULL;
}

int sense_dnsd_pidfd(const struct sense *sense)
{
    return intake_pidfd(sense->intake);
}

double sense_query_rate(const struct sense *sense)
{
    return sense_report(sense) ? rate_queries(&sense->traffic.node, sense->now) : -1;
}

double sense_probe_rate(const struct sense *sense)
{
    return sense_report(sense) ? rate_probes(&sense->traffic.node, sense->now) : -1;
}

struct host_finding sense_host(const struct sense *sense, enum host_check check)
{
    if (check != HOST_ADDRESSES)
        return hostwatch_findings(sense->host)[check];
    return sense->addresses ? addresses_finding(sense->addresses)
                            : (struct host_finding){ .state = HOST_OFF };
}

struct query_rate sense_query_rate_of(const struct sense *sense, unsigned service,
                                      enum family family)
{
    return sense_report(sense) ? traffic_rate(&sense->traffic, service, family, sense->now)
                               : (struct query_rate){ .per_s = -1 };
}

const struct check_facts *sense_checks(const struct sense *sense)
{
    return commands_facts(sense->commands);
}

void sense_tell_withdrawn(struct sense *sense)
{
    intake_tell_withdrawn(sense->intake);
}

/* --- open and close
 * ------------------------------------------------------------------------------- */

static bool is_watched(const struct report_reply *watch, const struct dname *zone)
{
    for (size_t i = 0; i < watch->watch_count; i++)
        if (dname_equal(watch->watch[i].wire, zone->wire))
            return true;
    return false;
}

/* All zones of all services, each once. settings_read() sees to it that there is room. */
static struct report_reply watch_list(const struct settings *settings)
{
    struct report_reply watch = { .has_watch = true };

    for (unsigned s = 0; s < settings->service_count; s++)
        for (unsigned z = 0; z < settings->service[s].zone_count; z++) {
            const struct dname *zone = &settings->service[s].zone[z];
            if (!is_watched(&watch, zone) && watch.watch_count < REPORT_WATCHED_MAX)
                watch.watch[watch.watch_count++] = *zone;
        }
    return watch;
}

static struct intake *open_intake(struct sense *sense, struct err *err)
{
    const struct intake_settings settings = { .path = sense->settings->report_socket,
                                              .user = sense->settings->user,
                                              .watch = &sense->watch };

    return intake_new(sense->loop, &settings, on_woken, sense, err);
}

static void open_lane(struct sense *sense, unsigned service, enum family family)
{
    const int64_t delay_ms = sense->lane_count * STAGGER_MS;
    struct lane *lane = &sense->lanes[sense->lane_count++];

    lane->service = service;
    lane->family = family;
    lane->health = (struct sense_health){ .cause = CAUSE_UNKNOWN, .since = sense->now };
    lane->prober = prober_new(sense->loop, sense->settings, service, family, &sense->prober_owner,
                              delay_ms);
}

static void open_lanes(struct sense *sense)
{
    for (unsigned s = 0; s < sense->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (sense->settings->service[s].family[f].enabled)
                open_lane(sense, s, (enum family)f);
}

struct sense *sense_new(struct ev_loop *loop, const struct settings *settings,
                        const struct sense_events *events, struct err *err)
{
    struct sense *sense = mem_zalloc(sizeof *sense);

    sense->loop = loop;
    sense->settings = settings;
    sense->events = *events;
    sense->now = mono_now();
    sense->stall = stall_begin(STALL_MS, sense->now);
    sense->watch = watch_list(settings);
    sense->prober_owner = (struct prober_owner){ on_woken, report_for_probers, sense };
    sense->intake = open_intake(sense, err);
    if (!sense->intake) {
        free(sense);
        return NULL;
    }
    if (settings->host.addresses)
        sense->addresses = addresses_new(loop, settings, on_addresses, sense);
    sense->host = hostwatch_new(loop, settings, on_woken, sense);
    sense->commands = commands_new(loop, settings, on_woken, sense);
    open_lanes(sense);
    ev_timer_init(&sense->beat, on_beat, 0., BEAT_MS / 1000.);
    sense->beat.data = sense;
    ev_timer_start(loop, &sense->beat);
    return sense;
}

void sense_free(struct sense *sense)
{
    if (!sense)
        return;
    ev_timer_stop(sense->loop, &sense->beat);
    for (unsigned i = 0; i < sense->lane_count; i++)
        prober_free(sense->lanes[i].prober);
    addresses_free(sense->addresses);
    hostwatch_free(sense->host);
    commands_free(sense->commands);
    intake_free(sense->intake);
    free(sense);
}
