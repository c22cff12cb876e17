/* SPDX-License-Identifier: GPL-3.0-or-later */
/* birdconfig_apply.c - bird-config --apply: checks first, then says each step of the way. */
#include "anycastctl/cli/birdconfig.h"
#include "anycastctl/cli/show.h"
#include "bird/config/apply.h"
#include "bird/config/program.h"

#include <limits.h>

static void print_step(void *arg, const char *text)
{
    const struct cli *cli = arg;
    if (!cli->json)
        show_line(cli->colour, SHOW_PLAIN, "%s", text);
}

static int trouble(const struct cli *cli, const struct err *err)
{
    if (cli->json) {
        json_t *result = json_pack("{s:b, s:s}", "applied", 0, "error", err->msg);
        show_json(result);
        json_decref(result);
    }
    return cli_trouble(err);
}

int birdconfig_apply(const struct cli *cli, const struct plan *plan, const struct bird_files *fresh)
{
    struct err err;
    const struct bird_apply how = { .wait_ms = (int)(cli->wait_ms < INT_MAX ? cli->wait_ms
                                                                            : INT_MAX),
                                    .arg = (void *)cli,
                                    .step = print_step };
    if (bird_program_check(birdconfig_program(), fresh, &err) ||
        bird_apply(&how, plan, fresh, &err))
        return trouble(cli, &err);
    if (cli->json) {
        json_t *result = json_pack("{s:b}", "applied", 1);
        show_json(result);
        json_decref(result);
    } else {
        show_line(cli->colour, SHOW_GOOD, "applied");
    }
    return EXIT_HEALTHY;
}
