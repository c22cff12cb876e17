/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - anycastd: decides whether this node is announced, and tells BIRD. */
#include "anycastctl/controller.h"
#include "anycastctl/daemon.h"

static void reload(void *controller)
{
    controller_reload(controller);
}

static bool is_ready(void *controller)
{
    return controller_is_ready(controller);
}

static int run(struct daemon *daemon, struct err *err)
{
    if (daemon_settle(daemon, NULL, err) < 0)
        return -1;
    /* Not the default loop, which would take the exit statuses of external checks. */
    struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);
    struct controller *controller = controller_new(loop, &daemon->settings, daemon->path, err);
    const int result = controller ? 0 : -1;
    if (controller)
        daemon_run(loop, &(struct daemon_life){ controller, reload, is_ready });
    controller_free(controller);
    ev_loop_destroy(loop);
    return result;
}

int main(int argc, char **argv)
{
    struct daemon daemon = {
        .name = "anycastd",
        .protection = { .oom_score_adj = -900, .nice = -10 }, /* before dnsd */
        .about = "Announces or withdraws the services of this node through BIRD.",
        .has_dry_run = true,
    };
    return daemon_main(&daemon, argc, argv, run);
}
