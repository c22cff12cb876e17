/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glasses.c - whom to ask about what, and when. */
#include "anycastctl/sense/glasses.h"

#include "anycastctl/sense/glass.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MS = 100, LONGEST_MS = 5000 };

/* What one looking glass sees of one service in one family. */
struct view_of {
    bool told; /* what it shall be */
    bool was_announced;
    enum level level;
    struct mono changed; /* when that was decided */
    int64_t pause_ms;    /* 0: it agrees, or is given up; else until it is asked again */
    struct mono due;
    bool known;
    struct sight sight;
};

struct watcher {
    struct glasses *owner;
    const struct glass_settings *conf;
    struct glass *glass;
    char problem[VIEW_TEXT_MAX]; /* why it does not answer */
    struct mono answered;        /* last; never: not yet */
    struct view_of of[SERVICES_MAX][FAMILY_COUNT];
    /* The question under way. */
    bool busy;
    bool stale; /* the level has changed meanwhile */
    unsigned service, prefix;
    enum family family;
    struct mono asked;
    struct sight sight; /* of the prefixes so far */
};

struct glasses {
    struct ev_loop *loop;
    const struct settings *settings;
    struct glasses_events events;
    struct web *web;
    ev_timer next;
    unsigned count;
    struct watcher watcher[GLASSES_MAX];
};

static const struct service_family *family_of(const struct watcher *w, unsigned service,
                                              enum family family)
{
    return &w->owner->settings->service[service].family[family];
}

/* ---- asking ---- */

static void ask_prefix(struct watcher *w)
{
    glass_ask(w->glass, &family_of(w, w->service, w->family)->prefix[w->prefix]);
}

static void begin(struct watcher *w, unsigned service, enum family family, struct mono now)
{
    w->busy = true;
    w->stale = false;
    w->service = service;
    w->family = family;
    w->prefix = 0;
    w->asked = now;
    ask_prefix(w);
}

/* The one that has waited longest; false: none is enabled. */
static bool find_due(const struct watcher *w, unsigned *service, enum family *family)
{
    bool found = false;
    for (unsigned s = 0; s < w->owner->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (family_of(w, s, (enum family)f)->enabled &&
                (!found || mono_before(w->of[s][f].due, w->of[*service][*family].due))) {
                found = true;
                *service = s;
                *family = (enum family)f;
            }
    return found;
}

/* Asks whom it is time to ask, and sets the timer for the next. */
static void go_on(struct glasses *g)
{
    const struct mono now = mono_now();
    int64_t next_ms = LONGEST_MS;
    ev_timer_stop(g->loop, &g->next);
    for (unsigned i = 0; i < g->count; i++) {
        struct watcher *w = &g->watcher[i];
        unsigned service = 0;
        enum family family = FAMILY_4;
        if (w->busy || !find_due(w, &service, &family))
            continue;
        const int64_t left_ms = mono_diff_ms(w->of[service][family].due, now);
        if (left_ms <= 0)
            begin(w, service, family, now);
        else if (left_ms < next_ms)
            next_ms = left_ms;
    }
    ev_timer_set(&g->next, (double)next_ms / 1000, 0);
    ev_timer_start(g->loop, &g->next);
}

static void on_next(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    go_on(timer->data);
}

/* ---- answers ---- */

static bool is_settled(const struct watcher *w, const struct view_of *of, bool answered,
                       struct mono now)
{
    const bool over = mono_diff_ms(now, of->changed) >= w->owner->settings->proof.limit_ms;
    return !of->told || over ||
           (answered && sight_judge(&of->sight, of->level, of->was_announced) != SIGHT_DIFFERS);
}

static void set_due(const struct watcher *w, struct view_of *of, bool answered, struct mono now)
{
    if (w->stale) /* what was just asked is of the time before */
        return;
    if (is_settled(w, of, answered, now) || of->pause_ms == 0)
        of->pause_ms = 0;
    else
        of->pause_ms = of->pause_ms * 3 / 2 < LONGEST_MS ? of->pause_ms * 3 / 2 : LONGEST_MS;
    of->due = mono_add_ms(now, of->pause_ms > 0 ? of->pause_ms : w->conf->interval_ms);
}

static void tell(const struct watcher *w, const struct view_of *of, bool answered, struct mono now)
{
    const struct glass_seen seen = {
        .glass = w->conf->name,
        .service = w->service,
        .family = w->family,
        .level = of->level,
        .answered = answered,
        .verdict = sight_judge(&of->sight, of->level, of->was_announced),
        .asked = mono_add_ms(w->asked, answered ? -of->sight.age_ms : 0),
        .now = now,
    };
    if (of->told)
        w->owner->events.seen(w->owner->events.arg, &seen);
}

static void conclude(struct watcher *w, bool answered)
{
    struct view_of *of = &w->of[w->service][w->family];
    const struct mono now = mono_now();
    w->busy = false;
    of->known = of->known || answered;
    if (answered) {
        of->sight = w->sight;
        w->answered = now;
        w->problem[0] = '\0';
    }
    set_due(w, of, answered, now);
    tell(w, of, answered, now);
    go_on(w->owner);
}

static void on_answer(void *arg, const struct sight *sight, const char *problem)
{
    struct watcher *w = arg;
    if (!sight) {
        snprintf(w->problem, sizeof w->problem, "%s", problem);
        conclude(w, false);
        return;
    }
    const enum level level = w->of[w->service][w->family].level;
    w->sight = w->prefix == 0 ? *sight : sight_worse(&w->sight, sight, level);
    if (++w->prefix < family_of(w, w->service, w->family)->prefix_count)
        ask_prefix(w);
    else
        conclude(w, true);
}

/* ---- for the owner ---- */

struct glasses *glasses_new(struct ev_loop *loop, const struct settings *settings,
                            const struct glasses_events *events)
{
    if (settings->glasses.count == 0)
        return NULL;
    struct glasses *g = mem_zalloc(sizeof *g);
    g->loop = loop;
    g->settings = settings;
    g->events = *events;
    g->web = web_new(loop);
    g->count = (unsigned)settings->glasses.count;
    for (unsigned i = 0; i < g->count; i++) {
        struct watcher *w = &g->watcher[i];
        w->owner = g;
        w->conf = settings_glass(settings, i);
        w->glass = glass_new(loop, g->web, settings, w->conf, on_answer, w);
        for (unsigned s = 0; s < SERVICES_MAX; s++)
            for (int f = 0; f < FAMILY_COUNT; f++)
                w->of[s][f].due = mono_now();
    }
    ev_init(&g->next, on_next);
    g->next.data = g;
    go_on(g);
    return g;
}

void glasses_free(struct glasses *g)
{
    if (!g)
        return;
    ev_timer_stop(g->loop, &g->next);
    for (unsigned i = 0; i < g->count; i++)
        glass_free(g->watcher[i].glass);
    web_free(g->web);
    free(g);
}

void glasses_chase(struct glasses *g, unsigned service, enum family family, enum level from,
                   enum level to, struct mono now)
{
    for (unsigned i = 0; g && i < g->count; i++) {
        struct watcher *w = &g->watcher[i];
        struct view_of *of = &w->of[service][family];
        of->told = true;
        of->was_announced = from != LEVEL_WITHDRAWN;
        of->level = to;
        of->changed = now;
        of->pause_ms = FIRST_MS;
        of->due = mono_add_ms(now, FIRST_MS);
        w->stale = w->stale || (w->service == service && w->family == family);
    }
    if (g)
        go_on(g);
}

/* ---- the view ---- */

static void add_alarm(const struct watcher *w, const struct view_of *of, unsigned service,
                      enum family family, struct node_view *view)
{
    const bool gone = of->level == LEVEL_WITHDRAWN;
    const char *name = w->owner->settings->service[service].name;
    if (of->sight.seen && !gone)
        view_add_alarm(view, "%s IPv%d: looking glass %s sees it at %s, not at %s: ask whose it is",
                       name, family_number(family), w->conf->name, level_name(of->sight.level),
                       level_name(of->level));
    else
        view_add_alarm(view, "%s IPv%d: looking glass %s %s, long after: ask whose it is", name,
                       family_number(family), w->conf->name,
                       gone ? "still sees what was withdrawn" : "does not see what is announced");
}

static void view_watcher(const struct watcher *w, struct node_view *view, struct glass_view *out,
                         struct mono now)
{
    const struct settings *settings = w->owner->settings;
    out->name = w->conf->name;
    snprintf(out->problem, sizeof out->problem, "%s", w->problem);
    out->age_ms = mono_is_never(w->answered) ? -1 : mono_diff_ms(now, w->answered);
    for (unsigned s = 0; s < settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct view_of *of = &w->of[s][f];
            out->sees[s][f] = !of->known        ? GLASS_UNKNOWN
                              : !of->sight.seen ? GLASS_NOTHING
                                                : GLASS_ROUTE;
            if (of->told && of->known && !w->problem[0] &&
                mono_diff_ms(now, of->changed) >= settings->proof.limit_ms &&
                sight_judge(&of->sight, of->level, of->was_announced) == SIGHT_DIFFERS)
                add_alarm(w, of, s, (enum family)f, view);
        }
}

void glasses_view(const struct glasses *g, struct node_view *view, struct mono now)
{
    view->glass_count = g ? g->count : 0;
    for (unsigned i = 0; i < view->glass_count; i++)
        view_watcher(&g->watcher[i], view, &view->glass[i], now);
}
