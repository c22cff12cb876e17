/* SPDX-License-Identifier: GPL-3.0-or-later */
/* genopts.c - reads the command line of the load generators. */
#include "tests/bench/genopts.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile sig_atomic_t genopts_stopping;

static const struct option options[] = {
    { "address", required_argument, NULL, 'a' },
    { "port", required_argument, NULL, 'p' },
    { "queries", required_argument, NULL, 'q' },
    { "skip", required_argument, NULL, 'k' },
    { "count", required_argument, NULL, 'c' },
    { "seconds", required_argument, NULL, 't' },
    { "warmup", required_argument, NULL, 'w' },
    { "rate", required_argument, NULL, 'r' },
    { "outstanding", required_argument, NULL, 'n' },
    { "sockets", required_argument, NULL, 's' },
    { "pids", required_argument, NULL, 'P' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "  --port N          the server's port (needed)\n"
    "  --queries FILE    what to ask, as zonegen writes it (needed)\n"
    "  --address A       the server's IPv4 address (127.0.0.1)\n"
    "  --skip N          begin with query number N of the file\n"
    "  --count N         send so many queries in all, then end\n"
    "  --seconds S       measure for so long (2)\n"
    "  --warmup S        before, do the same without measuring (0.2)\n"
    "  --rate N          queries per second at random times, each latency counted from the moment when\n"
    "                    its query was due; without it, send whenever an answer comes\n"
    "  --outstanding N   without a rate: queries under way, over all sockets (128)\n"
    "  --sockets N       (4)\n"
    "  --pids N,N...     the server's processes, whose CPU time is measured\n"
    "\n"
    "Prints one line of JSON at the end; SIGTERM and SIGINT end it early. server_cpu_us is per answer;\n"
    "generator_busy near 1 says that the generator was the limit, not the server.\n";

static void on_signal(int number)
{
    (void)number;
    genopts_stopping = 1;
}

static void wrong_usage(const char *program, const char *what)
{
    fprintf(stderr, "%s: %s; see --help\n", program, what);
    exit(2);
}

static double number(const char *program, const char *name, const char *text)
{
    char *end, what[128];
    double value = strtod(text, &end);
    if (end != text && !*end && value >= 0 && value < 1e15)
        return value;
    snprintf(what, sizeof(what), "--%s wants a number", name);
    wrong_usage(program, what);
    return 0;
}

static void set_option(struct genopts *o, char **argv, int letter, const char *name)
{
    switch (letter) {
    case 'a':
        if (inet_pton(AF_INET, optarg, &o->server.sin_addr) != 1)
            wrong_usage(argv[0], "--address wants an IPv4 address");
        return;
    case 'q':
        o->queries = optarg;
        return;
    case 'P':
        if (cputime_parse(optarg, &o->server_pids))
            wrong_usage(argv[0], "--pids wants process ids with commas between them");
        return;
    default:
        break;
    }
    double value = number(argv[0], name, optarg);
    switch (letter) {
    case 'p':
        o->server.sin_port = htons((uint16_t)value);
        return;
    case 'k':
        o->skip = (uint64_t)value;
        return;
    case 'c':
        o->count = (uint64_t)value;
        return;
    case 't':
        o->seconds = value;
        return;
    case 'w':
        o->warmup_seconds = value;
        return;
    case 'r':
        o->rate = value;
        return;
    case 'n':
        o->outstanding = (unsigned)value;
        return;
    default:
        o->sockets = (unsigned)value;
    }
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void genopts_parse(struct genopts *opts, int argc, char **argv, const char *title)
{
    int letter, index = 0;
    *opts = (struct genopts){ .server = { .sin_family = AF_INET,
                                          .sin_addr = { htonl(INADDR_LOOPBACK) } },
                              .seconds = 2,
                              .warmup_seconds = 0.2,
                              .outstanding = 128,
                              .sockets = 4 };
    while ((letter = getopt_long(argc, argv, "", options, &index)) != -1) {
        if (letter == 'h') {
            printf("%s: %s\n\n%s", argv[0], title, help);
            exit(0);
        }
        if (letter == '?')
            exit(2);
        set_option(opts, argv, letter, options[index].name);
    }
    if (optind < argc || !opts->queries || !opts->server.sin_port)
        wrong_usage(argv[0], "--port and --queries are needed, and nothing but options");
    if (opts->sockets < 1 || opts->sockets > 1000 || opts->outstanding < opts->sockets)
        wrong_usage(argv[0], "--sockets wants 1 to 1000, and --outstanding as many at least");
    catch_signals();
}
