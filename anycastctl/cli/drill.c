/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill.c - the command line of anycastctl drill, its list, and where its reports are. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "anycastctl/drill/html.h"
#include "anycastctl/drill/store.h"
#include "common/ctl.h"
#include "common/duration.h"
#include "common/mem.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_SOCKET = 256, OPTION_DNSD, OPTION_HELPER, OPTION_FOLDER, OPTION_HELP };

static const struct option long_options[] = {
    { "socket", required_argument, NULL, OPTION_SOCKET },
    { "dnsd-socket", required_argument, NULL, OPTION_DNSD },
    { "drill-socket", required_argument, NULL, OPTION_HELPER },
    { "drills", required_argument, NULL, OPTION_FOLDER },
    { "site", required_argument, NULL, 's' },
    { "for", required_argument, NULL, 'f' },
    { "service", required_argument, NULL, 'S' },
    { "calendar", required_argument, NULL, 'c' },
    { "yes", no_argument, NULL, 'y' },
    { "force", no_argument, NULL, 'F' },
    { "json", no_argument, NULL, 'j' },
    { "html", no_argument, NULL, 'H' },
    { "print", no_argument, NULL, 'p' },
    { "remove", no_argument, NULL, 'r' },
    { "help", no_argument, NULL, OPTION_HELP },
    { 0 },
};

static int print_help(void)
{
    puts(
        "usage: anycastctl drill run NAME [--site SITE]... [--service NAME] [--for TIME] [--yes] "
        "[--force]\n"
        "       anycastctl drill list [--json]\n"
        "       anycastctl drill show ID [--json | --html]\n"
        "       anycastctl drill schedule [--json | NAME --calendar WHEN [--print] | NAME --remove]\n\n"
        "Breaks one thing on purpose for a bounded time, watches, and says how this site did.\n");
    for (const struct scenario *s = scenarios; s->name; s++)
        printf("  %-19s %s\n", s->name, s->about);
    puts(
        "\n  --site SITE       another site, over ssh (its own name: here); several: one after the "
        "other\n"
        "  --service NAME    one service; without it: all of the node\n"
        "  --for TIME        keep it broken so long, 1s to 10m; without it: until all is measured\n"
        "  --yes             do not ask before it begins\n"
        "  --force           even if the node is not healthy, or nobody knows who would take over\n"
        "  --drills DIR      of reports (default: \"drills\" in anycastd's state_dir)\n"
        "  --drill-socket PATH  of anycastdrill (default " PROXIMA_RUNDIR "-drill/drill.sock)\n"
        "\nExit status: 0 all objectives met, 1 some missed or interrupted, 2 not carried out.\n"
        "See anycastctl(1), anycastdrill(8).");
    return 0;
}

static int take_for(struct drill_options *o, struct err *err)
{
    if (duration_parse(optarg, &o->cli.for_ms, err))
        return err_wrap(err, "--for %s", optarg);
    if (o->cli.for_ms < DRILL_MS_MIN || o->cli.for_ms > DRILL_MS_MAX)
        return err_set(err, "--for %s: must be 1s to 10m", optarg);
    return 0;
}

static int take_site(struct drill_options *o, struct err *err)
{
    if (optarg[0] == '-' || !*optarg)
        return err_set(err, "--site %s: is no name of a host", optarg);
    if (o->site_count == DRILL_SITES_MAX)
        return err_set(err, "--site: at most %d", DRILL_SITES_MAX);
    o->site[o->site_count++] = optarg;
    return 0;
}

static int take_option(int option, struct drill_options *o, struct err *err)
{
    switch (option) {
    case OPTION_SOCKET:
        o->cli.socket = optarg;
        return 0;
    case OPTION_DNSD:
        o->cli.dnsd_socket = optarg;
        return 0;
    case OPTION_HELPER:
        o->helper_socket = optarg;
        return 0;
    case OPTION_FOLDER:
        o->folder = optarg;
        return 0;
    case 'c':
        o->calendar = optarg;
        return 0;
    case 'S':
        o->cli.service = optarg;
        return 0;
    case 's':
        return take_site(o, err);
    case 'f':
        return take_for(o, err);
    default:
        break;
    }
    bool *flags[] = { ['y'] = &o->yes,  ['F'] = &o->force, ['j'] = &o->cli.json,
                      ['H'] = &o->html, ['p'] = &o->print, ['r'] = &o->remove };
    if (option < 0 || option >= (int)(sizeof flags / sizeof *flags) || !flags[option])
        return err_set(err, "see anycastctl drill --help"); /* getopt has said what is wrong */
    *flags[option] = true;
    return 0;
}

static const struct drill_command {
    const char *name;
    int words_min, words_max;
    int (*run)(const struct drill_options *options);
    const char *missing; /* what is, with less than words_min */
} commands[] = {
    { "run", 2, 2, drill_run, "which one? drill list has them" },
    { "list", 1, 1, drill_list, "" },
    { "show", 2, 2, drill_show, "which one? drill list has the reports" },
    { "schedule", 1, 2, drill_schedule, "" },
};

static const struct drill_command *find_command(const struct drill_options *o, struct err *err)
{
    const char *name = o->word_count ? o->words[0] : "";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (o->word_count >= commands[i].words_min && o->word_count <= commands[i].words_max)
            return &commands[i];
        err_set(err, "drill %s: %s; see anycastctl drill --help", name,
                o->word_count < commands[i].words_min ? commands[i].missing : "one word too many");
        return NULL;
    }
    err_set(err, "drill: run, list, show or schedule? See anycastctl drill --help");
    return NULL;
}

int drill_main(int argc, char **argv)
{
    struct err err = { "" };
    struct drill_options o = {
        .cli = { .socket = PROXIMA_RUNDIR "/anycastd.sock",
                 .dnsd_socket = PROXIMA_RUNDIR "/dnsd.sock",
                 .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") },
        .helper_socket = PROXIMA_RUNDIR "-drill/drill.sock",
    };
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == OPTION_HELP)
            return print_help();
        if (take_option(option, &o, &err))
            return cli_trouble(&err);
    }
    o.words = argv + optind + 1; /* behind "drill" */
    o.word_count = argc - optind - 1;
    const struct drill_command *command = find_command(&o, &err);
    return command ? command->run(&o) : cli_trouble(&err);
}

/* --- the folder of reports -------------------------------------------------------------------- */

int drill_open_folder(const struct drill_options *options, const json_t *status, bool make,
                      struct err *err)
{
    if (options->folder)
        return store_open(options->folder, make, err);
    json_t *asked = status ? NULL
                           : ctl_call("anycastd", options->cli.socket,
                                      json_pack("{s:s}", "cmd", "status"), CALL_TIMEOUT_MS, err);
    const char *state = get_text(status ? status : asked, "drill.state_dir");
    char *path = mem_printf("%s/drills", *state ? state : PROXIMA_STATEDIR);
    int fd = store_open(path, make, err);
    free(path);
    json_decref(asked);
    return fd;
}

/* --- list, show ------------------------------------------------------------------------------- */

static void row_report(struct table *table, const json_t *report)
{
    struct figures figures = figures_from_json(get(report, "figures"));
    char shown[FIGURE_SHOWN_MAX];
    bool met = strcmp(get_text(report, "verdict"), "met") == 0;
    table_cell(table, SHOW_PLAIN, "%s", get_text(report, "id"));
    table_cell(table, met ? SHOW_GOOD : SHOW_BAD, "%s", get_text(report, "verdict"));
    for (int i = 0; i < FIGURE_COUNT; i++)
        table_cell(table, SHOW_PLAIN, "%s",
                   isnan(figures.of[i]) ? "-" : figure_shown((enum figure)i, figures.of[i], shown));
}

static void print_reports(const json_t *reports, bool colour)
{
    const json_t *report;
    size_t i;
    struct table *table = table_new(2 + FIGURE_COUNT);
    table_cell(table, SHOW_BOLD, "DRILL");
    table_cell(table, SHOW_BOLD, "OBJECTIVES");
    for (i = 0; i < FIGURE_COUNT; i++)
        table_cell(table, SHOW_BOLD, "%s", figure_name((enum figure)i));
    json_array_foreach(reports, i, report)
        row_report(table, report);
    table_print(table, colour);
}

static json_t *scenarios_json(void)
{
    json_t *out = json_array();
    for (const struct scenario *s = scenarios; s->name; s++)
        json_array_append_new(out, json_pack("{s:s, s:s, s:o}", "name", s->name, "about", s->about,
                                             "objectives", figures_json(&s->limits)));
    return out;
}

int drill_list(const struct drill_options *options)
{
    struct err err;
    int folder = drill_open_folder(options, NULL, false, &err);
    json_t *reports = folder < 0 ? json_array() : store_list(folder, NULL);
    if (folder >= 0)
        close(folder);
    if (options->cli.json) {
        json_t *all = json_pack("{s:o, s:O}", "scenarios", scenarios_json(), "drills", reports);
        show_json(all);
        json_decref(all);
    } else {
        for (const struct scenario *s = scenarios; s->name; s++)
            printf("%-19s %s\n", s->name, s->about);
        putchar('\n');
        if (json_array_size(reports))
            print_reports(reports, options->cli.colour);
        else
            puts("No drill has been run here yet: anycastctl drill run NAME");
    }
    json_decref(reports);
    return EXIT_HEALTHY;
}

static int show_one(const struct drill_options *options, const json_t *report)
{
    if (options->html) {
        char *page = html_page(report);
        fputs(page, stdout);
        free(page);
    } else if (options->cli.json) {
        show_json(report);
    } else {
        drill_show_report(report, options->cli.colour);
    }
    return EXIT_HEALTHY;
}

int drill_show(const struct drill_options *options)
{
    struct err err;
    int folder = drill_open_folder(options, NULL, false, &err);
    if (folder < 0)
        return cli_trouble(&err);
    json_t *report = store_load(folder, options->words[1], &err);
    close(folder);
    if (!report)
        return cli_trouble(&err);
    int status = show_one(options, report);
    json_decref(report);
    return status;
}
