/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict_zones.c - rules about the zones of a service: what dnsd reports of them, and what their
 * own answers say of their future. */
#include "anycastctl/sense/check.h"
#include "anycastctl/sense/verdict_scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum {
    ZONE_TEXT = 80,   /* of a name in a detail, which has room for few words more */
    MOMENT_TEXT = 64, /* "2026-11-23 14:00 UTC, in 90 minutes" */
    SKEW_S = 60,      /* signers' clocks differ a little from ours */
    MINUTES_S = 2 * 60 * 60,
    HOURS_S = 2 * 24 * 60 * 60,
};

static const char *zone_name(const struct scene *s, unsigned zone, char text[DNAME_TEXT_MAX])
{
    return dname_to_text(s->service->zone[zone].wire, text);
}

/* A length of time in the unit that says enough of it. */
static const char *span_text(int64_t seconds, char out[MOMENT_TEXT])
{
    if (seconds < MINUTES_S)
        snprintf(out, MOMENT_TEXT, "%" PRId64 " minutes", seconds / 60);
    else if (seconds < HOURS_S)
        snprintf(out, MOMENT_TEXT, "%" PRId64 " hours", seconds / 3600);
    else
        snprintf(out, MOMENT_TEXT, "%" PRId64 " days", seconds / 86400);
    return out;
}

/* "2026-11-23 14:00 UTC, in 90 minutes" */
static const char *moment_text(int64_t unix_s, int64_t now_unix, char out[MOMENT_TEXT])
{
    const time_t moment = (time_t)unix_s;
    char date[32], span[MOMENT_TEXT];
    struct tm parts;

    gmtime_r(&moment, &parts);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &parts);
    if (unix_s >= now_unix)
        snprintf(out, MOMENT_TEXT, "%s, in %.24s", date, span_text(unix_s - now_unix, span));
    else
        snprintf(out, MOMENT_TEXT, "%s, %.24s ago", date, span_text(now_unix - unix_s, span));
    return out;
}

bool zones_stale(const struct scene *s)
{
    char name[DNAME_TEXT_MAX];

    for (unsigned i = 0; s->intake->reported && i < s->service->zone_count; i++) {
        const struct check_said said = check_said(&s->intake->report, &s->service->zone[i]);
        if (said.known && said.state != ZONE_SERVING)
            return scene_hold(s, "zone %.100s is %s", zone_name(s, i, name),
                              report_zone_state_name(said.state));
    }
    return false;
}

/* A zone that always lives shorter than the warning time is warned of from half of its life on. */
bool zones_expiring(const struct scene *s)
{
    char name[DNAME_TEXT_MAX], span[MOMENT_TEXT];

    for (unsigned i = 0; s->intake->reported && i < s->service->zone_count; i++) {
        const struct check_said said = check_said(&s->intake->report, &s->service->zone[i]);
        const struct zone_facts *facts = &s->probes->zone[i];
        int64_t warning_s = s->node->zone_warning_s;
        if (facts->known && facts->expire_s / 2 < warning_s)
            warning_s = facts->expire_s / 2;
        if (said.known && said.expires_s >= 0 && said.expires_s < warning_s)
            return scene_hold(s, "zone %.*s expires in %.24s, unless its primary is reached",
                              ZONE_TEXT, zone_name(s, i, name), span_text(said.expires_s, span));
    }
    return false;
}

/* Where signatures are not looked at, nothing is. */
static bool is_signed(const struct scene *s, unsigned zone)
{
    return s->node->signatures && s->probes->zone[zone].known &&
           s->probes->zone[zone].signatures.count > 0;
}

/* When the first signature of a zone ends, by its own answer and by dnsd's report, which knows all
 * of them; 0: it is not signed. */
static int64_t signed_until(const struct scene *s, unsigned zone)
{
    const struct report *report = s->intake->reported ? &s->intake->report : NULL;
    const struct check_said said = check_said(report, &s->service->zone[zone]);
    const int64_t all = s->node->signatures && said.known ? said.signed_until_unix : 0;
    if (!is_signed(s, zone))
        return all;
    const int64_t one = signatures_until(&s->probes->zone[zone].signatures, s->node->unix_s);
    return all && all < one ? all : one;
}

bool zones_signatures_expiring(const struct scene *s)
{
    const int64_t now = s->node->unix_s;
    char name[DNAME_TEXT_MAX], moment[MOMENT_TEXT];

    for (unsigned i = 0; i < s->service->zone_count; i++) {
        const int64_t until = signed_until(s, i);
        if (until && until - now < s->node->signature_warning_s)
            return scene_hold(s, "signatures of zone %.*s %s at %s", ZONE_TEXT,
                              zone_name(s, i, name), until < now ? "have expired" : "expire",
                              moment_text(until, now, moment));
    }
    return false;
}

/* Nobody signs for a future that far: it is our clock that is behind, or the signer's that is not.
 */
bool zones_signed_in_the_future(const struct scene *s)
{
    const int64_t now = s->node->unix_s;
    char name[DNAME_TEXT_MAX], moment[MOMENT_TEXT];

    for (unsigned i = 0; i < s->service->zone_count; i++) {
        if (!is_signed(s, i))
            continue;
        const int64_t from = signatures_from(&s->probes->zone[i].signatures, now);
        if (from > now + SKEW_S)
            return scene_hold(s, "zone %.*s is signed from %s on: is this clock right?", ZONE_TEXT,
                              zone_name(s, i, name), moment_text(from, now, moment));
    }
    return false;
}
