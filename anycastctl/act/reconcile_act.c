/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile_act.c - from a plan to a command, from its reply to the next look; and the intent
 * folder beside it. */
#include "anycastctl/act/intents.h"
#include "anycastctl/act/reconcile_state.h"
#include "bird/intent.h"
#include "bird/names.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANGING_MS = 10, /* a protocol on its way up or down: look again soon */
    RETRY_MS = 100,   /* BIRD refused: ask again, but don't hammer */
    ATTEMPTS_MAX = 8, /* commands in a row without arriving: twice what the longest plan needs */
};

/* A command that waits for its reply. */
struct command {
    struct reconcile *owner;
    struct target *target;
    unsigned service;
    enum family family;
    enum level wanted;
    struct mono sent;
    char text[BIRD_COMMAND_MAX];
};
static struct bird_name name_of(const struct reconcile *r, unsigned service, enum family family,
                                enum level level)
{
    struct bird_name name = { .family = family_number(family), .level = level };
    snprintf(name.service, sizeof name.service, "%s", r->settings->service[service].name);
    return name;
}

/* ---- the intent folder ---- */

static void note_intent_result(struct reconcile *r, int result, const struct err *err)
{
    if (result >= 0) {
        err_clear(&r->intent_problem);
        return;
    }
    if (strcmp(r->intent_problem.msg, err->msg) != 0)
        log_event(LOG_ERROR, "intent-failed", "error=\"%s\"", err->msg);
    r->intent_problem = *err;
}

static void clear_intent(struct reconcile *r, unsigned service, enum family family)
{
    struct err err;
    int result = bird_intent_clear_service(r->settings->bird.intent_dir,
                                           r->settings->service[service].name,
                                           family_number(family), &err);
    note_intent_result(r, result, &err);
}

static void set_intent(struct reconcile *r, unsigned service, enum family family, enum level level)
{
    struct err err;
    struct bird_name name = name_of(r, service, family, level);
    int result = bird_intent_prepare(r->settings->bird.intent_dir, &err);
    if (result == 0)
        result = bird_intent_set(r->settings->bird.intent_dir, &name, &err);
    note_intent_result(r, result, &err);
}

/* The wanted level must have its file once it is up; others may keep theirs while they are up, and
 * must if the wanted one cannot come. */
static void add_rules(const struct reconcile *r, unsigned service, enum family family,
                      struct intents *intents)
{
    const struct target *target = &r->target[service][family];
    if (!target->has_want || target->want == LEVEL_WITHDRAWN)
        return;
    bool blocked = plan_next(target->want, &target->states).verb == PLAN_BLOCKED;
    for (int l = LEVEL_DRAIN; l < LEVEL_COUNT; l++) {
        enum level level = (enum level)l;
        bool wanted = level == target->want, up = target->states.level[l] == PROTO_UP;
        if (wanted || up)
            intents->rule[intents->count++] = (struct intent_rule){
                name_of(r, service, family, level), up && (wanted || blocked)
            };
    }
}

/* Without BIRD, or before we know what it announces, nobody's file shall be there. */
void reconcile_sync_intents(struct reconcile *r)
{
    struct intents intents = { .count = 0 };
    struct err err;
    if (r->settings->dry_run || (bird_client_connected(r->client) && !r->found))
        return;
    if (bird_client_connected(r->client))
        for (unsigned s = 0; s < r->settings->service_count; s++)
            for (int f = 0; f < FAMILY_COUNT; f++)
                add_rules(r, s, (enum family)f, &intents);
    int changed = intents_sync(r->settings->bird.intent_dir, &intents, &err);
    note_intent_result(r, changed, &err);
}

/* ---- commands ---- */

/* At most one timer runs; an earlier wish wins. */
static void look_again(struct reconcile *r, int ms)
{
    if (ev_is_active(&r->again) && ev_timer_remaining(r->loop, &r->again) <= ms / 1000.0)
        return;
    ev_timer_stop(r->loop, &r->again);
    ev_timer_set(&r->again, ms / 1000.0, 0);
    ev_timer_start(r->loop, &r->again);
}

static void rest(struct reconcile *r, struct target *target)
{
    target->resting = true;
    look_again(r, RETRY_MS);
}

static void tell_act(const struct command *command, const char *reply, bool done)
{
    const struct reconcile *r = command->owner;
    const struct reconcile_act act = {
        .service = command->service,
        .family = command->family,
        .command = command->text,
        .wanted = command->wanted,
        .reply = reply,
        .done = done,
        .took_ms = mono_diff_s(mono_now(), command->sent) * 1000,
    };
    r->events.acted(r->events.arg, &act);
}

static void on_answer(struct command *command, const struct bird_reply *reply)
{
    const struct bird_line *line = bird_reply_headline(reply);
    bool done = bird_reply_result(reply) != BIRD_FAILED;
    char text[256];
    snprintf(text, sizeof text, "%04d %.200s", line->code, line->text);
    if (!done) {
        err_set(&command->target->problem, "BIRD refuses %s: %s", command->text, text);
        rest(command->owner, command->target);
    }
    tell_act(command, text, done);
    reconcile_read_back(command->owner);
}

static void on_command(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct command *command = arg;
    struct target *target = command->target;
    if (outcome != BIRD_STOPPED) {
        target->under_way--;
        target->touched = ++command->owner->turn;
        if (outcome == BIRD_ANSWERED)
            on_answer(command, reply);
        else
            tell_act(command, bird_outcome_name(outcome), false);
    }
    free(command);
}

static bool send_command(struct reconcile *r, unsigned service, enum family family,
                         const char *text)
{
    struct target *target = &r->target[service][family];
    struct command *command = mem_zalloc(sizeof *command);
    *command = (struct command){
        .owner = r,
        .target = target,
        .service = service,
        .family = family,
        .wanted = target->want,
        .sent = mono_now(),
    };
    snprintf(command->text, sizeof command->text, "%s", text);
    /* All in the urgent lane, which keeps their order: no announcement may overtake a withdrawal
     * sent after it, nor be overtaken by one sent before. */
    if (bird_client_send(r->client, BIRD_URGENT, text, on_command, command, &target->problem) < 0) {
        free(command);
        rest(r, target);
        return false;
    }
    target->under_way++;
    target->attempts++;
    target->touched = ++r->turn;
    return true;
}

static void withdraw(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    char text[BIRD_COMMAND_MAX];
    bird_command_withdraw(r->settings->service[service].name, family_number(family), text);
    if (send_command(r, service, family, text)) {
        target->withdrawing = true;
        target->states = (struct proto_states){ { PROTO_UNKNOWN } };
    }
    clear_intent(r, service, family);
}

/* What came of it, the commands for each service tell. */
static void on_swept(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    (void)arg;
    if (outcome == BIRD_STOPPED)
        return;
    const bool answered = outcome == BIRD_ANSWERED;
    const bool done = answered && bird_reply_result(reply) != BIRD_FAILED;
    log_event(done ? LOG_INFO : LOG_WARN, "bird",
              "command='" BIRD_COMMAND_WITHDRAW_ALL "' reply=\"%s\"",
              answered ? bird_reply_headline(reply)->text : bird_outcome_name(outcome));
}

void reconcile_sweep(struct reconcile *r)
{
    struct err ignored; /* the commands for each service meet the same */
    if (!r->settings->dry_run && bird_client_connected(r->client))
        bird_client_send(r->client, BIRD_URGENT, BIRD_COMMAND_WITHDRAW_ALL, on_swept, NULL,
                         &ignored);
}

static void enable(struct reconcile *r, unsigned service, enum family family, enum level level)
{
    struct bird_name name = name_of(r, service, family, level);
    char text[BIRD_COMMAND_MAX];
    set_intent(r, service, family, level);
    if (send_command(r, service, family, bird_command_enable(&name, text)))
        r->target[service][family].states.level[level] = PROTO_UNKNOWN;
}

static void disable(struct reconcile *r, unsigned service, enum family family, enum level level)
{
    struct bird_name name = name_of(r, service, family, level);
    char text[BIRD_COMMAND_MAX];
    if (send_command(r, service, family, bird_command_disable(&name, text)))
        r->target[service][family].states.level[level] = PROTO_UNKNOWN;
}

/* BIRD takes the commands, but does not get where they lead. */
static bool is_stuck(struct reconcile *r, struct target *target)
{
    if (target->attempts < ATTEMPTS_MAX)
        return false;
    err_set(&target->problem, "BIRD took %u commands without effect", target->attempts);
    target->attempts = 0;
    rest(r, target);
    return true;
}

void reconcile_act(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    if (r->settings->dry_run || !bird_client_connected(r->client) || !target->has_want ||
        target->resting)
        return;
    struct plan plan = plan_next(target->want, &target->states);
    if (plan.verb == PLAN_READ && !target->under_way && !r->reading)
        look_again(r, CHANGING_MS);
    bool commands = plan.verb == PLAN_ENABLE || plan.verb == PLAN_DISABLE ||
                    (plan.verb == PLAN_WITHDRAW && !target->withdrawing);
    if (!commands || is_stuck(r, target))
        return;
    if (plan.verb == PLAN_WITHDRAW)
        withdraw(r, service, family);
    else if (plan.verb == PLAN_ENABLE)
        enable(r, service, family, plan.level);
    else
        disable(r, service, family, plan.level);
}

void reconcile_act_all(struct reconcile *r)
{
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            reconcile_act(r, s, (enum family)f);
}
