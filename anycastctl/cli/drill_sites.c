/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_sites.c - drill run: here, or the same command at other sites over ssh, one after the
 * other. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "common/ctl.h"
#include "common/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The host's name, or the node's, as anycastd says it. */
static bool is_here(const struct drill_options *options, const char *site)
{
    char own[256] = "";
    struct err ignored;
    gethostname(own, sizeof own - 1);
    if (strcmp(site, own) == 0 || strcmp(site, "localhost") == 0)
        return true;
    json_t *status = ctl_call("anycastd", options->cli.socket, json_pack("{s:s}", "cmd", "status"),
                              CALL_TIMEOUT_MS, &ignored);
    bool same = strcmp(site, get_text(status, "node")) == 0;
    json_decref(status);
    return same;
}

/* ssh hands a line to a shell there: all of it is of characters that mean nothing to one. */
static bool is_plain(const char *word)
{
    return !word[strspn(word,
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:@")];
}

static int run_ssh(char *const *command)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execvp(command[0], command);
        fprintf(stderr, "anycastctl: cannot run %s: %s\n", command[0], strerror(errno));
        _exit(EXIT_TROUBLE);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_TROUBLE;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > EXIT_TROUBLE)
        return EXIT_TROUBLE;
    return WEXITSTATUS(status);
}

static int run_there(const struct drill_options *options, const char *site)
{
    enum { WORDS_MAX = 16 };
    const char *ssh = getenv("ANYCASTCTL_SSH");
    char *time = mem_printf("%lldms", (long long)options->cli.for_ms);
    const char *command[WORDS_MAX] = { ssh && *ssh ? ssh : "ssh" };
    size_t n = 1;
    struct err err;
    if (!options->yes && isatty(STDIN_FILENO))
        command[n++] = "-t"; /* it asks there */
    const char *words[] = { site, "anycastctl", "drill", "run", options->words[1] };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        command[n++] = words[i];
    if (options->yes)
        command[n++] = "--yes";
    if (options->force)
        command[n++] = "--force";
    if (options->cli.json)
        command[n++] = "--json";
    if (options->cli.for_ms)
        command[n++] = "--for", command[n++] = time;
    if (options->cli.service)
        command[n++] = "--service", command[n++] = options->cli.service;
    int status = EXIT_TROUBLE;
    for (size_t i = 1; i < n && status != -1; i++)
        if (!is_plain(command[i])) {
            err_set(&err, "\"%s\" cannot be handed to another site", command[i]);
            cli_trouble(&err);
            status = -1;
        }
    if (status != -1)
        status = run_ssh((char *const *)command);
    free(time);
    return status == -1 ? EXIT_TROUBLE : status;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

int drill_run(const struct drill_options *options)
{
    struct err err;
    const struct scenario *scenario = scenario_find(options->words[1]);
    if (!scenario) {
        err_set(&err, "there is no drill \"%s\": see anycastctl drill list", options->words[1]);
        return cli_trouble(&err);
    }
    if (!options->site_count)
        return drill_run_here(options, scenario);
    int status = EXIT_HEALTHY;
    for (unsigned i = 0; i < options->site_count && status != EXIT_TROUBLE; i++) {
        const char *site = options->site[i];
        if (!options->cli.json)
            printf("%s== %s ==\n", i ? "\n" : "", site);
        fflush(stdout);
        status = worse(status, is_here(options, site) ? drill_run_here(options, scenario)
                                                      : run_there(options, site));
    }
    return status;
}
