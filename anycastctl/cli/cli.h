/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli.h - anycastctl, the operator's hands: one small program of commands, each of which asks a
 * daemon over its control socket and shows the reply, as a table for a person or with --json for a
 * script.
 *
 * Exit status, the same for all commands: 0 done, and the node is healthy where that was asked; 1
 * the node is not healthy, or a check failed; 2 the command could not be carried out. */
#ifndef PROXIMA_CLI_CLI_H
#define PROXIMA_CLI_CLI_H

#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { EXIT_HEALTHY = 0, EXIT_UNHEALTHY = 1, EXIT_TROUBLE = 2, CALL_TIMEOUT_MS = 5000 };

/* What the options say. */
struct cli {
    const char *socket;      /* anycastd's control socket */
    const char *dnsd_socket; /* dnsd's */
    const char *service;     /* --service; NULL: all */
    const char *reason;      /* --reason; NULL: none */
    int64_t for_ms;          /* --for; 0: until further notice */
    int last;                /* --last */
    char *const *words;      /* behind the command's name: at most its `words_max` */
    int word_count;
    const char *config;    /* --config: anycastd.conf, bgp.conf; NULL: the installed one */
    const char *bird_conf; /* --bird-conf; NULL: the running BIRD's */
    const char *only;      /* --only: names of checks; NULL: all */
    const char *root;      /* --root: a recorded machine's folder; NULL: this one */
    bool all, list;        /* --all, --list */
    bool force;            /* --force */
    bool json, colour;
    /* bird-config: */
    const char *bird_version; /* --bird-version; NULL: that of the BIRD that runs, or is there */
    const char *output;       /* --output; NULL: none */
    int64_t wait_ms;          /* --wait; 0: as long as it usually takes */
    bool diff, check, apply, profiles;
};

struct cli_command {
    const char *name;
    const char *arguments; /* of the options that it takes, for its help line */
    const char *options;   /* letters of the options that it takes beside the general ones */
    const char *help;
    int (*run)(const struct cli *cli);
    int words_max; /* how many words may follow its name */
};

/* The commands, ended by a NULL name. */
extern const struct cli_command cli_commands[];

/* One request to anycastd or dnsd; NULL: the error has been printed. Steals `request`. */
json_t *cli_ask_anycastd(const struct cli *cli, json_t *request);
json_t *cli_ask_dnsd(const struct cli *cli, json_t *request);

/* Who calls, for the log of the node: by name, "" if there is none. Only a claim: the daemon has
 * the uid from the kernel. Borrowed. */
const char *cli_user(void);

/* Prints `err` as "anycastctl: …" and returns EXIT_TROUBLE. */
int cli_trouble(const struct err *err);

int cmd_status(const struct cli *cli);
int cmd_watch(const struct cli *cli);
int cmd_announce(const struct cli *cli);
int cmd_drain(const struct cli *cli);
int cmd_withdraw(const struct cli *cli);
int cmd_resume(const struct cli *cli);
int cmd_history(const struct cli *cli);
int cmd_zones(const struct cli *cli);
int cmd_check(const struct cli *cli);
int cmd_doctor(const struct cli *cli);
int cmd_bird_config(const struct cli *cli);

#endif
