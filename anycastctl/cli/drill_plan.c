/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_plan.c - before a drill: whether it may be, and what will happen. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "common/duration.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_drilled(const struct drill *drill, const json_t *service)
{
    const char *only = drill->options->cli.service;
    return !only || strcmp(get_text(service, "name"), only) == 0;
}

/* What is announced at normal now is what the drill is about. */
static void take_subjects(struct drill *drill, const json_t *service)
{
    const json_t *family;
    size_t i;
    json_array_foreach(get(service, "families"), i, family)
        if (strcmp(get_text(family, "decided"), "normal") == 0)
            json_array_append_new(drill->subjects,
                                  json_pack("{s:s, s:I}", "service", get_text(service, "name"),
                                            "family", (json_int_t)get_number(family, "family")));
    json_array_extend(drill->zones, (json_t *)get(service, "zones"));
}

static int take_services(struct drill *drill, struct err *err)
{
    const json_t *service;
    size_t i, found = 0;
    json_array_foreach(get(drill->before, "services"), i, service) {
        if (!is_drilled(drill, service))
            continue;
        found++;
        if (strcmp(get_text(service, "order.intent"), "auto") != 0)
            return err_set(err,
                           "%s: an operator's order is in force (%s): end it first: anycastctl "
                           "resume",
                           get_text(service, "name"), get_text(service, "order.intent"));
        take_subjects(drill, service);
    }
    if (!found)
        return err_set(err, "there is no service \"%s\" on this node: see anycastctl status",
                       drill->options->cli.service ? drill->options->cli.service : "");
    return 0;
}

/* What the site asks of itself, else what the scenario does. */
static void take_limits(struct drill *drill)
{
    struct figures own = figures_from_json(get(drill->before, "drill.objectives"));
    drill->limits = drill->scenario->limits;
    for (int i = 0; i < FIGURE_COUNT; i++)
        if (!isnan(own.of[i]) && !isnan(drill->limits.of[i]))
            drill->limits.of[i] = own.of[i];
}

/* --- the floor -------------------------------------------------------------------------------- */

/* Another site counts where it announces this service and family at normal. */
static bool announces(const json_t *site, const json_t *subject)
{
    const json_t *at;
    size_t i;
    json_array_foreach(get(site, "services"), i, at)
        if (strcmp(get_text(at, "name"), get_text(subject, "service")) == 0 &&
            get_number(at, "family") == get_number(subject, "family"))
            return strcmp(get_text(at, "level"), "normal") == 0;
    return false;
}

static int64_t others_for(const json_t *fleet, const json_t *subject)
{
    const json_t *site;
    size_t i;
    int64_t count = 0;
    json_array_foreach(get(fleet, "sites"), i, site)
        count += announces(site, subject);
    return count;
}

/* How many others would remain, where that is the fewest; -1: nobody knows. */
static int64_t others_that_remain(const struct drill *drill, const json_t *status)
{
    const json_t *fleet = get(status, "fleet"), *subject;
    size_t i;
    int64_t fewest = -1;
    if (!get_bool(fleet, "live"))
        return -1;
    json_array_foreach(drill->subjects, i, subject) {
        int64_t count = others_for(fleet, subject);
        if (fewest < 0 || count < fewest)
            fewest = count;
    }
    return fewest;
}

bool drill_floor_is_lost(const struct drill *drill, const json_t *status)
{
    int64_t remain = others_that_remain(drill, status);
    return drill->scenario->withdraws && !drill->options->force && remain >= 0 &&
           remain < get_number(status, "fleet.min_sites");
}

static int check_floor(const struct drill *drill, struct err *err)
{
    int64_t remain = others_that_remain(drill, drill->before);
    int64_t needed = get_number(drill->before, "fleet.min_sites");
    if (needed == 0)
        return 0;
    if (remain < 0)
        return err_set(err, "cannot tell whether other sites announce: without a live view of the "
                            "fleet a drill that withdraws needs --force");
    if (remain < needed)
        return err_set(err,
                       "%lld other sites announce at normal, and at least %lld must remain "
                       "(policy.min_sites): wait for them, or --force",
                       (long long)remain, (long long)needed);
    return 0;
}

static int check_health(const struct drill *drill, struct err *err)
{
    const json_t *alarm = json_array_get(get(drill->before, "alarms"), 0);
    if (!get_bool(drill->before, "healthy"))
        return err_set(err,
                       "%s is not healthy (%s): a drill would show that, not what it is to show: "
                       "see anycastctl status, or --force",
                       get_text(drill->before, "node"),
                       alarm ? json_string_value(alarm) : "not all is announced at normal");
    if (!json_array_size(drill->subjects))
        return err_set(err, "nothing is announced at normal");
    return 0;
}

int drill_prepare(struct drill *drill, struct err *err)
{
    drill->subjects = json_array();
    drill->zones = json_array();
    if (take_services(drill, err))
        return -1;
    take_limits(drill);
    drill->for_ms = drill->options->cli.for_ms ? drill->options->cli.for_ms
                                               : drill->scenario->for_ms;
    if (drill->options->force)
        return 0;
    if (check_health(drill, err))
        return -1;
    return drill->scenario->withdraws ? check_floor(drill, err) : 0;
}

/* --- the plan --------------------------------------------------------------------------------- */

static void print_remaining(const struct drill *drill)
{
    int64_t remain = others_that_remain(drill, drill->before);
    if (!drill->scenario->withdraws)
        return;
    if (remain < 0)
        puts("Remaining:  not known: no live view of the fleet");
    else
        printf("Remaining:  %lld other sites announce at normal\n", (long long)remain);
}

static void print_limits(const struct drill *drill)
{
    fputs("Objectives:", stdout);
    const char *comma = " ";
    for (int i = 0; i < FIGURE_COUNT; i++) {
        char shown[FIGURE_SHOWN_MAX];
        if (isnan(drill->limits.of[i]))
            continue;
        printf("%s%s %s", comma, figure_name((enum figure)i),
               figure_shown((enum figure)i, drill->limits.of[i], shown));
        comma = ", ";
    }
    putchar('\n');
}

void drill_print_plan(const struct drill *drill)
{
    char time[DURATION_TEXT_MAX];
    const struct scenario *s = drill->scenario;
    show_line(false, SHOW_PLAIN, "Drill:      %s at %s: %s", s->name,
              get_text(drill->before, "node"), s->about);
    for (int i = 0; s->steps[i]; i++)
        printf("            %d. %s\n", i + 1, s->steps[i]);
    printf("Time:       %s%s\n",
           drill->options->cli.for_ms ? "" : "until all is measured, at most ",
           duration_text(drill->for_ms, time));
    printf("Reverted:   %s\n", s->reverts);
    print_remaining(drill);
    print_limits(drill);
    fflush(stdout);
}

bool drill_confirm(const struct drill *drill)
{
    char answer[16];
    if (drill->options->yes)
        return true;
    if (!isatty(STDIN_FILENO)) {
        fputs("anycastctl: nobody to ask whether to begin: say --yes\n", stderr);
        return false;
    }
    fputs("Begin? [y/N] ", stdout);
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}
