/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - anycastd: decides whether this node is announced, and tells BIRD. */
#include "anycastctl/controller.h"
#include "anycastctl/daemon.h"
#include "common/log.h"

#include <stdlib.h>

static void reload(void *controller)
{
    controller_reload(controller);
}

static int run(struct daemon *daemon, struct err *err)
{
    if (daemon_settle(daemon, NULL, err) < 0)
        return -1;
    struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
    struct controller *controller = controller_new(loop, &daemon->settings, daemon->path, err);
    if (controller)
        daemon_run(loop, reload, controller);
    controller_free(controller);
    ev_loop_destroy(loop);
    return controller ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct daemon daemon = {
        .name = "anycastd",
        .about = "Announces or withdraws the services of this node through BIRD.",
    };
    int status = daemon_begin(&daemon, argc, argv);
    if (status >= 0)
        return status;
    struct err err;
    int result = run(&daemon, &err);
    if (result < 0)
        log_event(LOG_ERROR, "start-failed", "error=\"%s\"", err.msg);
    log_stop_thread();
    settings_free(&daemon.settings);
    return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
