/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_view.c - the node at one moment, gathered from all rooms. Changes nothing. */
#include "anycastctl/controller_state.h"

#include <stdio.h>
#include <string.h>

static void fill_family(const struct controller *c, struct subject about, struct mono now,
                        struct family_view *out)
{
    const struct service_family *family = &c->settings->service[about.service].family[about.family];
    const struct announcement *a = &c->announcement[about.service][about.family];
    const struct sense_health health = evidence_of(c, about);
    out->enabled = family->enabled;
    if (!family->enabled)
        return;
    out->prefix_count = family->prefix_count;
    out->prefix = family->prefix;
    out->cause = health.cause;
    snprintf(out->evidence, sizeof out->evidence, "%s", health.detail);
    out->cause_age_ms = mono_is_never(health.since) ? -1 : mono_diff_ms(now, health.since);
    out->begun = a->begun;
    out->decided = a->decision.level;
    out->change = a->change;
    out->level_age_ms = a->begun ? mono_diff_ms(now, a->level_since) : -1;
    out->reason = policy_reason_name(a->decision.reason);
    out->decided_for = a->decision.cause;
    out->actual_known = reconcile_announced(c->reconcile, about.service, about.family,
                                            &out->actual);
    reconcile_problem(c->reconcile, about.service, about.family, out->problem);
    if (a->begun)
        floor_outlook(c, about, now, out->outlook);
    out->query_rate = sense_query_rate_of(c->sense, about.service, about.family);
    out->next_ms = -1;
    if (a->begun && a->decision.next_ms >= 0) {
        int64_t left_ms = a->decision.next_ms - mono_diff_ms(now, a->stepped);
        out->next_ms = left_ms > 0 ? left_ms : 0;
        out->next = a->decision.next;
    }
}

static void fill_service(const struct controller *c, unsigned service, int64_t unix_ms,
                         struct mono now, struct service_view *out)
{
    const struct order *order = &c->orders.of[service];
    out->name = c->settings->service[service].name;
    out->zone_count = c->settings->service[service].zone_count;
    out->zone = c->settings->service[service].zone;
    out->intent = order->intent;
    out->order_force = order->force;
    out->order_left_ms = order->until_unix_ms > 0 ? order->until_unix_ms - unix_ms : -1;
    out->order_age_ms = order->intent == INTENT_AUTO ? -1 : unix_ms - order->since_unix_ms;
    snprintf(out->order_reason, sizeof out->order_reason, "%s", order->reason);
    snprintf(out->order_by, sizeof out->order_by, "%s", order->by);
    for (int f = 0; f < FAMILY_COUNT; f++)
        fill_family(c, (struct subject){ service, (enum family)f }, now, &out->family[f]);
}

static void fill_dnsd(const struct controller *c, struct mono now, struct dnsd_view *out)
{
    const struct report *report = sense_report(c->sense);
    out->connected = report != NULL;
    out->report_age_ms = -1;
    if (report) {
        out->report = *report;
        out->report_age_ms = mono_diff_ms(now, report->sent);
    }
    out->query_rate = sense_query_rate(c->sense);
    out->probe_rate = sense_probe_rate(c->sense);
}

static void fill_checks(const struct controller *c, struct mono now, struct node_view *out)
{
    const struct check_facts *facts = sense_checks(c->sense);
    out->check_count = (unsigned)c->settings->checks.count;
    for (unsigned i = 0; i < out->check_count; i++) {
        struct check_view *check = &out->check[i];
        check->name = facts[i].settings->name;
        check->service = facts[i].settings->service_name;
        check->class = facts[i].settings->class;
        check->state = facts[i].state;
        memcpy(check->detail, facts[i].detail, sizeof check->detail);
        check->age_ms = mono_diff_ms(now, facts[i].since);
        check->ran_ms = mono_is_never(facts[i].ran) ? -1 : mono_diff_ms(now, facts[i].ran);
    }
}

/* ---- alarms ---- */

/* What is wrong with a decision, beside its cause; "" if that says it all. */
static const char *alarm_words(const struct announcement *a)
{
    const bool forced = a->input.intent == INTENT_FORCED;
    switch (a->decision.reason) {
    case REASON_FLOOR:
        return "stays announced, as too few other sites are seen announcing it";
    case REASON_FLAP:
        return "announced and lost too often lately";
    case REASON_OPERATOR:
        return forced ? "announced by order against the evidence"
                      : "leaves by order, although too few other sites are seen announcing it";
    case REASON_STOPPING:
        return "leaves as dnsd stops, although too few other sites are seen announcing it";
    default:
        break;
    }
    if (a->decision.level > LEVEL_DRAIN)
        return "";
    if (a->input.floor == FLOOR_BROKEN)
        return "not announced here, and too few other sites are seen announcing it";
    return forced ? "not announced here, although ordered" : "";
}

static void alarm_of_policy(struct node_view *view, const char *service, int family,
                            const struct family_view *f, const struct announcement *a)
{
    const bool good = cause_class(f->decided_for) == CLASS_GOOD;
    const char *cause = good ? "" : cause_text(f->decided_for), *words = alarm_words(a);
    if (a->decision.alarm)
        view_add_alarm(view, "%s IPv%d: %s%s%s%s%s", service, family, cause,
                       *cause && *words ? "; " : "", words, *words ? "; it " : "",
                       *words ? f->outlook : "");
}

static void alarms_of_families(const struct controller *c, struct node_view *view)
{
    for (unsigned s = 0; s < view->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct family_view *family = &view->service[s].family[f];
            const char *service = view->service[s].name;
            if (!family->enabled)
                continue;
            if (family->problem[0])
                view_add_alarm(view, "%s", family->problem);
            if (family->begun)
                alarm_of_policy(view, service, family_number((enum family)f), family,
                                &c->announcement[s][f]);
        }
}

static void alarms_of_records(const struct controller *c, struct node_view *view)
{
    struct err err;
    if (eventlog_problem(c->eventlog, &err))
        view_add_alarm(view, "%s", err.msg);
    if (keeper_problem(c->keeper, &err))
        view_add_alarm(view, "orders are not stored: %s", err.msg);
    if (keeper_problem(c->change_keeper, &err))
        view_add_alarm(view, "the number of the last change is not stored: %s", err.msg);
    if (c->change_problem.msg[0])
        view_add_alarm(view,
                       "the number of the last change was lost: %s; numbers went on above the "
                       "event log's by %d: restart anycastd to end this alarm",
                       c->change_problem.msg, CHANGES_GAP);
    if (c->orders_problem.msg[0])
        view_add_alarm(view, "earlier orders are lost: %s", c->orders_problem.msg);
}

static void alarms_of_guard(const struct controller *c, struct node_view *view)
{
    if (view->dry_run)
        return;
    if (!view->guard.connected)
        view_add_alarm(view, "no guard: %s: is it running? try: systemctl status anycastguard",
                       holder_problem(c->holder));
    else if (!view->guard.bird_connected && view->bird.connected)
        view_add_alarm(view, "the guard has no connection to BIRD: see its log");
}

/* What is announced to nobody is not announced. (A BIRD without BGP may speak OSPF instead.) */
static void alarms_of_sessions(struct node_view *view)
{
    unsigned carriers = 0, established = 0;
    for (unsigned i = 0; i < view->bird.session_count; i++) {
        const struct session_view *session = &view->bird.session[i];
        carriers += !session->fleet;
        established += !session->fleet && session->established;
    }
    if (view->bird.connected && carriers > 0 && established == 0)
        view_add_alarm(view, "no BGP session is established: nobody hears what this node "
                             "announces: see birdc show protocols");
}

static bool announces_as_it_should(const struct family_view *family)
{
    return family->begun && family->decided == LEVEL_NORMAL && family->actual_known &&
           family->actual == LEVEL_NORMAL;
}

static bool is_healthy(const struct node_view *view)
{
    for (unsigned s = 0; s < view->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (view->service[s].family[f].enabled &&
                !announces_as_it_should(&view->service[s].family[f]))
                return false;
    return view->alarm_count == 0;
}

void controller_view(void *arg, struct node_view *out)
{
    const struct controller *c = arg;
    struct moment now = controller_now();
    *out = (struct node_view){ .node = c->settings->node,
                               .node_id = c->settings->node_id,
                               .state_dir = c->settings->state_dir,
                               .drill = &c->settings->drill,
                               .version = PACKAGE_VERSION,
                               .unix_ms = now.unix_ms,
                               .uptime_ms = mono_diff_ms(now.mono, c->started),
                               .protection = protect_get(),
                               .service_count = c->settings->service_count };
    for (unsigned s = 0; s < out->service_count; s++)
        fill_service(c, s, now.unix_ms, now.mono, &out->service[s]);
    fill_dnsd(c, now.mono, &out->dnsd);
    for (int i = 0; i < HOST_CHECK_COUNT; i++)
        out->host[i] = sense_host(c->sense, (enum host_check)i);
    out->dry_run = c->settings->dry_run;
    out->guard.connected = c->holder && holder_connected(c->holder);
    out->guard.bird_connected = c->holder && holder_guard_has_bird(c->holder);
    fill_checks(c, now.mono, out);
    reconcile_view(c->reconcile, out);
    if (out->dry_run)
        view_add_alarm(out, "dry run: what is decided here is not done, neither by anycastd nor by "
                            "a guard with the same setting");
    alarms_of_families(c, out);
    alarms_of_guard(c, out);
    alarms_of_sessions(out);
    fleet_view(c->fleet, now.mono, out);
    exports_view(c->exports, out);
    proof_view(c, out);
    glasses_view(c->glasses, out, now.mono);
    alarms_of_records(c, out);
    out->healthy = is_healthy(out);
}
