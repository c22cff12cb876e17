/* SPDX-License-Identifier: GPL-3.0-or-later */
/* orders.c - announce, drain, withdraw, resume: what an operator orders, and what became of it. */
#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/show.h"
#include "anycastctl/cli/status.h"
#include "common/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOK_MS = 30, LOOKS = 10, LOOK_TIMEOUT_MS = 1000 };

static json_t *build_request(const struct cli *cli, const char *intent)
{
    json_t *request = json_pack("{s:s, s:s, s:s}", "cmd", "order", "intent", intent, "user",
                                cli_user());
    if (!request) /* a user name that is no UTF-8 */
        request = json_pack("{s:s, s:s}", "cmd", "order", "intent", intent);
    if (cli->service)
        json_object_set_new(request, "service", json_string(cli->service));
    if (cli->reason)
        json_object_set_new(request, "reason", json_string(cli->reason));
    if (cli->force)
        json_object_set_new(request, "force", json_true());
    if (cli->for_ms)
        json_object_set_new(request, "for_ms", json_integer(cli->for_ms));
    return request;
}

/* What BIRD announces is known, and is what was decided. */
static bool is_taken(const json_t *status)
{
    const json_t *service, *family;
    size_t i, j;
    json_array_foreach(get(status, "services"), i, service)
        json_array_foreach(get(service, "families"), j, family)
            if (strcmp(get_text(family, "actual"), get_text(family, "decided")) != 0)
                return false;
    return true;
}

/* The status as soon as BIRD has taken what was decided, which is a matter of milliseconds, or what
 * it is otherwise. `status` is the one that came with the order. Returns new. */
static json_t *await_bird(const struct cli *cli, json_t *status)
{
    const struct timespec pause = { .tv_nsec = LOOK_MS * 1000L * 1000 };
    json_t *latest = json_incref(status);
    for (int i = 0; i < LOOKS && !is_taken(latest); i++) {
        struct err ignored;
        nanosleep(&pause, NULL);
        json_t *next = ctl_call("anycastd", cli->socket, json_pack("{s:s}", "cmd", "status"),
                                LOOK_TIMEOUT_MS, &ignored);
        if (!next)
            break;
        json_decref(latest);
        latest = next;
    }
    return latest;
}

/* Shows the status right after the order: what is decided, and done; time does the rest. */
static int give_order(const struct cli *cli, const char *intent, const char *done)
{
    json_t *reply = cli_ask_anycastd(cli, build_request(cli, intent));
    if (!reply)
        return EXIT_TROUBLE;
    if (*get_text(reply, "warning"))
        fprintf(stderr, "anycastctl: warning: %s\n", get_text(reply, "warning"));
    if (cli->json) {
        show_json(reply);
    } else {
        show_line(cli->colour, SHOW_BOLD, "%s", done);
        json_t *status = await_bird(cli, (json_t *)get(reply, "status"));
        status_print(status, cli->colour);
        json_decref(status);
    }
    json_decref(reply);
    return EXIT_HEALTHY;
}

int cmd_announce(const struct cli *cli)
{
    struct err err;
    if (!cli->for_ms) {
        err_set(&err,
                "a forced announcement needs an end: say for how long, as in "
                "\"anycastctl announce --for 30m\" (to let health decide: anycastctl resume)");
        return cli_trouble(&err);
    }
    return give_order(cli, "forced", "Announcing against the evidence, unless dnsd cannot answer.");
}

int cmd_drain(const struct cli *cli)
{
    return give_order(cli, "drain",
                      "Draining: when the queries have gone elsewhere, the prefix is withdrawn.");
}

int cmd_withdraw(const struct cli *cli)
{
    return give_order(cli, "withdrawn", cli->force ? "Withdrawing at once." : "Withdrawing.");
}

int cmd_resume(const struct cli *cli)
{
    return give_order(cli, "auto", "Health decides again.");
}
