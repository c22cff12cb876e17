/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - anycastctl: reads the command line, runs one command. */
#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/drill.h"
#include "anycastctl/cli/help.h"
#include "common/duration.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_SOCKET = 256, OPTION_DNSD_SOCKET, OPTION_JSON, OPTION_VERSION, LAST_MAX = 1000 };

static const struct option options[] = {
    { "socket", required_argument, NULL, OPTION_SOCKET },
    { "dnsd-socket", required_argument, NULL, OPTION_DNSD_SOCKET },
    { "json", no_argument, NULL, OPTION_JSON },
    { "for", required_argument, NULL, 'f' },
    { "service", required_argument, NULL, 's' },
    { "reason", required_argument, NULL, 'r' },
    { "last", required_argument, NULL, 'n' },
    { "config", required_argument, NULL, 'c' },
    { "bird-conf", required_argument, NULL, 'b' },
    { "only", required_argument, NULL, 'o' },
    { "root", required_argument, NULL, 't' },
    { "all", no_argument, NULL, 'a' },
    { "list", no_argument, NULL, 'l' },
    { "force", no_argument, NULL, 'F' },
    { "diff", no_argument, NULL, 'd' },
    { "check", no_argument, NULL, 'k' },
    { "apply", no_argument, NULL, 'A' },
    { "output", required_argument, NULL, 'O' },
    { "wait", required_argument, NULL, 'w' },
    { "bird-version", required_argument, NULL, 'v' },
    { "profiles", no_argument, NULL, 'p' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, OPTION_VERSION },
    { 0 },
};

static const struct cli_command *find_command(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static int parse_last(const char *text, int *out, struct err *err)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (*end || end == text || n < 1 || n > LAST_MAX)
        return err_set(err, "--last %s: must be a number from 1 to %d", text, LAST_MAX);
    *out = (int)n;
    return 0;
}

static int parse_time(const char *option, const char *text, int64_t *out, struct err *err)
{
    if (duration_parse(text, out, err))
        return err_wrap(err, "%s %s", option, text);
    if (*out == 0)
        return err_set(err, "%s %s: must be longer than nothing", option, text);
    return 0;
}

static int take_option(int option, struct cli *cli, struct err *err)
{
    switch (option) {
    case OPTION_SOCKET:
        cli->socket = optarg;
        return 0;
    case OPTION_DNSD_SOCKET:
        cli->dnsd_socket = optarg;
        return 0;
    case OPTION_JSON:
        cli->json = true;
        return 0;
    case 's':
        cli->service = optarg;
        return 0;
    case 'r':
        cli->reason = optarg;
        return 0;
    case 'c':
        cli->config = optarg;
        return 0;
    case 'b':
        cli->bird_conf = optarg;
        return 0;
    case 'o':
        cli->only = optarg;
        return 0;
    case 't':
        cli->root = optarg;
        return 0;
    case 'a':
        cli->all = true;
        return 0;
    case 'l':
        cli->list = true;
        return 0;
    case 'f':
        return parse_time("--for", optarg, &cli->for_ms, err);
    case 'F':
        cli->force = true;
        return 0;
    case 'n':
        return parse_last(optarg, &cli->last, err);
    case 'd':
        cli->diff = true;
        return 0;
    case 'k':
        cli->check = true;
        return 0;
    case 'A':
        cli->apply = true;
        return 0;
    case 'p':
        cli->profiles = true;
        return 0;
    case 'w':
        return parse_time("--wait", optarg, &cli->wait_ms, err);
    case 'O':
        cli->output = optarg;
        return 0;
    case 'v':
        cli->bird_version = optarg;
        return 0;
    default:
        return err_set(err, "see anycastctl --help"); /* getopt has said what is wrong */
    }
}

static const char *long_name(int option)
{
    for (const struct option *o = options; o->name; o++)
        if (o->val == option)
            return o->name;
    return "";
}

/* Reads all options and the command; an option that the command does not take is an error. */
static const struct cli_command *parse(int argc, char **argv, struct cli *cli, struct err *err)
{
    char given[16] = "";
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (take_option(option, cli, err))
            return NULL;
        if (option < 256 && strlen(given) + 1 < sizeof given)
            given[strlen(given)] = (char)option;
    }
    const struct cli_command *command = optind < argc ? find_command(argv[optind]) : NULL;
    if (optind == argc)
        err_set(err, "which command? See anycastctl --help");
    else if (!command)
        err_set(err, "there is no command \"%s\": see anycastctl --help", argv[optind]);
    else if (optind + 1 + command->words_max < argc)
        err_set(err, "%s: \"%s\" is one word too many", command->name,
                argv[optind + 1 + command->words_max]);
    else if (given[strspn(given, command->options)])
        err_set(err, "%s takes no --%s", command->name,
                long_name(given[strspn(given, command->options)]));
    else {
        cli->words = argv + optind + 1;
        cli->word_count = argc - optind - 1;
        return command;
    }
    return NULL;
}

/* The first word that is no option's argument. */
static const char *first_word(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-')
            return argv[i];
        for (const struct option *o = options; o->name; o++)
            if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, o->name) == 0)
                i += o->has_arg == required_argument;
    }
    return "";
}

static bool wants(int argc, char **argv, const char *word, const char *letter)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0 || strcmp(argv[i], letter) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    struct err err;
    struct cli cli = {
        .socket = PROXIMA_RUNDIR "/anycastd.sock",
        .dnsd_socket = PROXIMA_RUNDIR "/dnsd.sock",
        .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
    };
    if (strcmp(first_word(argc, argv), "drill") == 0)
        return drill_main(argc, argv);
    if (wants(argc, argv, "--help", "-h") || strcmp(first_word(argc, argv), "help") == 0) {
        print_help(find_command(first_word(argc, argv)));
        return 0;
    }
    if (wants(argc, argv, "--version", "--version")) {
        puts("anycastctl " PACKAGE_VERSION);
        return 0;
    }
    err_clear(&err);
    const struct cli_command *command = parse(argc, argv, &cli, &err);
    return command ? command->run(&cli) : cli_trouble(&err);
}
