/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands.c - the queue of external checks. */
#include "anycastctl/sense/commands.h"

#include "anycastctl/sense/command.h"
#include "anycastctl/sense/streak.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENVIRONMENT_MAX = 6 };

struct check {
    struct commands *all;
    struct check_facts *facts;
    struct command command;
    struct streak streak;
    char **words;
    ev_timer timer;      /* when it is due, or has been so for another interval */
    bool is_due;         /* waits for a free place */
    struct mono due;     /* since when */
    struct mono started; /* the last run */
};

struct commands {
    struct ev_loop *loop;
    const struct settings *settings;
    void (*changed)(void *arg);
    void *arg;
    unsigned running; /* those that could not be killed yet among them */
    size_t count;
    struct check *check;
    struct check_facts *facts;
};

/* ---- what a run says ---- */

static enum check_state state_after(struct check *check)
{
    const struct command_settings *settings = check->facts->settings;
    const enum command_outcome outcome = check->command.outcome;
    if (outcome == COMMAND_NOT_RUN)
        return CHECK_NOT_RUN;
    check->streak = streak_add(check->streak, outcome == COMMAND_PASSED, settings->fall,
                               settings->rise);
    return check->streak.good ? CHECK_PASSES : CHECK_FAILS;
}

static void note(struct check *check, enum check_state state, const char *detail)
{
    struct check_facts *facts = check->facts;
    const bool is_news = state != facts->state;
    facts->state = state;
    snprintf(facts->detail, sizeof facts->detail, "%s", detail);
    if (!is_news)
        return;
    facts->since = mono_now();
    log_event(state == CHECK_PASSES ? LOG_NOTICE : LOG_WARN, "check",
              "name=%s state=%s detail=\"%s\"", facts->settings->name, check_state_name(state),
              facts->detail);
    check->all->changed(check->all->arg);
}

static void on_told(struct command *command)
{
    struct check *check = command->arg;
    check->facts->ran = mono_now();
    note(check, state_after(check), command->line);
}

/* ---- when ---- */

/* Variables that a check may rely on. The caller frees the texts. */
static void make_environment(const struct check *check, char *out[ENVIRONMENT_MAX])
{
    out[0] = mem_strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    out[1] = mem_strdup("LC_ALL=C");
    out[2] = mem_printf("PROXIMA_CHECK=%s", check->facts->settings->name);
    out[3] = mem_printf("PROXIMA_NODE=%s", check->all->settings->node);
    out[4] = mem_printf("PROXIMA_SERVICE=%s", check->facts->settings->service_name);
    out[5] = NULL;
}

static void set_timer(struct check *check, int64_t ms)
{
    ev_timer_stop(check->all->loop, &check->timer);
    ev_timer_set(&check->timer, ms > 0 ? (double)ms / 1000 : 0, 0);
    ev_timer_start(check->all->loop, &check->timer);
}

static void start(struct check *check)
{
    char *environment[ENVIRONMENT_MAX];
    ev_timer_stop(check->all->loop, &check->timer);
    check->is_due = false;
    check->started = mono_now();
    check->all->running++;
    make_environment(check, environment);
    command_start(&check->command, check->words, environment, check->facts->settings->timeout_ms);
    for (int i = 0; environment[i]; i++)
        free(environment[i]);
}

static struct check *longest_due(const struct commands *all)
{
    struct check *first = NULL;
    for (size_t i = 0; i < all->count; i++) {
        struct check *check = &all->check[i];
        if (check->is_due && (!first || mono_before(check->due, first->due)))
            first = check;
    }
    return first;
}

/* A run that fails to start calls on_gone() and so this again; no check is started twice by that.
 */
static void start_due(struct commands *all)
{
    struct check *next;
    while (all->running < (unsigned)all->settings->checks_at_once && (next = longest_due(all)))
        start(next);
}

static void on_due(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct check *check = timer->data;
    const bool is_overdue = check->is_due;
    if (!is_overdue)
        check->due = mono_now();
    check->is_due = true;
    set_timer(check, check->facts->settings->interval_ms);
    start_due(check->all);
    if (is_overdue && check->is_due)
        note(check, CHECK_NOT_RUN, "other checks do not end, and there is no place for it");
}

/* The next run is due an interval after this one began, but never before it has ended. */
static void on_gone(struct command *command)
{
    struct check *check = command->arg;
    check->all->running--;
    set_timer(check,
              check->facts->settings->interval_ms - mono_diff_ms(mono_now(), check->started));
    start_due(check->all);
}

/* ---- for the owner ---- */

static void open_check(struct commands *all, size_t i)
{
    struct check *check = &all->check[i];
    const struct command_settings *settings = settings_command(all->settings, i);
    check->all = all;
    check->facts = &all->facts[i];
    *check->facts =
        (struct check_facts){ .settings = settings, .state = CHECK_AWAITED, .since = mono_now() };
    check->words = mem_calloc(settings->command.count + 1, sizeof *check->words);
    memcpy(check->words, settings->command.items, settings->command.count * sizeof *check->words);
    check->command =
        (struct command){ .loop = all->loop, .told = on_told, .gone = on_gone, .arg = check };
    command_init(&check->command);
    ev_timer_init(&check->timer, on_due, 0, 0);
    check->timer.data = check;
    ev_timer_start(all->loop, &check->timer);
}

struct commands *commands_new(struct ev_loop *loop, const struct settings *settings,
                              void (*changed)(void *arg), void *arg)
{
    struct commands *all = mem_zalloc(sizeof *all);
    all->loop = loop;
    all->settings = settings;
    all->changed = changed;
    all->arg = arg;
    all->count = settings->checks.count;
    all->check = mem_calloc(all->count + 1, sizeof *all->check);
    all->facts = mem_calloc(all->count + 1, sizeof *all->facts);
    for (size_t i = 0; i < all->count; i++)
        open_check(all, i);
    return all;
}

void commands_free(struct commands *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->count; i++) {
        struct check *check = &all->check[i];
        ev_timer_stop(all->loop, &check->timer);
        command_stop(&check->command);
        free(check->words);
    }
    free(all->check);
    free(all->facts);
    free(all);
}

const struct check_facts *commands_facts(const struct commands *all)
{
    return all->facts;
}
