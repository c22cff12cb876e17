/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict.c - the rules, one or two for each cause, from the worst down: the first that holds is
 * the verdict. Those about zones, the host and external
 * checks are in verdict_zones.c, verdict_host.c and verdict_checks.c. */
#include "anycastctl/sense/verdict_scene.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Below it, dropped queries are bursts, not want of capacity. */
static const double OVERLOAD_SHARE = 0.01;

bool scene_hold(const struct scene *s, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(s->detail, VERDICT_DETAIL_MAX, fmt, args);
    va_end(args);
    return true;
}

static bool has_ended(const struct intake_facts *intake)
{
    return intake->process == INTAKE_DEAD || intake->process == INTAKE_DUMPING;
}

static bool answers(const struct scene *s)
{
    return s->probes->udp.state == PATH_RIGHT || s->probes->udp.state == PATH_WRONG;
}

/* --- local-fatal ------------------------------------------------------------------------------ */

static bool is_silent_in_vain(const struct scene *s)
{
    return s->node->silent && mono_before(s->node->life, s->node->vain);
}

/* Who hangs since before our start cannot come, and may be announced: he has no more time than any
 * other. */
static bool never_came(const struct scene *s)
{
    return s->intake->process == INTAKE_UNSEEN && (s->node->grace_over || is_silent_in_vain(s)) &&
           (s->probes->udp.state == PATH_SILENT || s->probes->udp.state == PATH_REFUSED) &&
           scene_hold(s, "no dnsd has connected, and %s", s->probes->udp.detail);
}

/* What answers after the death is another dnsd, which does not report. */
static bool is_dead(const struct scene *s)
{
    if (has_ended(s->intake) && !mono_before(s->intake->since, s->probes->answered))
        return scene_hold(s, "process %d %s", (int)s->intake->pid,
                          s->intake->process == INTAKE_DEAD ? "ended" : "died and is dumping core");
    return never_came(s);
}

/* It does not get on, whatever the reason. */
static bool is_stuck(const struct scene *s)
{
    return is_silent_in_vain(s) && !has_ended(s->intake) && s->intake->process != INTAKE_UNSEEN;
}

static bool is_hung(const struct scene *s)
{
    return is_stuck(s) && !s->node->starved &&
           scene_hold(s, "process %d: no report for %" PRId64 " ms, and no answer to any probe",
                      (int)s->intake->pid, s->node->report_age_ms);
}

/* The first worker that does not get on, for that reason; worker_count: none. */
static size_t stuck_worker(const struct scene *s, bool starved, int64_t *ms)
{
    const struct report *report = &s->intake->report;
    const bool counts = s->intake->reported && !has_ended(s->intake);
    size_t i = counts ? 0 : report->worker_count;

    for (; i < report->worker_count; i++) {
        *ms = stall_age_ms(&s->intake->pace, report->worker_tick[i], report->sent);
        if (!mono_is_never(report->worker_tick[i]) && *ms >= s->node->silent_ms &&
            report->worker_starved[i] == starved)
            break;
    }
    return i;
}

static bool has_hung_worker(const struct scene *s)
{
    const size_t count = s->intake->report.worker_count;
    int64_t ms;
    const size_t worker = stuck_worker(s, false, &ms);

    return worker < count && scene_hold(s, "worker %zu of %zu has not turned for %" PRId64 " ms",
                                        worker + 1, count, ms);
}

static bool lacks_address(const struct scene *s)
{
    const enum path_state udp = s->probes->udp.state;
    char text[ADDR_TEXT_MAX];

    if (udp == PATH_NO_ADDRESS)
        return scene_hold(s, "%s", s->probes->udp.detail);
    return s->absent && udp != PATH_RIGHT && udp != PATH_UNTRIED &&
           scene_hold(s, "%s is not on this host: %s", addr_text_host(s->absent, text),
                      s->probes->udp.detail);
}

static bool has_port_closed(const struct scene *s)
{
    return s->probes->udp.state == PATH_REFUSED && scene_hold(s, "%s", s->probes->udp.detail);
}

static bool is_starting(const struct scene *s)
{
    return s->intake->reported && s->intake->process == INTAKE_CONNECTED &&
           s->intake->report.state == REPORT_STARTING &&
           scene_hold(s, "process %d reports that it is starting", (int)s->intake->pid);
}

/* --- no evidence -------------------------------------------------------------------------------
 */

static bool is_unknown(const struct scene *s)
{
    if (s->probes->udp.state == PATH_UNTRIED)
        return scene_hold(s, "no probe has come back yet");
    if (s->intake->process == INTAKE_UNSEEN && !s->node->grace_over)
        return scene_hold(s, "waiting for dnsd to connect");
    return s->intake->process == INTAKE_CONNECTED && !s->intake->reported && !s->node->silent &&
           scene_hold(s, "waiting for dnsd's first report");
}

/* --- wrong, soft, alarm ------------------------------------------------------------------------
 */

static bool is_wrong(const struct scene *s)
{
    if (s->probes->udp.state == PATH_WRONG)
        return scene_hold(s, "%s", s->probes->udp.detail);
    return s->probes->tcp.state == PATH_WRONG && scene_hold(s, "%s", s->probes->tcp.detail);
}

/* Before the flood: that takes its share of a CPU, and never all of it. */
static bool is_starved(const struct scene *s)
{
    return is_stuck(s) && s->node->starved &&
           scene_hold(s,
                      "process %d could run, but gets no CPU: no report for %" PRId64
                      " ms, and no answer to any probe",
                      (int)s->intake->pid, s->node->report_age_ms);
}

static bool has_starved_worker(const struct scene *s)
{
    const size_t count = s->intake->report.worker_count;
    int64_t ms;
    const size_t worker = stuck_worker(s, true, &ms);

    return worker < count &&
           scene_hold(s, "worker %zu of %zu could run, but got no CPU for %" PRId64 " ms",
                      worker + 1, count, ms);
}

/* A flood that drops queries drops probes too. The site bears it, as far as it can: leaving would
 * only hand the flood to the next one (RFC 9199). Where nothing at all gets through it is no flood.
 */
static bool is_flooded(const struct scene *s)
{
    return s->probes->udp.state == PATH_SILENT && s->node->drop_share >= OVERLOAD_SHARE &&
           s->node->drop_share < 1 &&
           scene_hold(s, "%.0f %% of arriving queries are dropped, probes among them",
                      100 * s->node->drop_share);
}

static bool is_udp_silent(const struct scene *s)
{
    return s->probes->udp.state == PATH_SILENT && scene_hold(s, "%s", s->probes->udp.detail);
}

static bool is_tcp_silent(const struct scene *s)
{
    return s->probes->tcp.state >= PATH_SILENT && scene_hold(s, "%s", s->probes->tcp.detail);
}

static bool is_report_silent(const struct scene *s)
{
    if (!answers(s))
        return false;
    if (s->intake->process == INTAKE_UNSEEN)
        return scene_hold(s, "dnsd answers, but has not connected: does its report_socket agree?");
    if (has_ended(s->intake))
        return scene_hold(s, "process %d ended, and one answers that does not report",
                          (int)s->intake->pid);
    return s->node->silent && scene_hold(s, "process %d: no report for %" PRId64 " ms",
                                         (int)s->intake->pid, s->node->report_age_ms);
}

static bool is_overloaded(const struct scene *s)
{
    return s->node->drop_share >= OVERLOAD_SHARE &&
           scene_hold(s, "%.0f %% of arriving queries are dropped", 100 * s->node->drop_share);
}

static bool is_well(const struct scene *s)
{
    (void)s;
    return true;
}

/* Within the fatal ones the order is the cause list's, from its end. Doubt about everything stands
 * before what it would have to rest on. */
static const struct {
    enum cause cause;
    bool (*holds)(const struct scene *scene);
} rules[] = {
    { CAUSE_DNSD_DEAD, is_dead },
    { CAUSE_DNSD_HUNG, is_hung },
    { CAUSE_WORKER_HUNG, has_hung_worker },
    { CAUSE_ADDRESS_MISSING, lacks_address },
    { CAUSE_PORT_CLOSED, has_port_closed },
    { CAUSE_DNSD_STARTING, is_starting },
    { CAUSE_UNKNOWN, is_unknown },
    { CAUSE_ANSWER_WRONG, is_wrong },
    { CAUSE_DNSD_STARVED, is_starved },
    { CAUSE_WORKER_STARVED, has_starved_worker },
    { CAUSE_OVERLOAD, is_flooded },
    { CAUSE_UDP_SILENT, is_udp_silent },
    { CAUSE_CHECK_WRONG, checks_fail_wrong },
    { CAUSE_UNKNOWN, checks_awaited },
    { CAUSE_TCP_SILENT, is_tcp_silent },
    { CAUSE_REPORT_SILENT, is_report_silent },
    { CAUSE_NO_DEFAULT_ROUTE, host_without_route },
    { CAUSE_CONNTRACK_FULL, host_without_conntrack },
    { CAUSE_ZONE_STALE, zones_stale },
    { CAUSE_CLOCK_WRONG, host_without_clock },
    { CAUSE_CLOCK_WRONG, zones_signed_in_the_future },
    { CAUSE_SIGNATURES_EXPIRING, zones_signatures_expiring },
    { CAUSE_ZONE_EXPIRING, zones_expiring },
    { CAUSE_DISK_FULL, host_without_disk },
    { CAUSE_CHECK_SOFT, checks_fail_soft },
    { CAUSE_OVERLOAD, is_overloaded },
    { CAUSE_LOAD_HIGH, host_loaded },
    { CAUSE_CHECK_ALARM, checks_fail_alarm },
    { CAUSE_NONE, is_well },
};

void verdict_reach(const struct verdict_node *node, const struct verdict_lane *lane,
                   struct verdict *out)
{
    const struct scene scene = {
        .node = node,
        .intake = node->intake,
        .service = lane->service,
        .index = lane->index,
        .family = lane->family,
        .probes = lane->probes,
        .absent = lane->absent,
        .detail = out->detail,
    };
    size_t i = 0;

    out->detail[0] = '\0';
    while (!rules[i].holds(&scene))
        i++;
    out->cause = rules[i].cause;
}
