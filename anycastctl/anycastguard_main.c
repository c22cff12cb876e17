/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anycastguard_main.c - anycastguard: withdraws what nobody answers when anycastd is gone. */
#include "anycastctl/daemon.h"
#include "anycastctl/guard.h"
#include "common/log.h"

#include <stdlib.h>
#include <sys/capability.h>

static void reload(void *guard)
{
    (void)guard;
    log_event(LOG_NOTICE, "reload-ignored", "remedy=\"restart anycastguard: it changes no route\"");
}

static bool is_ready(void *guard)
{
    return guard_is_ready(guard);
}

static int run(struct daemon *daemon, struct err *err)
{
    static const int keep[] = { CAP_KILL, -1 }; /* to end a BIRD of another user */
    if (daemon_settle(daemon, keep, err) < 0)
        return -1;
    struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
    struct guard *guard = guard_new(loop, &daemon->settings, err);
    if (!guard)
        return -1;
    const struct protection protection = protect_get();
    log_event(LOG_NOTICE, "start", "version=%s node=%s oom_score_adj=%d nice=%d", PACKAGE_VERSION,
              daemon->settings.node, protection.oom_score_adj, protection.nice);
    if (daemon->settings.dry_run)
        log_event(LOG_WARN, "dry-run", "effect=\"what is demanded is not done\"");
    daemon_run(loop, &(struct daemon_life){ guard, reload, is_ready });
    log_event(LOG_NOTICE, "stop", "effect=\"nothing is withdrawn\"");
    guard_free(guard);
    ev_loop_destroy(loop);
    return 0;
}

int main(int argc, char **argv)
{
    struct daemon daemon = {
        .name = "anycastguard",
        .protection = { .oom_score_adj = -1000, .nice = -10 }, /* the last one to go */
        .about = "Withdraws what nobody answers when anycastd is gone.",
    };
    return daemon_main(&daemon, argc, argv, run);
}
