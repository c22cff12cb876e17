/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prober.c - rounds. Knows when to ask, and whom; what becomes of the answers, prober_round.c
 * knows, what one probe does, probe.c, and what is right, check.c. */
#include "anycastctl/sense/prober.h"

#include "anycastctl/sense/prober_state.h"
#include "common/mem.h"

#include <stdlib.h>
#include <sys/random.h>

enum {
    TCP_EVERY = 5, /* a second's worth of rounds: a connection costs dnsd more than a datagram */
};

const struct prober_facts *prober_facts(const struct prober *prober)
{
    return &prober->facts;
}

const struct report *prober_report(const struct prober *prober)
{
    return prober->owner->report ? prober->owner->report(prober->owner->arg) : NULL;
}

static void set_timer(struct prober *prober, int64_t ms)
{
    ev_timer_stop(prober->loop, &prober->timer);
    ev_now_update(prober->loop);
    ev_timer_set(&prober->timer, ms > 0 ? (double)ms / 1000 : 0, 0);
    ev_timer_start(prober->loop, &prober->timer);
}

/* --- rounds --------------------------------------------------------------------------------- */

static bool is_over(const struct prober *prober)
{
    for (unsigned i = 0; i < prober->shot_count; i++)
        if (shot_is_open(&prober->shots[i]))
            return false;
    return true;
}

/* What was answered wrong is asked again after half the interval, until it counts. Silence is not:
 * two rounds so close would be lost to the same moment. */
static int64_t pace_ms(struct prober *prober)
{
    const struct prober_facts *facts = &prober->facts;
    const int64_t interval_ms = prober->settings->probe.interval_ms;

    if (facts->udp.state != PATH_WRONG && facts->tcp.state != PATH_WRONG) {
        prober->wrong_rounds = 0;
        return interval_ms;
    }
    if (prober->wrong_rounds < prober->settings->policy.fall)
        prober->wrong_rounds++;
    return prober->wrong_rounds < prober->settings->policy.fall ? interval_ms / 2 : interval_ms;
}

static void conclude(struct prober *prober)
{
    const int64_t spent_ms = mono_diff_ms(mono_now(), prober->began);

    round_sum_up(prober, PROBE_UDP, &prober->facts.udp);
    round_sum_up(prober, PROBE_TCP, &prober->facts.tcp);
    if (round_was_in_vain(prober))
        prober->facts.vain = prober->hurried;
    prober->flying = false;
    prober->facts.rounds++;
    const int64_t rest_ms = pace_ms(prober) - spent_ms;
    set_timer(prober, prober->is_pressed ? 0 : rest_ms);
    prober->is_pressed = false;
    prober->owner->concluded(prober->owner->arg);
}

static void on_landed(struct probe *probe)
{
    struct shot *shot = probe->arg;

    shot_grade(shot);
    if (is_over(shot->prober))
        conclude(shot->prober);
}

static uint16_t random_id(void)
{
    uint16_t id;

    if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id)
        id = (uint16_t)(mono_now().ns >> 4); /* early in a boot: the fresh port must do */
    return id;
}

static void shoot(struct prober *prober, unsigned address, unsigned zone,
                  enum probe_transport transport, struct mono now)
{
    const struct service *service = prober->service;
    struct shot *shot = &prober->shots[prober->shot_count++];

    *shot = (struct shot){ .prober = prober, .address = address, .zone = zone };
    shot->probe.loop = prober->loop;
    shot->probe.address = &prober->family->address[address];
    shot->probe.transport = transport;
    shot->probe.query.id = random_id();
    shot->probe.query.zone = service->zone[shot->zone];
    shot->probe.landed = on_landed;
    shot->probe.arg = shot;
    shot->before = check_said(prober_report(prober), &shot->probe.query.zone);
    probe_start(&shot->probe, now);
    if (shot->probe.outcome != PROBE_FLYING)
        shot_grade(shot);
}

/* Each address is asked for another zone. */
static void shoot_at_all(struct prober *prober, enum probe_transport transport, struct mono now)
{
    for (unsigned a = 0; a < prober->family->address_count; a++)
        shoot(prober, a, (prober->turn + a) % prober->service->zone_count, transport, now);
}

/* Asked for in turn, one bad zone among good ones would be bad in some rounds only, and never often
 * enough in a row to count. */
static void shoot_for_all_zones(struct prober *prober, struct mono now)
{
    for (unsigned a = 0; a < prober->family->address_count; a++)
        for (unsigned z = 0; z < prober->service->zone_count; z++)
            shoot(prober, a, (prober->turn + z) % prober->service->zone_count, PROBE_UDP, now);
}

/* The round's end is waited for; one that is over already ends in the loop's next turn. */
static void await_end(struct prober *prober)
{
    set_timer(prober, is_over(prober) ? 0 : prober->settings->probe.timeout_ms);
}

static void begin(struct prober *prober, struct mono now)
{
    prober->flying = true;
    prober->is_hurried = false;
    prober->began = now;
    prober->turn++;
    prober->shot_count = 0;
}

static void begin_regular(struct prober *prober, struct mono now)
{
    begin(prober, now);
    shoot_for_all_zones(prober, now);
    if (prober->facts.tcp.state != PATH_RIGHT || prober->facts.rounds % TCP_EVERY == 0)
        shoot_at_all(prober, PROBE_TCP, now);
    await_end(prober);
}

void prober_hurry(struct prober *prober, struct mono since)
{
    const struct mono now = mono_now();

    if (mono_before(since, prober->hurried) || (prober->flying && prober->is_hurried))
        return;
    if (!prober->flying)
        begin(prober, now);
    prober->is_hurried = true;
    prober->hurried = now;
    prober->hurried_shots = prober->shot_count;
    for (int i = 0; i < HURRY_COPIES; i++)
        shoot_at_all(prober, PROBE_UDP, now);
    await_end(prober);
}

void prober_ask(struct prober *prober)
{
    if (prober->flying)
        prober->is_pressed = true;
    else
        begin_regular(prober, mono_now());
}

static void end_waiting(struct prober *prober)
{
    const struct check_said unknown = { .known = false };

    for (unsigned i = 0; i < prober->shot_count; i++) {
        struct shot *shot = &prober->shots[i];
        if (shot->probe.outcome == PROBE_FLYING) {
            probe_expire(&shot->probe);
            shot_grade(shot);
        }
        if (shot->doubtful)
            shot_settle(shot, &unknown);
    }
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct prober *prober = timer->data;

    (void)loop, (void)events;
    if (prober->flying) {
        end_waiting(prober);
        conclude(prober);
    } else
        begin_regular(prober, mono_now());
}

void prober_excuse(struct prober *prober)
{
    if (prober->flying)
        await_end(prober);
}

void prober_settle(struct prober *prober)
{
    const struct report *report = prober_report(prober);

    if (!prober->flying || !report)
        return;
    for (unsigned i = 0; i < prober->shot_count; i++) {
        struct shot *shot = &prober->shots[i];
        if (!shot->doubtful || mono_before(report->sent, shot->landed))
            continue;
        const struct check_said said = check_said(report, &shot->probe.query.zone);
        shot_settle(shot, &said);
    }
    if (is_over(prober))
        await_end(prober);
}

static void stop_shots(struct prober *prober)
{
    for (unsigned i = 0; i < prober->shot_count; i++)
        probe_stop(&prober->shots[i].probe);
    prober->flying = false;
}

void prober_forget(struct prober *prober)
{
    stop_shots(prober);
    prober->facts.udp = (struct path){ .state = PATH_UNTRIED };
    prober->facts.tcp = (struct path){ .state = PATH_UNTRIED };
    set_timer(prober, 0);
}

struct prober *prober_new(struct ev_loop *loop, const struct settings *settings, unsigned service,
                          enum family family, const struct prober_owner *owner, int64_t delay_ms)
{
    struct prober *prober = mem_zalloc(sizeof *prober);

    prober->loop = loop;
    prober->settings = settings;
    prober->service = &settings->service[service];
    prober->family = &settings->service[service].family[family];
    prober->owner = owner;
    ev_timer_init(&prober->timer, on_timer, 0., 0.);
    prober->timer.data = prober;
    set_timer(prober, delay_ms);
    return prober;
}

void prober_free(struct prober *prober)
{
    if (!prober)
        return;
    stop_shots(prober);
    ev_timer_stop(prober->loop, &prober->timer);
    free(prober);
}
