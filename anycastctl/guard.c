/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.c - is the lease held, does dnsd answer, did BIRD confirm? Joins tenant, probers and
 * withdrawer; a beat of 25 ms asks what time alone can answer. */
#include "anycastctl/guard.h"

#include "anycastctl/act/withdrawer.h"
#include "anycastctl/guard_judge.h"
#include "anycastctl/sense/prober.h"
#include "anycastctl/sense/stall.h"
#include "anycastctl/tenant.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BEAT_MS = 25,   /* how finely silence is measured */
    STALL_MS = 100, /* four beats missed is not scheduling noise */
    ALARM_MS = 60 * 1000,
};

struct guard {
    struct ev_loop *loop;
    const struct settings *settings;
    struct tenant *tenant;
    struct withdrawer *withdrawer;
    struct stall stall;
    ev_timer beat;

    bool held;         /* at the start too, for as long as a lease lasts */
    struct lease last; /* what anycastd said last */
    struct mono lost;  /* when the lease was lost */
    struct mono asked; /* since when we ask dnsd ourselves; never: we don't */
    ev_io dnsd;        /* its pidfd becomes readable when it dies; fd -1: not known */
    bool dnsd_dead;
    struct prober_owner prober_owner;
    struct prober *prober[SERVICES_MAX][FAMILY_COUNT]; /* only while we ask */

    bool demanded[SERVICES_MAX][FAMILY_COUNT]; /* of the withdrawer */
    struct mono demanded_since;                /* never: nothing is, or all is confirmed */
    struct mono killed;                        /* when we ended BIRD last, or tried to */
    struct mono alarmed;                       /* when an alarm was logged last */
};

/* ---- demands ---- */

static bool is_enabled(const struct guard *g, unsigned service, enum family family)
{
    return g->settings->service[service].family[family].enabled;
}

static void demand(struct guard *g, unsigned service, enum family family, bool demanded,
                   const char *reason)
{
    if (!is_enabled(g, service, family) || g->demanded[service][family] == demanded)
        return;
    g->demanded[service][family] = demanded;
    log_event(LOG_WARN, demanded ? "demand" : "demand-over", "service=%s family=%d reason=\"%s\"",
              g->settings->service[service].name, family_number(family), reason);
    if (!g->settings->dry_run)
        withdrawer_demand(g->withdrawer, service, family, demanded);
}

static void demand_all(struct guard *g, const char *reason)
{
    bool news = false;
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            bool enabled = is_enabled(g, s, (enum family)f);
            news |= enabled && !g->demanded[s][f];
            g->demanded[s][f] = enabled;
        }
    if (!news)
        return;
    if (!g->settings->dry_run)
        withdrawer_demand_all(g->withdrawer);
    log_event(LOG_WARN, "demand-all", "reason=\"%s\"", reason);
}

static void stand_back(struct guard *g)
{
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            demand(g, s, (enum family)f, false, "the lease is held");
}

/* ---- asking dnsd ---- */

static void start_asking(struct guard *g, struct mono now)
{
    if (!mono_is_never(g->asked))
        return;
    g->asked = now;
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (is_enabled(g, s, (enum family)f))
                g->prober[s][f] = prober_new(g->loop, g->settings, s, (enum family)f,
                                             &g->prober_owner, 0);
}

static void stop_asking(struct guard *g)
{
    g->asked = mono_never();
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            prober_free(g->prober[s][f]);
            g->prober[s][f] = NULL;
        }
}

/* ---- judging dnsd ---- */

static void judge_family(struct guard *g, unsigned service, enum family family, struct mono now)
{
    struct prober *prober = g->prober[service][family];
    if (!prober)
        return;
    const struct judge_rules rules = { g->asked, g->settings->probe.silent_ms };
    const struct prober_facts *facts = prober_facts(prober);
    switch (guard_judge(&rules, facts, &g->stall, now)) {
    case JUDGE_ASKING:
        break;
    case JUDGE_ANSWERS:
        demand(g, service, family, false, "dnsd answers");
        break;
    case JUDGE_DOUBTFUL:
        prober_hurry(prober, guard_heard(&rules, facts));
        break;
    case JUDGE_SILENT:
        demand(g, service, family, true, facts->udp.detail);
        break;
    }
}

static void raise_alarm(struct guard *g, struct mono now)
{
    if (!mono_is_never(g->alarmed) && mono_diff_ms(now, g->alarmed) < ALARM_MS)
        return;
    g->alarmed = now;
    log_event(LOG_ERROR, "alarm",
              "anycastd=gone dnsd=%s remedy=\"systemctl status anycastd\" effect=\"%s\"",
              g->dnsd_dead ? "dead" : "judged by probes",
              g->dnsd_dead ? "withdrawn" : "what answers stays as it is");
}

static void judge(struct guard *g, struct mono now)
{
    if (g->held)
        return;
    if (g->dnsd_dead)
        demand_all(g, "dnsd is dead");
    for (unsigned s = 0; s < g->settings->service_count && !g->dnsd_dead; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            judge_family(g, s, (enum family)f, now);
    raise_alarm(g, now);
}

static void on_concluded(void *arg)
{
    judge(arg, mono_now());
}

/* ---- dnsd's process ---- */

static void forget_dnsd(struct guard *g)
{
    if (g->dnsd.fd < 0)
        return;
    ev_io_stop(g->loop, &g->dnsd);
    close(g->dnsd.fd);
    ev_io_set(&g->dnsd, -1, EV_READ);
}

static void on_dnsd_dead(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    struct guard *g = io->data;
    ev_io_stop(loop, io); /* it stays readable */
    g->dnsd_dead = true;
    judge(g, mono_now());
}

static void watch_dnsd(struct guard *g, int pidfd)
{
    forget_dnsd(g);
    g->dnsd_dead = false;
    ev_io_set(&g->dnsd, pidfd, EV_READ);
    ev_io_start(g->loop, &g->dnsd);
}

/* ---- the lease ---- */

static void lose_lease(struct guard *g, const char *reason, struct mono now)
{
    if (!g->held)
        return;
    g->held = false;
    g->lost = now;
    g->alarmed = mono_never();
    log_event(LOG_WARN, "lease-lost", "reason=\"%s\"", reason);
    start_asking(g, now);
    judge(g, now);
}

/* A lease that waited in the socket while anycastd was stopped is not worth much. */
static bool is_fresh(const struct guard *g, struct mono sent, struct mono now)
{
    return stall_age_ms(&g->stall, sent, now) <= g->settings->guard.lease_ms;
}

/* At half time we begin to ask, so that dnsd can be judged when the lease ends: an anycastd and a
 * dnsd that hang together are not found one after the other. */
static bool is_late(const struct guard *g, struct mono now)
{
    return stall_age_ms(&g->stall, g->last.sent, now) > g->settings->guard.lease_ms / 2;
}

static struct lease_reply on_renewed(void *arg, const struct lease *lease, int pidfd)
{
    struct guard *g = arg;
    struct mono now = mono_now();
    if (pidfd >= 0)
        watch_dnsd(g, pidfd);
    g->last = *lease;
    if (!g->held && is_fresh(g, lease->sent, now)) {
        log_event(LOG_NOTICE, "lease-held", "after_ms=%lld", (long long)mono_diff_ms(now, g->lost));
        g->held = true;
        stand_back(g);
    }
    if (g->held && !is_late(g, now))
        stop_asking(g);
    return (struct lease_reply){ .bird_connected = withdrawer_connected(g->withdrawer) };
}

static void on_left(void *arg, const char *reason)
{
    lose_lease(arg, reason, mono_now());
}

/* ---- what BIRD does not confirm ---- */

static bool is_fatal(const struct guard *g, unsigned service, enum family family)
{
    const char *name = g->settings->service[service].name;
    for (unsigned i = 0; i < g->last.fatal_count; i++)
        if (g->last.fatal[i].family == family_number(family) &&
            strcmp(g->last.fatal[i].service, name) == 0)
            return true;
    return false;
}

/* anycastd waits for BIRD: at half time we try, over our connection. */
static void assist(struct guard *g, struct mono now)
{
    bool late = g->last.fatal_count > 0 &&
                mono_diff_ms(now, g->last.fatal_since) > g->settings->guard.confirm_ms / 2;
    for (unsigned s = 0; g->held && s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            demand(g, s, (enum family)f, late && is_fatal(g, s, (enum family)f),
                   late ? "BIRD does not confirm to anycastd" : "confirmed to anycastd");
}

static bool demands_anything(const struct guard *g)
{
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (g->demanded[s][f])
                return true;
    return false;
}

static struct mono later(struct mono a, struct mono b)
{
    return mono_before(a, b) ? b : a;
}

static void end_bird(struct guard *g, struct mono now)
{
    struct err err;
    int result = g->settings->guard.kill_bird
                     ? withdrawer_kill(g->withdrawer, &err)
                     : err_set(&err, "guard.kill_bird is false: end it yourself");
    if (result == 0)
        return; /* none runs, so nothing is announced; or one that has just come */
    g->killed = now;
    log_event(LOG_ERROR, result > 0 ? "bird-ended" : "bird-not-ended",
              "reason=\"a withdrawal was not confirmed within %lld ms\" error=\"%s\"",
              (long long)g->settings->guard.confirm_ms, result > 0 ? "" : err.msg);
}

/* A BIRD that has just come, perhaps because we ended the one before, has its time to obey. */
static void watch_bird(struct guard *g, struct mono now)
{
    if (g->settings->dry_run || !demands_anything(g) || withdrawer_confirmed(g->withdrawer)) {
        g->demanded_since = mono_never();
        return;
    }
    if (mono_is_never(g->demanded_since))
        g->demanded_since = g->held ? g->last.fatal_since : now;
    struct mono since = later(g->demanded_since,
                              later(g->killed, withdrawer_bird_since(g->withdrawer)));
    if (stall_age_ms(&g->stall, since, now) > g->settings->guard.confirm_ms)
        end_bird(g, now);
}

static void on_withdrawer(void *arg)
{
    watch_bird(arg, mono_now());
}

/* ---- time ---- */

static void excuse_probers(struct guard *g)
{
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (g->prober[s][f])
                prober_excuse(g->prober[s][f]);
}

static void on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct guard *g = timer->data;
    struct mono now = mono_now();
    if (stall_turn(&g->stall, now)) {
        log_event(LOG_WARN, "stalled", "effect=\"patience begins anew\"");
        excuse_probers(g);
        return;
    }
    if (g->held && !is_fresh(g, g->last.sent, now))
        lose_lease(g, g->last.seq ? "anycastd is silent" : "anycastd did not come", now);
    if (g->held && is_late(g, now))
        start_asking(g, now);
    judge(g, now);
    assist(g, now);
    watch_bird(g, now);
}

/* ---- for the owner ---- */

struct guard *guard_new(struct ev_loop *loop, const struct settings *settings, struct err *err)
{
    struct guard *g = mem_zalloc(sizeof *g);
    struct mono now = mono_now();
    const struct tenant_ops tenant_ops = { .arg = g, .renewed = on_renewed, .left = on_left };
    const struct withdrawer_events withdrawer_events = { .arg = g, .changed = on_withdrawer };
    g->loop = loop;
    g->settings = settings;
    g->asked = mono_never();
    g->stall = stall_begin(STALL_MS, now);
    g->held = true; /* anycastd has as long to come as a lease lasts */
    g->last.sent = now;
    g->prober_owner = (struct prober_owner){ .concluded = on_concluded, .arg = g };
    ev_io_init(&g->dnsd, on_dnsd_dead, -1, EV_READ);
    g->dnsd.data = g;
    ev_timer_init(&g->beat, on_beat, BEAT_MS / 1000.0, BEAT_MS / 1000.0);
    g->beat.data = g;
    g->tenant = tenant_new(loop, settings->lease_socket, &tenant_ops, err);
    if (!g->tenant) {
        free(g);
        return NULL;
    }
    g->withdrawer = withdrawer_new(loop, settings, &withdrawer_events);
    ev_timer_start(loop, &g->beat);
    return g;
}

void guard_free(struct guard *g)
{
    if (!g)
        return;
    ev_timer_stop(g->loop, &g->beat);
    for (unsigned s = 0; s < g->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            prober_free(g->prober[s][f]);
    tenant_free(g->tenant);
    withdrawer_free(g->withdrawer);
    forget_dnsd(g);
    free(g);
}

bool guard_is_ready(const struct guard *g)
{
    return withdrawer_connected(g->withdrawer);
}
