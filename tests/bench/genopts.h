/* SPDX-License-Identifier: GPL-3.0-or-later */
/* genopts.h - the command line of the load generators. */
#ifndef PROXIMA_BENCH_GENOPTS_H
#define PROXIMA_BENCH_GENOPTS_H

#include "tests/bench/cputime.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>

struct genopts {
    struct sockaddr_in server;
    const char *queries;
    uint64_t skip;         /* queries of the file before the first */
    uint64_t count;        /* to send in all; 0: no limit */
    double seconds;        /* to measure */
    double warmup_seconds; /* before */
    double rate;           /* queries per second; 0: as fast as they are answered */
    unsigned outstanding;  /* without a rate: queries under way, over all sockets */
    unsigned sockets;
    struct cputime_pids server_pids;
};

/* Ends the program with a message when the arguments are wrong, and after --help. `title` is a line
 * about the program, for --help. */
void genopts_parse(struct genopts *opts, int argc, char **argv, const char *title);

/* Set by SIGTERM and SIGINT, once genopts_parse has run: end, and print what was measured. */
extern volatile sig_atomic_t genopts_stopping;

#endif
