/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breakage.c - the acts. */
#include "anycastctl/breaker/breakage.h"

#include "anycastctl/breaker/starter.h"
#include "common/ctl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum { DNSD_PATIENCE_MS = 1000 };

static const char *socket_of(const struct breaker_conf *conf, enum role role)
{
    return conf->role[role].socket;
}

int breakage_prepare(struct breakage *breakage, const struct breaker_conf *conf, struct err *err)
{
    int killed = act_kills(breakage->act);
    breakage->process.pidfd = -1;
    if (killed >= 0)
        return process_find(socket_of(conf, (enum role)killed), &breakage->process, err);
    switch (breakage->act) {
    case ACT_DNSD_STOP:
        return process_find(socket_of(conf, ROLE_DNSD), &breakage->process, err);
    case ACT_LINK_DROP:
        return neighbours_ask(socket_of(conf, ROLE_BIRD), &breakage->neighbours, err);
    default:
        return json_array_size(breakage->zones) ? 0 : err_set(err, "\"zones\" must name some");
    }
}

struct note breakage_note(const struct breakage *breakage)
{
    return (struct note){ breakage->act, breakage->process.pid, breakage->process.started };
}

/* for_ms 0: they answer again. */
static int ask_to_fail(const struct breaker_conf *conf, json_t *zones, int64_t for_ms,
                       struct err *err)
{
    json_t *reply = ctl_call(
        "dnsd", socket_of(conf, ROLE_DNSD),
        json_pack("{s:s, s:O, s:I}", "cmd", "fail", "zones", zones, "for_ms", (json_int_t)for_ms),
        DNSD_PATIENCE_MS, err);
    json_decref(reply);
    return reply ? 0 : -1;
}

int breakage_do(struct breakage *breakage, const struct breaker_conf *conf, struct err *err)
{
    switch (breakage->act) {
    case ACT_DNSD_STOP:
        return process_signal(&breakage->process, SIGSTOP, err);
    case ACT_LINK_DROP:
        breakage->link = link_drop(&breakage->neighbours, err);
        return breakage->link ? 0 : -1;
    case ACT_DNSD_SERVFAIL:
        return ask_to_fail(conf, breakage->zones, breakage->for_ms, err);
    default:
        return process_signal(&breakage->process, SIGKILL, err);
    }
}

static int answer_again(const struct breaker_conf *conf, struct err *err)
{
    json_t *none = json_array();
    int result = ask_to_fail(conf, none, 0, err);
    json_decref(none);
    return result;
}

/* A watchdog may have ended it meanwhile. */
static int go_on(const struct process *process, const char **how, struct err *err)
{
    *how = "dnsd goes on (SIGCONT)";
    if (process_signal(process, SIGCONT, err) == 0)
        return 0;
    if (errno != ESRCH)
        return -1;
    err_clear(err);
    *how = "the stopped dnsd is gone";
    return 0;
}

int breakage_undo(struct breakage *breakage, const struct breaker_conf *conf, const char **how,
                  struct err *err)
{
    struct link *link = breakage->link;
    breakage->link = NULL;
    switch (breakage->act) {
    case ACT_DNSD_STOP:
        return go_on(&breakage->process, how, err);
    case ACT_LINK_DROP:
        *how = "packets pass again";
        return link ? link_restore(link, err) : 0;
    case ACT_DNSD_SERVFAIL:
        *how = "the zones answer again";
        return answer_again(conf, err);
    default:
        *how = "started";
        return starter_start(conf, (enum role)act_kills(breakage->act), err);
    }
}

bool breakage_is_over(const struct breakage *breakage, const struct breaker_conf *conf)
{
    int killed = act_kills(breakage->act);
    return killed >= 0 && process_is_new(socket_of(conf, (enum role)killed), &breakage->process);
}

void breakage_close(struct breakage *breakage)
{
    process_close(&breakage->process);
}

/* What it was is gone with the helper that owned it, but for these. */
const char *breakage_repair(const struct note *note, const struct breaker_conf *conf,
                            struct err *err)
{
    const char *how = "";
    struct breakage left = { .act = note->act };
    if (note->act == ACT_LINK_DROP)
        return "the kernel has restored the link";
    if (process_find_again(note->pid, note->started, &left.process) && note->act == ACT_DNSD_STOP)
        return "the stopped dnsd is gone";
    if (left.process.pidfd < 0) /* what is new is anybody but this one */
        left.process = (struct process){ -1, note->pid, note->started };
    if (breakage_is_over(&left, conf))
        how = "it runs again";
    else if (breakage_undo(&left, conf, &how, err))
        how = "";
    breakage_close(&left);
    return how;
}
