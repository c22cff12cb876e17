/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply.c - the order of things, and the way back. */
#include "bird/config/apply.h"

#include "bird/config/configure.h"
#include "bird/config/render.h"
#include "bird/config/snapshot.h"
#include "common/mem.h"
#include "common/mono.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    /* connect retry 5 s, and the neighbour's own idea of when to try again; and a full table that
     * goes through new filters keeps BIRD busy for seconds */
    WAIT_MS = 30000,
    CONNECT_MS = 2000,
    LOOK_MS = 200,
};

struct applying {
    const struct bird_apply *how;
    const struct plan *plan;
    struct bird_ask *ask;
    struct snapshot before;
    struct bird_files old;
    char *path; /* of bird.conf */
    int wait_ms;
};

static void say(const struct applying *a, const char *text)
{
    if (a->how->step)
        a->how->step(a->how->arg, text);
}

/* 0: all is as it should be; 1: not yet; -1: it is wrong. */
static int look(struct applying *a, struct err *err)
{
    struct snapshot now;
    if (snapshot_take(a->ask, a->plan, &now, err))
        return -1;
    char *fault = snapshot_fault(a->plan, &now);
    char *problem = fault ? NULL : snapshot_problem(a->plan, &a->before, &now);
    if (fault || problem)
        err_set(err, "%s", fault ? fault : problem);
    const int result = fault ? -1 : problem ? 1 : 0;
    free(fault);
    free(problem);
    snapshot_free(&now);
    return result;
}

/* What is not yet as it should be may become so, until the time is over. */
static int verify(struct applying *a, struct err *err)
{
    const struct mono deadline = mono_add_ms(mono_now(), a->wait_ms);
    for (;;) {
        const int result = look(a, err);
        if (result <= 0)
            return result;
        if (mono_diff_ms(deadline, mono_now()) <= 0)
            return -1;
        poll(NULL, 0, LOOK_MS);
    }
}

static int install(struct applying *a, const struct bird_files *files, struct err *err)
{
    const struct bird_input *input = a->plan->input;
    if (bird_files_write(input->bird.dir, input->bird.group, files, err))
        return -1;
    return bird_configure(a->ask, a->path, a->wait_ms, err);
}

/* A BIRD that went away may be back by now; it has read whatever file was there then. */
static int reconnect(struct applying *a, struct err *err)
{
    bird_ask_close(a->ask);
    a->ask = bird_ask_await(a->plan->input->bird.socket, a->wait_ms, a->wait_ms, err);
    return a->ask ? 0 : -1;
}

static int roll_back(struct applying *a, struct err *err)
{
    const struct bird_input *input = a->plan->input;
    say(a, "rolling back: the old files, and configure again");
    if (bird_files_write(input->bird.dir, input->bird.group, &a->old, err) || reconnect(a, err))
        return -1;
    return bird_configure(a->ask, a->path, a->wait_ms, err);
}

/* What could not be written may have left all as it was. */
static bool files_are_old(const struct applying *a)
{
    struct err ignored;
    struct bird_files now;
    if (bird_files_read(a->plan->input->bird.dir, &now, &ignored))
        return false;
    bool same = bird_files_same(&now, &a->old);
    bird_files_free(&now);
    return same;
}

/* Always -1: `err` has what went wrong, and gets how it ended. */
static int fail(struct applying *a, struct err *err)
{
    struct err back;
    const struct err why = *err;
    if (files_are_old(a))
        return err_set(err, "%s. Nothing was changed", why.msg);
    if (!a->old.conf)
        return err_set(err, "%s. There was no %s before: it stays, as BIRD runs with what it had",
                       why.msg, a->path);
    if (roll_back(a, &back))
        return err_set(err,
                       "%s. Rolling back FAILED: %s. The old %s is in place unless that says "
                       "otherwise: look at birdc show protocols",
                       why.msg, back.msg, a->path);
    return err_set(err, "%s. Rolled back: %s is the old one, and BIRD has read it", why.msg,
                   a->path);
}

static int apply(struct applying *a, const struct bird_files *fresh, struct err *err)
{
    char text[160];
    if (snapshot_take(a->ask, a->plan, &a->before, err))
        return -1;
    snprintf(text, sizeof text, "BIRD %s: %u of %u sessions with providers are established",
             bird_ask_version(a->ask), snapshot_established(a->plan, &a->before),
             a->plan->session_count);
    say(a, text);
    if (bird_files_read(a->plan->input->bird.dir, &a->old, err))
        return -1;
    say(a, "installing it, and configure");
    if (install(a, fresh, err))
        return fail(a, err);
    say(a, "looking whether sessions and announcements are as before");
    return verify(a, err) ? fail(a, err) : 0;
}

int bird_apply(const struct bird_apply *how, const struct plan *plan,
               const struct bird_files *fresh, struct err *err)
{
    struct applying a = { .how = how,
                          .plan = plan,
                          .wait_ms = how->wait_ms ? how->wait_ms : WAIT_MS };
    a.ask = bird_ask_await(plan->input->bird.socket, CONNECT_MS, a.wait_ms, err);
    if (!a.ask)
        return err_wrap(err,
                        "no BIRD runs that could load it: write it with --output %s, and start "
                        "BIRD",
                        plan->input->bird.dir);
    a.path = mem_printf("%s/" BIRD_CONF_NAME, plan->input->bird.dir);
    int result = apply(&a, fresh, err);
    snapshot_free(&a.before);
    bird_files_free(&a.old);
    bird_ask_close(a.ask);
    free(a.path);
    return result;
}
