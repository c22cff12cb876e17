/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller.c - the rooms: opens and closes them, and turns what each has to say into a step.
 * Reads the clock for all of them. */
#include "anycastctl/controller.h"

#include "anycastctl/controller_state.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_STEP_MS = 1000 }; /* if nothing else comes first */

struct moment controller_now(void)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (struct moment){ mono_now(), (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000 };
}

static struct policy_rules rules_from(const struct settings *s)
{
    return (struct policy_rules){
        .fall = (uint8_t)s->policy.fall,
        .rise = (uint8_t)s->policy.rise,
        .hold_ms = (uint32_t)s->policy.hold_ms,
        .flap = { (uint8_t)s->policy.flap_cycles, (uint32_t)s->policy.flap_half_life_ms },
        .settle_ms = (uint32_t)s->policy.settle_ms,
        .drain_min_ms = (uint32_t)s->drain.min_ms,
        .drain_max_ms = (uint32_t)s->drain.max_ms,
        .linger_ms = (uint32_t)s->drain.linger_ms,
    };
}

/* ---- what wakes us ---- */

static void on_next(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    controller_step(timer->data);
}

static void on_sensed(void *arg)
{
    controller_step(arg);
}

static void on_found(void *arg, enum reconcile_found how)
{
    struct controller *c = arg;
    if (how == FOUND_RESTARTED)
        events_bird(c, "bird-restarted", "announced again only after health is confirmed");
    controller_meet(c, how == FOUND_RESTARTED);
}

static void on_confirmed(void *arg, unsigned service, enum family family)
{
    struct controller *c = arg;
    events_confirmed(c, (struct subject){ service, family });
    proof_confirmed(c, (struct subject){ service, family });
    controller_step(c);
    exports_look(c->exports);
}

static void on_acted(void *arg, const struct reconcile_act *act)
{
    events_act(arg, act);
    proof_acted(arg, act);
}

static void on_drifted(void *arg, const struct reconcile_drift *drift)
{
    events_drift(arg, drift);
}

static void on_bird(void *arg, bool up, const char *text)
{
    struct controller *c = arg;
    events_bird(c, up ? "bird-up" : "bird-down", text);
    controller_step(c);
}

static void on_exports(void *arg, unsigned service, enum family family, const char *problem)
{
    events_exports(arg, (struct subject){ service, family }, problem);
}

static void on_reach(void *arg, unsigned service, enum family family)
{
    (void)service, (void)family;
    controller_step(arg);
}

static void on_site(void *arg, const struct fleet_news *news)
{
    events_site(arg, news);
}

static void on_sight(void *arg, bool live, const char *why)
{
    events_sight(arg, live, why);
}

static void on_fleet(void *arg)
{
    struct controller *c = arg;
    controller_step(c);
    serve_changed(c->serve);
}

static void on_limits(void *arg)
{
    controller_step(arg);
}

static int on_terms(void *arg, struct lease *lease)
{
    struct controller *c = arg;
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct mono since = c->announcement[s][f].fatal_since;
            if (mono_is_never(since))
                continue;
            struct lease_fatal *fatal = &lease->fatal[lease->fatal_count++];
            snprintf(fatal->service, sizeof fatal->service, "%s", c->settings->service[s].name);
            fatal->family = family_number((enum family)f);
            if (mono_is_never(lease->fatal_since) || mono_before(since, lease->fatal_since))
                lease->fatal_since = since;
        }
    return sense_dnsd_pidfd(c->sense);
}

static void on_guard(void *arg)
{
    events_guard(arg);
}

/* ---- beginning and end ---- */

static size_t on_history(void *arg, const char **lines, size_t cap)
{
    struct controller *c = arg;
    return eventlog_last(c->eventlog, lines, cap);
}

static void start_records(struct controller *c)
{
    const struct settings *settings = c->settings;
    char *path = mem_printf("%s/orders.json", settings->state_dir);
    char *changes = mem_printf("%s/changes.json", settings->state_dir);
    if (changes_read(changes, settings->event_log, &c->last_change, &c->change_problem) < 0)
        log_event(LOG_ERROR, "change-numbers-lost", "error=\"%s\" last=%" PRIu64,
                  c->change_problem.msg, c->last_change);
    c->eventlog = eventlog_new(settings->event_log, settings->node);
    c->keeper = keeper_new(path);
    c->change_keeper = keeper_new(changes);
    if (orders_read(path, settings, &c->orders, &c->orders_problem) < 0)
        log_event(LOG_ERROR, "orders-lost", "error=\"%s\"", c->orders_problem.msg);
    free(path);
    free(changes);
    events_start(c);
}

static int start_rooms(struct controller *c, struct err *err)
{
    const struct sense_events sense_events = { .changed = on_sensed, .arg = c };
    const struct reconcile_events reconcile_events = {
        .arg = c,
        .found = on_found,
        .confirmed = on_confirmed,
        .acted = on_acted,
        .drifted = on_drifted,
        .connection = on_bird,
    };
    const struct fleet_events fleet_events = {
        .arg = c, .changed = on_fleet, .site = on_site, .sight = on_sight
    };
    const struct exports_events exports_events = {
        .arg = c,
        .changed = on_exports,
        .reach = on_reach,
        .limits = on_limits,
        .seen = proof_seen,
        .listed = proof_listed,
    };
    const struct glasses_events glasses_events = { .arg = c, .seen = proof_glass };
    const struct holder_ops holder_ops = { .arg = c, .terms = on_terms, .changed = on_guard };
    const struct serve_ops serve_ops = { .arg = c,
                                         .view = controller_view,
                                         .order = controller_order,
                                         .stored = controller_stored,
                                         .history = on_history,
                                         .proof = proof_of_change,
                                         .event_log = c->settings->event_log };
    c->sense = sense_new(c->loop, c->settings, &sense_events, err);
    if (!c->sense)
        return -1;
    c->reconcile = reconcile_new(c->loop, c->settings, &reconcile_events);
    c->glasses = glasses_new(c->loop, c->settings, &glasses_events);
    c->exports = exports_new(c->loop, c->settings, &exports_events);
    c->fleet = fleet_new(c->loop, c->settings, &fleet_events);
    if (!c->settings->dry_run) /* who does nothing has no lease: the guard goes on by itself */
        c->holder = holder_new(c->loop, c->settings->lease_socket, &holder_ops);
    c->serve = serve_new(c->loop, c->settings->control_socket, &serve_ops, err);
    return c->serve ? 0 : -1;
}

struct controller *controller_new(struct ev_loop *loop, struct settings *settings, const char *path,
                                  struct err *err)
{
    struct controller *c = mem_zalloc(sizeof *c);
    c->loop = loop;
    c->settings = settings;
    c->path = path;
    c->rules = rules_from(settings);
    c->started = mono_now();
    for (unsigned i = 0; i < SERVICES_MAX; i++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            proof_init(&c->proof[i][f]);
    ev_timer_init(&c->next, on_next, FIRST_STEP_MS / 1000.0, 0);
    c->next.data = c;
    start_records(c);
    if (start_rooms(c, err) < 0) {
        controller_free(c);
        return NULL;
    }
    ev_timer_start(loop, &c->next);
    return c;
}

void controller_free(struct controller *c)
{
    if (!c)
        return;
    ev_timer_stop(c->loop, &c->next);
    events_stop(c);
    serve_free(c->serve);
    holder_free(c->holder);
    glasses_free(c->glasses);
    exports_free(c->exports);
    fleet_free(c->fleet);
    reconcile_free(c->reconcile);
    sense_free(c->sense);
    keeper_free(c->change_keeper);
    keeper_free(c->keeper);
    eventlog_free(c->eventlog);
    free(c);
}

void controller_reload(struct controller *c)
{
    struct settings fresh;
    struct err err;
    eventlog_reopen(c->eventlog);
    if (settings_read(c->path, &fresh, &err) < 0) {
        log_event(LOG_ERROR, "reload-failed", "error=\"%s\" effect=\"nothing changed\"", err.msg);
        return;
    }
    const char *other = settings_adopt(c->settings, &fresh);
    settings_free(&fresh);
    c->rules = rules_from(c->settings);
    log_event(LOG_NOTICE, "reloaded", "file=%s", c->path);
    if (other)
        log_event(LOG_WARN, "restart-needed",
                  "setting=%s reason=\"only policy, drain and drill change "
                  "without a restart of anycastd\"",
                  other);
    controller_step(c);
}

bool controller_is_ready(const struct controller *c)
{
    for (unsigned s = 0; s < c->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (c->settings->service[s].family[f].enabled && !c->announcement[s][f].begun)
                return false;
    return true;
}
