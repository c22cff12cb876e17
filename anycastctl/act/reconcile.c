/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile.c - plan, command, reply, read back, plan. Knows what is under way and what BIRD was
 * like when last read; hides BIRD's client. */
#include "anycastctl/act/reconcile.h"

#include "anycastctl/act/intents.h"
#include "anycastctl/act/picture.h"
#include "bird/client.h"
#include "bird/intent.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANGING_MS = 10, /* a protocol on its way up or down: look again soon */
    RETRY_MS = 100,   /* BIRD refused: ask again, but don't hammer */
    ATTEMPTS_MAX = 6, /* commands in a row without arriving: twice what the longest plan needs */
};

#define READ_OURS "show protocols \"svc_*\""

/* One service in one family. */
struct target {
    bool enabled;
    bool has_want;
    enum level want;
    struct proto_states states; /* unknown again as soon as a command may change them */
    unsigned under_way;         /* commands not answered yet */
    bool withdrawing;           /* a withdrawal was sent, and BIRD not read since */
    uint64_t touched;           /* the turn in which a command was sent or answered last */
    unsigned attempts;          /* commands since it was last as wanted */
    bool resting;               /* the last command failed: wait for the retry timer */
    bool settled;               /* was as wanted when last read: what differs now is drift */
    struct err problem;         /* why the last command failed */
};

struct reconcile {
    struct ev_loop *loop;
    const struct settings *settings;
    struct reconcile_events events;
    struct bird_client *client;
    ev_timer poll, again;

    uint64_t turn;      /* counts commands, replies and reads, to tell their order */
    uint64_t read_turn; /* in which the read under way was sent */
    bool reading, read_again;
    bool found;     /* BIRD has been read at least once */
    bool fresh;     /* the connection is new: the status will tell if BIRD is, too */
    bool restarted; /* its status says so; its protocols are still being read */
    struct bird_status status;
    char version[32];
    char stray[BIRD_SYMBOL_MAX];
    struct err intent_problem, read_problem;
    unsigned session_count;
    struct session_view session[VIEW_SESSIONS_MAX];

    struct target target[SERVICES_MAX][FAMILY_COUNT];
};

/* A command that waits for its reply. */
struct command {
    struct reconcile *owner;
    struct target *target;
    unsigned service;
    enum family family;
    struct mono sent;
    char text[BIRD_COMMAND_MAX];
};

static void read_protocols(struct reconcile *r, const char *command);

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
static void sync_intents(struct reconcile *r)
{
    struct intents intents = { .count = 0 };
    struct err err;
    if (bird_client_connected(r->client) && !r->found)
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
    read_protocols(command->owner, READ_OURS);
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
        .owner = r, .target = target, .service = service, .family = family, .sent = mono_now()
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

static void act(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    if (!bird_client_connected(r->client) || !target->has_want || target->resting)
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

static void act_on_all(struct reconcile *r)
{
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            act(r, s, (enum family)f);
}

/* ---- reading back ---- */

static bool is_as_wanted(const struct target *target)
{
    return target->has_want && target->under_way == 0 &&
           plan_next(target->want, &target->states).verb == PLAN_DONE;
}

static void tell_drift(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    struct reconcile_drift drift = { service, family, target->want, LEVEL_WITHDRAWN };
    target->settled = false;
    if (plan_announced(&target->states, &drift.found))
        r->events.drifted(r->events.arg, &drift);
}

static void judge(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    if (!is_as_wanted(target)) {
        if (target->settled)
            tell_drift(r, service, family);
        act(r, service, family);
        return;
    }
    bool arrived = !target->settled;
    target->settled = true;
    target->attempts = 0;
    err_clear(&target->problem);
    if (arrived)
        r->events.confirmed(r->events.arg, service, family);
}

/* The first look at a BIRD: what it announces is wanted; after its restart, nothing is. */
static void meet(struct reconcile *r)
{
    enum reconcile_found how = r->found ? FOUND_RESTARTED : FOUND_FIRST;
    for (unsigned s = 0; s < r->settings->service_count; s++) {
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct target *target = &r->target[s][f];
            target->has_want = r->settings->service[s].family[f].enabled;
            target->settled = false;
            if (how == FOUND_RESTARTED || !plan_announced(&target->states, &target->want))
                target->want = LEVEL_WITHDRAWN;
        }
    }
    r->found = true;
    r->restarted = false;
    r->events.found(r->events.arg, how);
}

/* A reply tells of the time when it was asked for: what was commanded since, it may not know. */
static void take_picture(struct reconcile *r, const struct picture *picture)
{
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct target *target = &r->target[s][f];
            if (target->under_way > 0 || target->touched > r->read_turn)
                continue;
            target->states = picture->protos[s][f];
            target->withdrawing = false;
        }
    snprintf(r->stray, sizeof r->stray, "%s", picture->stray);
    if (!r->found || r->restarted)
        meet(r);
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            judge(r, s, (enum family)f);
    sync_intents(r);
}

static void on_protocols(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct reconcile *r = arg;
    r->reading = false;
    if (outcome != BIRD_ANSWERED)
        return;
    struct picture picture;
    if (picture_read(r->settings, reply, &picture, &r->read_problem) == 0) {
        err_clear(&r->read_problem);
        take_picture(r, &picture);
    }
    if (r->read_again)
        read_protocols(r, READ_OURS);
}

static void on_all_protocols(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct reconcile *r = arg;
    if (outcome == BIRD_ANSWERED)
        r->session_count = picture_sessions(reply, r->session, VIEW_SESSIONS_MAX);
    on_protocols(arg, outcome, reply);
}

static void read_protocols(struct reconcile *r, const char *command)
{
    r->read_again = r->reading;
    if (r->reading || !bird_client_connected(r->client))
        return;
    bool all = strcmp(command, BIRD_COMMAND_PROTOCOLS) == 0;
    r->read_turn = ++r->turn;
    r->reading = bird_client_send(r->client, BIRD_READ, command,
                                  all ? on_all_protocols : on_protocols, r, &r->read_problem) == 0;
}

/* On an unbroken connection it can't have been restarted, whatever its times say: a clock that was
 * set moves them. */
static void on_status(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct reconcile *r = arg;
    struct bird_status status;
    if (outcome != BIRD_ANSWERED || bird_show_status(reply, &status, &r->read_problem) < 0)
        return;
    const bool rebooted = !bird_time_same(status.last_reboot, r->status.last_reboot);
    if (r->found && r->fresh && (rebooted || bird_client_restarted(r->client)))
        r->restarted = true;
    else if (r->found &&
             !bird_time_same(status.last_reconfiguration, r->status.last_reconfiguration))
        log_event(LOG_NOTICE, "bird-reconfigured", "at=\"%s\"", status.last_reconfiguration);
    r->fresh = false;
    r->status = status;
}

static void read_everything(struct reconcile *r)
{
    if (bird_client_send(r->client, BIRD_READ, BIRD_COMMAND_STATUS, on_status, r,
                         &r->read_problem) == 0)
        read_protocols(r, BIRD_COMMAND_PROTOCOLS);
}

/* ---- the connection, and time ---- */

static void on_up(void *arg, const struct bird_version *version)
{
    struct reconcile *r = arg;
    snprintf(r->version, sizeof r->version, "%s", version->text);
    r->fresh = true;
    r->events.connection(r->events.arg, true, version->text);
    act_on_all(r); /* a withdrawal that is due doesn't wait until BIRD has been read */
    read_everything(r);
}

static void on_down(void *arg, const char *reason)
{
    struct reconcile *r = arg;
    r->reading = r->read_again = false;
    r->session_count = 0;
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            r->target[s][f].states = (struct proto_states){ { PROTO_UNKNOWN } };
            r->target[s][f].withdrawing = false;
            r->target[s][f].attempts = 0;
        }
    sync_intents(r);
    r->events.connection(r->events.arg, false, reason);
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct reconcile *r = timer->data;
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            r->target[s][f].resting = false;
    act_on_all(r);
    read_protocols(r, READ_OURS);
}

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct reconcile *r = timer->data;
    if (bird_client_connected(r->client))
        read_everything(r);
    else
        sync_intents(r);
}

/* ---- for the owner ---- */

struct reconcile *reconcile_new(struct ev_loop *loop, const struct settings *settings,
                                const struct reconcile_events *events)
{
    struct reconcile *r = mem_zalloc(sizeof *r);
    r->loop = loop;
    r->settings = settings;
    r->events = *events;
    const struct bird_client_options options = {
        .path = settings->bird.socket,
        .arg = r,
        .on_up = on_up,
        .on_down = on_down,
        .timeout_ms = (int)settings->bird.timeout_ms,
        .greet_ms = (int)settings->bird.timeout_ms,
    };
    r->client = bird_client_new(loop, &options);
    double poll_s = (double)settings->bird.poll_ms / 1000;
    ev_timer_init(&r->poll, on_poll, poll_s, poll_s);
    r->poll.data = r;
    ev_init(&r->again, on_again);
    r->again.data = r;
    ev_timer_start(loop, &r->poll);
    bird_client_start(r->client);
    return r;
}

void reconcile_free(struct reconcile *r)
{
    if (!r)
        return;
    ev_timer_stop(r->loop, &r->poll);
    ev_timer_stop(r->loop, &r->again);
    bird_client_free(r->client);
    free(r);
}

void reconcile_want(struct reconcile *r, unsigned service, enum family family, enum level level)
{
    struct target *target = &r->target[service][family];
    if (target->has_want && target->want == level)
        return;
    target->has_want = true;
    target->want = level;
    target->settled = target->resting = false;
    target->attempts = 0;
    act(r, service, family);
}

bool reconcile_announced(const struct reconcile *r, unsigned service, enum family family,
                         enum level *out)
{
    return plan_announced(&r->target[service][family].states, out);
}

bool reconcile_is_confirmed(const struct reconcile *r, unsigned service, enum family family)
{
    return is_as_wanted(&r->target[service][family]);
}

static const char *missing_level(const struct proto_states *states)
{
    for (int l = LEVEL_DRAIN; l < LEVEL_COUNT; l++)
        if (states->level[l] == PROTO_MISSING)
            return level_name((enum level)l);
    return NULL;
}

char *reconcile_problem(const struct reconcile *r, unsigned service, enum family family,
                        char out[VIEW_TEXT_MAX])
{
    const struct target *target = &r->target[service][family];
    const char *missing = missing_level(&target->states);
    out[0] = '\0';
    if (bird_client_restricted(r->client))
        snprintf(out, VIEW_TEXT_MAX,
                 "BIRD's control socket %s is restricted: it lets us look, but "
                 "not act",
                 r->settings->bird.socket);
    else if (missing)
        snprintf(out, VIEW_TEXT_MAX,
                 "BIRD has no protocol svc_%s_%d_%s: include services.conf in "
                 "bird.conf, then birdc configure",
                 r->settings->service[service].name, family_number(family), missing);
    else if (target->problem.msg[0])
        snprintf(out, VIEW_TEXT_MAX, "%s", target->problem.msg);
    return out;
}

static void add_alarms(const struct reconcile *r, struct node_view *view)
{
    if (!view->bird.connected)
        view_add_alarm(view, "no connection to BIRD: %s: is it running? try: systemctl status bird",
                       bird_client_problem(r->client));
    if (r->stray[0])
        view_add_alarm(view,
                       "BIRD announces %s, but no service of that name is configured: "
                       "nobody withdraws it; try: birdc disable %s",
                       r->stray, r->stray);
    if (r->intent_problem.msg[0])
        view_add_alarm(view, "%s: a `birdc configure` may undo what is announced",
                       r->intent_problem.msg);
    if (r->read_problem.msg[0])
        view_add_alarm(view, "%s", r->read_problem.msg);
}

void reconcile_view(const struct reconcile *r, struct node_view *view)
{
    struct bird_view *bird = &view->bird;
    bird->connected = bird_client_connected(r->client);
    snprintf(bird->problem, sizeof bird->problem, "%s", bird_client_problem(r->client));
    snprintf(bird->version, sizeof bird->version, "%s", r->version);
    snprintf(bird->last_reboot, sizeof bird->last_reboot, "%s", r->status.last_reboot);
    snprintf(bird->last_reconfiguration, sizeof bird->last_reconfiguration, "%s",
             r->status.last_reconfiguration);
    bird->session_count = r->session_count;
    memcpy(bird->session, r->session, sizeof bird->session);
    add_alarms(r, view);
}
