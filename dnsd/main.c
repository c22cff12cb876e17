/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - dnsd's command line. Knows options and exit codes; the only file that ends the process.
 */
#include "common/err.h"
#include "common/log.h"
#include "dnsd/ops/check.h"
#include "dnsd/ops/server.h"

#include <getopt.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EXIT_WRONG_USAGE = 2,
    CHECKS_MAX = 64, /* settings; there are fewer checks */
    /* What a load has freed goes back to the kernel. Left alone, the C library keeps what was once
     * large, in each loader thread's own heap, and malloc_trim does not reach all of it: 15 MB
     * beside a zone of 70. */
    HEAP_TOP_BYTES = 256 << 10,
};

static const char default_conf[] = PROXIMA_SYSCONFDIR "/dnsd.conf";

static const char help[] =
    "dnsd: the name server of Proxima\n"
    "\n"
    "  dnsd [-c FILE] [-f]             answer, in the foreground, until SIGTERM\n"
    "  dnsd --check-config [FILE]      read the configuration and load its zones, say what is wrong\n"
    "  dnsd [-c FILE] [--check CHECK=LEVEL]... --check-zone NAME FILE\n"
    "                                  load one zone file, say what is wrong\n"
    "  dnsd --print-zone NAME FILE     load one zone file, write what is served of it as text\n"
    "  dnsd --list-checks              what is looked for in zones, and what it means\n"
    "  dnsd --version | --help\n"
    "\n"
    "  -c, --config FILE     the configuration (default: " PROXIMA_SYSCONFDIR "/dnsd.conf;\n"
    "                        for --check-zone: none, the default checks)\n"
    "      --check CHECK=LEVEL  error, warning or off, as in the setting \"checks\"\n"
    "  -f, --foreground      as always; accepted for those who are used to it\n"
    "\n"
    "SIGHUP reads the configuration again and loads what has changed. SIGTERM waits for anycastd to\n"
    "withdraw the prefix, then leaves; a second one leaves at once.\n"
    "Exit code: 0 good, perhaps with warnings, 1 something is wrong (said on stderr), 2 wrong usage.\n"
    "See dnsd(8), dnsd.conf(5).\n";

enum mode {
    MODE_SERVE,
    MODE_CHECK_CONFIG,
    MODE_CHECK_ZONE,
    MODE_PRINT_ZONE,
    MODE_LIST_CHECKS,
    MODE_VERSION,
    MODE_HELP,
    MODE_WRONG,
};

struct command_line {
    enum mode mode;
    const char *conf; /* NULL: not stated */
    const char *checks[CHECKS_MAX];
    size_t check_count;
    char **rest; /* what stands behind the options */
    int rest_count;
};

static const struct option options[] = {
    { "config", required_argument, NULL, 'c' }, { "foreground", no_argument, NULL, 'f' },
    { "check-config", no_argument, NULL, 'C' }, { "check-zone", no_argument, NULL, 'Z' },
    { "check", required_argument, NULL, 'K' },  { "list-checks", no_argument, NULL, 'L' },
    { "print-zone", no_argument, NULL, 'P' },   { "version", no_argument, NULL, 'V' },
    { "help", no_argument, NULL, 'h' },         { 0 },
};

static enum mode mode_of(int option, enum mode before)
{
    switch (option) {
    case 'c':
    case 'f':
    case 'K':
        return before;
    case 'C':
        return MODE_CHECK_CONFIG;
    case 'Z':
        return MODE_CHECK_ZONE;
    case 'P':
        return MODE_PRINT_ZONE;
    case 'L':
        return MODE_LIST_CHECKS;
    case 'V':
        return MODE_VERSION;
    case 'h':
        return MODE_HELP;
    default:
        return MODE_WRONG;
    }
}

/* How many words each mode takes behind the options. */
static bool rest_fits(const struct command_line *line)
{
    switch (line->mode) {
    case MODE_CHECK_CONFIG:
        return line->rest_count <= 1 && line->check_count == 0;
    case MODE_CHECK_ZONE:
    case MODE_PRINT_ZONE:
        return line->rest_count == 2;
    default:
        return line->rest_count == 0 && line->check_count == 0;
    }
}

static struct command_line read_command_line(int argc, char **argv)
{
    struct command_line line = { .mode = MODE_SERVE };
    int option;
    while ((option = getopt_long(argc, argv, "c:fVh", options, NULL)) != -1) {
        line.mode = mode_of(option, line.mode);
        if (option == 'c')
            line.conf = optarg;
        if (option == 'K' && line.check_count < CHECKS_MAX)
            line.checks[line.check_count++] = optarg;
        else if (option == 'K')
            line.mode = MODE_WRONG;
        if (line.mode == MODE_WRONG)
            return line;
    }
    line.rest = argv + optind;
    line.rest_count = argc - optind;
    if (!rest_fits(&line))
        line.mode = MODE_WRONG;
    return line;
}

static struct check_request request_of(const struct command_line *line)
{
    return (struct check_request){
        .name = line->rest[0],
        .path = line->rest[1],
        .conf = line->conf,
        .checks = line->checks,
        .check_count = line->check_count,
    };
}

static int run(const struct command_line *line, struct err *err)
{
    const char *conf = line->conf ? line->conf : default_conf;
    struct check_request request;
    switch (line->mode) {
    case MODE_SERVE:
        return server_run(conf, err);
    case MODE_CHECK_CONFIG:
        return check_config(line->rest_count ? line->rest[0] : conf, err);
    case MODE_CHECK_ZONE:
        request = request_of(line);
        return check_zone(&request, err);
    case MODE_PRINT_ZONE:
        request = request_of(line);
        return print_zone(&request, err);
    case MODE_LIST_CHECKS:
        return list_checks(err);
    case MODE_VERSION:
        return printf("dnsd %s\n", PACKAGE_VERSION) < 0 ? -1 : 0;
    case MODE_HELP:
        return fputs(help, stdout) < 0 ? -1 : 0;
    case MODE_WRONG:
        break;
    }
    fputs(help, stderr);
    exit(EXIT_WRONG_USAGE);
}

int main(int argc, char **argv)
{
    struct command_line line = read_command_line(argc, argv);
    struct err err = { "" };
    mallopt(M_TRIM_THRESHOLD, HEAP_TOP_BYTES);
    if (run(&line, &err) == 0)
        return EXIT_SUCCESS;
    fprintf(stderr, "dnsd: %s\n", err.msg);
    return EXIT_FAILURE;
}
