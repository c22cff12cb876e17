/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help.c - what --help says. Each option is explained once, here. */
#include "anycastctl/cli/help.h"

#include "anycastctl/cli/cli.h"

#include <stdio.h>
#include <string.h>

/* A letter that stands in `options` of a command; '-': every command takes it. */
static const struct option_help {
    char letter;
    const char *text;
} option_help[] = {
    { 'f', "--for TIME        how long an order holds: 90s, 30m, 2h, 1h30m; without it: until the "
           "next" },
    { 's', "--service NAME    one service; without it: all of the node" },
    { 'r', "--reason TEXT     kept in the event log, and shown by status" },
    { 'F', "--force           although too few other sites are seen announcing" },
    { 'n', "--last N          how many events, 1 to 1000 (default 20)" },
    { 'o',
      "--only CHECK,...  these checks only, with the reason for each; --list has their names" },
    { 'a', "--all             what is well, too" },
    { 'l', "--list            the checks, instead of doing them" },
    { 'b', "--bird-conf FILE  BIRD's (default: what the running one was given)" },
    { 't', "--root DIR        a recorded machine in a folder, instead of this one" },
    { 'd', "--diff            what would change in the installed one" },
    { 'k', "--check           whether BIRD would take it" },
    { 'A', "--apply           checks, installs and loads it; takes it back if sessions or "
           "announcements suffer" },
    { 'w', "--wait TIME       how long --apply gives sessions to be as before (default 30s)" },
    { 'O', "--output DIR      writes it there" },
    { 'v', "--bird-version X  for this version; without it: the one that runs, or is installed" },
    { 'p', "--profiles        the providers that are known, and what is known of them" },
    { 'c', "--config FILE     read this (default " PROXIMA_SYSCONFDIR
           "/anycastd.conf, for bird-config bgp.conf)" },
    { '-', "--json            machine-readable" },
    { '-', "--socket PATH     of anycastd (default " PROXIMA_RUNDIR "/anycastd.sock)" },
    { '-', "--dnsd-socket PATH  of dnsd (default " PROXIMA_RUNDIR "/dnsd.sock)" },
};

static void print_options(const struct cli_command *command)
{
    putchar('\n');
    for (size_t i = 0; i < sizeof option_help / sizeof *option_help; i++)
        if (!command || option_help[i].letter == '-' ||
            strchr(command->options, option_help[i].letter))
            printf("  %s\n", option_help[i].text);
}

static void print_commands(void)
{
    puts("usage: anycastctl COMMAND [OPTION...]\n\n"
         "Looks at this anycast node, and orders it about.\n");
    for (const struct cli_command *c = cli_commands; c->name; c++) {
        printf("  %-11s %s\n", c->name, c->help);
        if (*c->arguments)
            printf("            %s\n", c->arguments);
    }
    puts("  drill       break something on purpose, and see how this site does: "
         "anycastctl drill --help");
}

void print_help(const struct cli_command *command)
{
    if (command)
        printf("usage: anycastctl %s%s%s\n\n  %s\n", command->name, *command->arguments ? " " : "",
               command->arguments, command->help);
    else
        print_commands();
    print_options(command);
    puts("\nExit status: 0 done (status: healthy), 1 not healthy, 2 could not be carried out.\n"
         "See anycastctl(1).");
}
