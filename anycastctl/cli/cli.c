/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli.c - the table of commands, and how they reach the daemons. */
#include "anycastctl/cli/cli.h"

#include "common/ctl.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct cli_command cli_commands[] = {
    { "status", "", "", "what is announced, why, and what would happen next", cmd_status },
    { "watch", "", "", "the same, again and again, at each change", cmd_watch },
    { "announce", "--for TIME [--service NAME] [--reason TEXT]", "fsr",
      "announce against the evidence (never with a dead dnsd), for so long", cmd_announce },
    { "drain", "[--for TIME] [--service NAME] [--reason TEXT] [--force]", "fsrF",
      "leave without losing a query, and stay away", cmd_drain },
    { "withdraw", "[--for TIME] [--service NAME] [--reason TEXT] [--force]", "fsrF",
      "leave without a drain, and stay away", cmd_withdraw },
    { "resume", "[--service NAME] [--reason TEXT]", "sr", "let health decide again", cmd_resume },
    { "history", "[--last N | CHANGE] [--config FILE]", "nc",
      "what happened, and on what evidence; of one change: what has proven it", cmd_history, 1 },
    { "zones", "", "", "dnsd's zones, their serials and states", cmd_zones },
    { "check", "", "", "whether the parts of this node talk to each other, and agree", cmd_check },
    { "doctor",
      "[--only CHECK,...] [--all] [--list] [--config FILE] [--bird-conf FILE] [--root DIR]",
      "oalbtc", "what is wrong or risky on this node and its host, each with the fix", cmd_doctor },
    { "bird-config",
      "[--diff] [--check] [--apply [--wait TIME]] [--output DIR] [--config FILE] [--bird-version X]\n"
      "            [--profiles]",
      "dkAOcvpw", "BIRD's configuration, out of bgp.conf", cmd_bird_config },
    { 0 },
};

json_t *cli_ask_anycastd(const struct cli *cli, json_t *request)
{
    struct err err;
    json_t *reply = ctl_call("anycastd", cli->socket, request, CALL_TIMEOUT_MS, &err);
    if (!reply) {
        cli_trouble(&err);
        if (strstr(err.msg, "is it running?"))
            fputs(
                "without it what BIRD announces stays, unless dnsd dies: then anycastguard withdraws. "
                "What was last: anycastctl history; what is wrong: anycastctl doctor;\n"
                "to leave by hand: birdc 'disable \"svc_*\"'\n",
                stderr);
    }
    return reply;
}

json_t *cli_ask_dnsd(const struct cli *cli, json_t *request)
{
    struct err err;
    json_t *reply = ctl_call("dnsd", cli->dnsd_socket, request, CALL_TIMEOUT_MS, &err);
    if (!reply)
        cli_trouble(&err);
    return reply;
}

const char *cli_user(void)
{
    const char *name = getenv("SUDO_USER");
    if (!name)
        name = getenv("USER");
    const struct passwd *user = name ? NULL : getpwuid(getuid());
    return user ? user->pw_name : name ? name : "";
}

int cli_trouble(const struct err *err)
{
    fprintf(stderr, "anycastctl: %s\n", err->msg);
    return EXIT_TROUBLE;
}
