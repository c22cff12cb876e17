/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prober.c - rounds. Knows when to ask, whom, and what a round of outcomes amounts to; what one
 * probe does, probe.c knows, and what is right, check.c. */
#include "anycastctl/sense/prober.h"

#include "anycastctl/sense/check.h"
#include "anycastctl/sense/probe.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    HURRY_COPIES = 3, /* three datagrams are not lost by chance */
    TCP_EVERY = 5,    /* a second's worth of rounds: a connection costs dnsd more than a datagram */
    SHOTS_MAX = SERVICE_ADDRESSES_MAX * (SERVICE_ZONES_MAX + 1 + HURRY_COPIES),
    WHY_MAX = 160,
};

/* One probe of a round, and what is made of it. */
struct shot {
    struct prober *prober;
    unsigned address, zone;
    struct probe probe;
    struct check_said before; /* what dnsd said when it was sent */
    struct mono landed;
    bool doubtful; /* disagrees with what dnsd said up to now */
    enum path_state state;
    char why[WHY_MAX];
};

struct prober {
    struct ev_loop *loop;
    const struct settings *settings;
    const struct service *service;
    const struct service_family *family;
    const struct prober_owner *owner;
    ev_timer timer; /* in a round: its end; between rounds: the next one's begin */
    struct prober_facts facts;
    bool flying;
    struct mono began;
    struct mono hurried;    /* when the last hurried round began */
    unsigned hurried_shots; /* in a hurried round: the first shot of the hurry */
    bool is_hurried;
    bool is_pressed; /* the next round follows at once */
    unsigned turn;   /* which zone the first address is asked for in a hurry, and over TCP */
    unsigned shot_count;
    struct shot shots[SHOTS_MAX];
};

const struct prober_facts *prober_facts(const struct prober *prober)
{
    return &prober->facts;
}

static const struct report *report_of(const struct prober *prober)
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

/* --- one shot --------------------------------------------------------------------------------- */

static bool is_open(const struct shot *shot)
{
    return shot->probe.outcome == PROBE_FLYING || shot->doubtful;
}

/* A truncated answer may lack what it would say of a zone. */
static void note_zone(struct shot *shot)
{
    const struct check_answer *answer = &shot->probe.answer;

    if (answer->has_serial && !answer->truncated)
        shot->prober->facts.zone[shot->zone] = (struct zone_facts){
            .known = true, .expire_s = answer->expire_s, .signatures = answer->signatures
        };
}

static void grade_answer(struct shot *shot)
{
    const struct check_answer *answer = &shot->probe.answer;
    const struct check_said now = check_said(report_of(shot->prober), &shot->probe.query.zone);
    struct prober_facts *facts = &shot->prober->facts;
    char why[WHY_MAX];

    facts->answers++;
    if (mono_before(facts->answered, shot->probe.sent))
        facts->answered = shot->probe.sent;
    if (!check_is_ours(answer, shot->prober->settings->node, shot->why, sizeof shot->why)) {
        shot->state = PATH_WRONG;
        return;
    }
    note_zone(shot);
    shot->state = PATH_RIGHT;
    shot->doubtful = !check_agrees(answer, &shot->before, why, sizeof why) &&
                     !check_agrees(answer, &now, shot->why, sizeof shot->why);
}

/* Nothing more will be known of a doubtful answer: `said` decides. */
static void settle(struct shot *shot, const struct check_said *said)
{
    const bool right = check_agrees(&shot->probe.answer, said, shot->why, sizeof shot->why);
    shot->state = right ? PATH_RIGHT : PATH_WRONG;
    shot->doubtful = false;
}

static void grade_silence(struct shot *shot)
{
    const int error = shot->probe.error;

    shot->state = PATH_SILENT;
    if (error)
        snprintf(shot->why, sizeof shot->why, "no answer: %s", strerror(error));
    else
        snprintf(shot->why, sizeof shot->why, "no answer within %lld ms",
                 (long long)shot->prober->settings->probe.timeout_ms);
}

static void grade_failure(struct shot *shot, enum path_state state)
{
    shot->state = state;
    snprintf(shot->why, sizeof shot->why, "%s", strerror(shot->probe.error));
}

static void grade(struct shot *shot)
{
    shot->landed = mono_now();
    switch (shot->probe.outcome) {
    case PROBE_ANSWERED:
        grade_answer(shot);
        break;
    case PROBE_SILENT:
        grade_silence(shot);
        break;
    case PROBE_REFUSED:
        grade_failure(shot, PATH_REFUSED);
        break;
    case PROBE_NO_ADDRESS:
        grade_failure(shot, PATH_NO_ADDRESS);
        break;
    case PROBE_UNSENT:
    case PROBE_FLYING:
        break;
    }
}

/* --- what a round amounts to -------------------------------------------------------------------
 */

/* Of several probes to one address the one that tells most: an answer outweighs silence. */
static int weight(const struct shot *shot)
{
    static const int weights[] = {
        [PATH_UNTRIED] = 0,    [PATH_SILENT] = 1, [PATH_REFUSED] = 2,
        [PATH_NO_ADDRESS] = 3, [PATH_RIGHT] = 4,  [PATH_WRONG] = 5,
    };
    return weights[shot->state];
}

static const struct shot *telling_shot(const struct prober *prober, unsigned address,
                                       enum probe_transport transport)
{
    const struct shot *best = NULL;

    for (unsigned i = 0; i < prober->shot_count; i++) {
        const struct shot *shot = &prober->shots[i];
        if (shot->address == address && shot->probe.transport == transport &&
            (!best || weight(shot) > weight(best)))
            best = shot;
    }
    return best;
}

static void describe(const struct shot *shot, struct path *path)
{
    char address[ADDR_TEXT_MAX], zone[DNAME_TEXT_MAX];
    const bool answered = shot->probe.outcome == PROBE_ANSWERED;

    path->state = shot->state;
    path->detail[0] = '\0';
    if (shot->state == PATH_RIGHT)
        return;
    snprintf(path->detail, sizeof path->detail, "%s over %s: %s%s%.60s%s",
             addr_text_host(shot->probe.address, address),
             probe_transport_name(shot->probe.transport), shot->why, answered ? " for " : "",
             answered ? dname_to_text(shot->probe.query.zone.wire, zone) : "",
             answered ? " SOA" : "");
}

static void sum_up(struct prober *prober, enum probe_transport transport, struct path *path)
{
    const struct shot *worst = NULL;

    for (unsigned a = 0; a < prober->family->address_count; a++) {
        const struct shot *shot = telling_shot(prober, a, transport);
        if (shot && shot->state != PATH_UNTRIED && (!worst || shot->state > worst->state))
            worst = shot;
    }
    if (worst)
        describe(worst, path);
}

/* A hurry was in vain if something was waited for and nothing was answered. */
static bool was_in_vain(const struct prober *prober)
{
    bool silent = false;

    if (!prober->is_hurried)
        return false;
    for (unsigned i = prober->hurried_shots; i < prober->shot_count; i++) {
        if (prober->shots[i].probe.outcome == PROBE_ANSWERED)
            return false;
        silent |= prober->shots[i].probe.outcome == PROBE_SILENT;
    }
    return silent;
}

/* --- rounds -------------------------------------------------------------------------------------
 */

static bool is_over(const struct prober *prober)
{
    for (unsigned i = 0; i < prober->shot_count; i++)
        if (is_open(&prober->shots[i]))
            return false;
    return true;
}

static void conclude(struct prober *prober)
{
    const int64_t spent_ms = mono_diff_ms(mono_now(), prober->began);

    sum_up(prober, PROBE_UDP, &prober->facts.udp);
    sum_up(prober, PROBE_TCP, &prober->facts.tcp);
    if (was_in_vain(prober))
        prober->facts.vain = prober->hurried;
    prober->flying = false;
    prober->facts.rounds++;
    set_timer(prober, prober->is_pressed ? 0 : prober->settings->probe.interval_ms - spent_ms);
    prober->is_pressed = false;
    prober->owner->concluded(prober->owner->arg);
}

static void on_landed(struct probe *probe)
{
    struct shot *shot = probe->arg;

    grade(shot);
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
    shot->before = check_said(report_of(prober), &shot->probe.query.zone);
    probe_start(&shot->probe, now);
    if (shot->probe.outcome != PROBE_FLYING)
        grade(shot);
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
            grade(shot);
        }
        if (shot->doubtful)
            settle(shot, &unknown);
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
    const struct report *report = report_of(prober);

    if (!prober->flying || !report)
        return;
    for (unsigned i = 0; i < prober->shot_count; i++) {
        struct shot *shot = &prober->shots[i];
        if (!shot->doubtful || mono_before(report->sent, shot->landed))
            continue;
        const struct check_said said = check_said(report, &shot->probe.query.zone);
        settle(shot, &said);
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
