/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_events.c - what happened, in two places: the event log for good, with everything that
 * is known, and the journal for whoever reads along, in one line. */
#include "anycastctl/controller_state.h"
#include "common/jsonread.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>

static const char *service_of(const struct controller *c, struct subject about)
{
    return c->settings->service[about.service].name;
}

/* The fields that every event about one announcement begins with. */
static json_t *fields_about(const struct controller *c, struct subject about)
{
    return json_pack("{s:s, s:i}", "service", service_of(c, about), "family",
                     family_number(about.family));
}

/* The same, and of which change of its level. */
static json_t *fields_of_change(const struct controller *c, struct subject about)
{
    const uint64_t change = c->announcement[about.service][about.family].change;
    json_t *fields = fields_about(c, about);
    if (change > 0)
        json_object_set_new(fields, "change", json_integer((json_int_t)change));
    return fields;
}

/* What is worth an event is worth a line to who watches. */
static void add(struct controller *c, const char *event, json_t *fields)
{
    eventlog_add(c->eventlog, controller_now(), event, fields);
    if (c->serve)
        serve_changed(c->serve);
}

void events_start(struct controller *c)
{
    const bool dry_run = c->settings->dry_run;
    add(c, "start", json_pack("{s:s, s:b}", "version", PACKAGE_VERSION, "dry_run", dry_run));
    log_event(dry_run ? LOG_WARN : LOG_NOTICE, "start", "version=%s node=%s services=%u%s",
              PACKAGE_VERSION, c->settings->node, c->settings->service_count,
              dry_run ? " dry_run=true effect=\"decides, and does nothing of it\"" : "");
}

void events_stop(struct controller *c)
{
    add(c, "stop", json_object());
    log_event(LOG_NOTICE, "stop", "effect=\"nothing is withdrawn; the guard takes over\"");
}

void events_health(struct controller *c, struct subject about, const struct sense_health *health)
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    enum cause_class class = cause_class(health->cause);
    json_t *fields = fields_about(c, about);
    json_object_set_new(fields, "cause", json_string(cause_name(health->cause)));
    json_object_set_new(fields, "class", json_string(cause_class_name(class)));
    json_object_set_new(fields, "was", json_string(cause_name(a->told.cause)));
    json_object_set_new(fields, "evidence", json_text(health->detail));
    add(c, "health", fields);
    log_event(class > CLASS_ALARM ? LOG_WARN : LOG_INFO, "health",
              "service=%s family=%d cause=%s class=%s evidence=\"%s\"", service_of(c, about),
              family_number(about.family), cause_name(health->cause), cause_class_name(class),
              health->detail);
}

static void number_change(struct controller *c, struct subject about)
{
    c->announcement[about.service][about.family].change = ++c->last_change;
    keeper_put(c->change_keeper, changes_text(c->last_change));
}

void events_level(struct controller *c, struct subject about, enum level from, const char *reason)
{
    number_change(c, about);
    const struct policy_decision *decision = &c->announcement[about.service][about.family].decision;
    const struct order *order = &c->orders.of[about.service];
    const struct sense_health health = evidence_of(c, about);
    char outlook[OUTLOOK_MAX];
    floor_outlook(c, about, mono_now(), outlook);
    json_t *fields = fields_of_change(c, about);
    json_object_set_new(fields, "from", json_string(level_name(from)));
    json_object_set_new(fields, "to", json_string(level_name(decision->level)));
    json_object_set_new(fields, "reason", json_string(reason));
    json_object_set_new(fields, "cause", json_string(cause_name(decision->cause)));
    json_object_set_new(fields, "evidence", json_text(health.detail));
    json_object_set_new(fields, "outlook", json_text(outlook));
    if (decision->reason == REASON_OPERATOR) {
        json_object_set_new(fields, "order", json_string(intent_name(order->intent)));
        json_object_set_new(fields, "by", json_text(order->by));
        json_object_set_new(fields, "order_reason", json_text(order->reason));
    }
    add(c, "level", fields);
    log_event(decision->level < from ? LOG_WARN : LOG_NOTICE, "level",
              "change=%" PRIu64 " service=%s family=%d from=%s to=%s reason=%s cause=%s "
              "evidence=\"%s\" outlook=\"%s\"",
              c->last_change, service_of(c, about), family_number(about.family), level_name(from),
              level_name(decision->level), reason, cause_name(decision->cause), health.detail,
              outlook);
}

void events_confirmed(struct controller *c, struct subject about)
{
    const struct announcement *a = &c->announcement[about.service][about.family];
    double after_ms = mono_diff_s(mono_now(), a->level_since) * 1000;
    json_t *fields = fields_of_change(c, about);
    json_object_set_new(fields, "level", json_string(level_name(a->decision.level)));
    json_object_set_new(fields, "after_ms", json_real(after_ms));
    add(c, "confirmed", fields);
    log_event(LOG_INFO, "confirmed", "service=%s family=%d level=%s after_ms=%.3f",
              service_of(c, about), family_number(about.family), level_name(a->decision.level),
              after_ms);
}

void events_alarm(struct controller *c, struct subject about)
{
    const struct policy_decision *decision = &c->announcement[about.service][about.family].decision;
    json_t *fields = fields_of_change(c, about);
    json_object_set_new(fields, "level", json_string(level_name(decision->level)));
    json_object_set_new(fields, "reason", json_string(policy_reason_name(decision->reason)));
    json_object_set_new(fields, "cause", json_string(cause_name(decision->cause)));
    add(c, "alarm", fields);
    log_event(LOG_WARN, "alarm", "service=%s family=%d level=%s reason=%s cause=%s",
              service_of(c, about), family_number(about.family), level_name(decision->level),
              policy_reason_name(decision->reason), cause_name(decision->cause));
}

void events_act(struct controller *c, const struct reconcile_act *act)
{
    struct subject about = { act->service, act->family };
    json_t *fields = fields_of_change(c, about);
    json_object_set_new(fields, "command", json_string(act->command));
    json_object_set_new(fields, "reply", json_text(act->reply));
    json_object_set_new(fields, "done", json_boolean(act->done));
    json_object_set_new(fields, "took_ms", json_real(act->took_ms));
    add(c, "bird", fields);
    log_event(act->done ? LOG_INFO : LOG_ERROR, "bird", "command='%s' reply=\"%s\" took_ms=%.3f",
              act->command, act->reply, act->took_ms);
}

void events_drift(struct controller *c, const struct reconcile_drift *drift)
{
    struct subject about = { drift->service, drift->family };
    json_t *fields = fields_about(c, about);
    json_object_set_new(fields, "wanted", json_string(level_name(drift->wanted)));
    json_object_set_new(fields, "found", json_string(level_name(drift->found)));
    add(c, "drift", fields);
    log_event(LOG_WARN, "drift", "service=%s family=%d wanted=%s found=%s effect=\"put right\"",
              service_of(c, about), family_number(about.family), level_name(drift->wanted),
              level_name(drift->found));
}

void events_proof(struct controller *c, json_t *fields)
{
    add(c, "proof", fields);
}

void events_unproven(struct controller *c, struct subject about, const struct ladder_step *step)
{
    json_t *fields = fields_of_change(c, about);
    json_object_set_new(fields, "reason", json_string("unproven"));
    json_object_set_new(fields, "step", json_string(ladder_kind_name(step->kind)));
    if (step->name[0])
        json_object_set_new(fields, "name", json_text(step->name));
    add(c, "alarm", fields);
    log_event(LOG_WARN, "unproven", "change=%" PRIu64 " service=%s family=%d step=%s name=%s",
              c->announcement[about.service][about.family].change, service_of(c, about),
              family_number(about.family), ladder_kind_name(step->kind), step->name);
}

void events_exports(struct controller *c, struct subject about, const char *problem)
{
    json_t *fields = fields_about(c, about);
    json_object_set_new(fields, "problem", json_text(problem));
    add(c, "exports", fields);
    log_event(problem[0] ? LOG_WARN : LOG_NOTICE, "exports", "service=%s family=%d problem=\"%s\"",
              service_of(c, about), family_number(about.family), problem);
}

void events_bird(struct controller *c, const char *event, const char *text)
{
    json_t *fields = json_object();
    json_object_set_new(fields, "detail", json_text(text));
    add(c, event, fields);
    log_event(LOG_NOTICE, event, "detail=\"%s\"", text);
}

void events_site(struct controller *c, const struct fleet_news *news)
{
    const struct subject about = { news->service, news->family };
    json_t *fields = fields_about(c, about);
    json_object_set_new(fields, "node_id", json_integer((json_int_t)news->node_id));
    json_object_set_new(fields, "from", json_string(level_name(news->from)));
    json_object_set_new(fields, "to", json_string(level_name(news->to)));
    add(c, "site", fields);
    log_event(LOG_INFO, "site", "node_id=%u service=%s family=%d from=%s to=%s",
              (unsigned)news->node_id, service_of(c, about), family_number(about.family),
              level_name(news->from), level_name(news->to));
}

void events_sight(struct controller *c, bool live, const char *why)
{
    json_t *fields = json_pack("{s:b}", "live", live);
    json_object_set_new(fields, "problem", json_text(why));
    add(c, "fleet", fields);
    log_event(live ? LOG_NOTICE : LOG_WARN, "fleet", "live=%s problem=\"%s\"",
              live ? "true" : "false", why);
}

void events_guard(struct controller *c)
{
    add(c, "guard",
        json_pack("{s:b, s:b}", "connected", holder_connected(c->holder), "has_bird",
                  holder_guard_has_bird(c->holder)));
}

void events_order(struct controller *c, unsigned service, const char *event)
{
    const struct order *order = &c->orders.of[service];
    const char *name = c->settings->service[service].name;
    json_t *fields = json_pack("{s:s, s:s}", "service", name, "order", intent_name(order->intent));
    if (order->until_unix_ms > 0)
        json_object_set_new(fields, "for_ms",
                            json_integer(order->until_unix_ms - order->since_unix_ms));
    json_object_set_new(fields, "force", json_boolean(order->force));
    json_object_set_new(fields, "by", json_text(order->by));
    json_object_set_new(fields, "order_reason", json_text(order->reason));
    add(c, event, fields);
    log_event(LOG_NOTICE, event, "service=%s order=%s by=\"%s\" reason=\"%s\"", name,
              intent_name(order->intent), order->by, order->reason);
}
