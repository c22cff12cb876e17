/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sense_print.c - the senses of anycastd without the rest: reads an anycastd.conf and prints a line
 * for each change of a cause, "NANOSECONDS SERVICE FAMILY CAUSE DETAIL", with the monotonic clock's
 * time, so that a test sees when what was noticed. Ends when its standard input is closed. */
#include "anycastctl/sense/sense.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct printer {
    struct settings settings;
    struct sense *sense;
    enum cause cause[SERVICES_MAX][FAMILY_COUNT];
};

static void print_changes(void *arg)
{
    struct printer *printer = arg;
    const int64_t now_ns = mono_now().ns;

    for (unsigned s = 0; s < printer->settings.service_count; s++) {
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct sense_health *health = sense_health(printer->sense, s, (enum family)f);
            if (health->cause == printer->cause[s][f])
                continue;
            printer->cause[s][f] = health->cause;
            printf("%" PRId64 " %s %d %s %s\n", now_ns, printer->settings.service[s].name,
                   family_number((enum family)f), cause_name(health->cause), health->detail);
        }
    }
    fflush(stdout);
}

static void on_input(struct ev_loop *loop, ev_io *io, int events)
{
    char byte;

    (void)events;
    if (read(io->fd, &byte, 1) == 0)
        ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
    static struct printer printer;
    const struct sense_events events = { print_changes, &printer };
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct err err = { "" };
    ev_io input;

    for (unsigned s = 0; s < SERVICES_MAX; s++)
        printer.cause[s][FAMILY_4] = printer.cause[s][FAMILY_6] = CAUSE_UNKNOWN;
    if (argc != 2 || settings_read(argv[1], &printer.settings, &err) ||
        !(printer.sense = sense_new(loop, &printer.settings, &events, &err))) {
        fprintf(stderr, "sense_print FILE: %s\n", err.msg);
        return EXIT_FAILURE;
    }
    ev_io_init(&input, on_input, STDIN_FILENO, EV_READ);
    ev_io_start(loop, &input);
    puts("ready");
    fflush(stdout);
    ev_run(loop, 0);
    ev_io_stop(loop, &input);
    sense_free(printer.sense);
    settings_free(&printer.settings);
    ev_loop_destroy(loop);
    return EXIT_SUCCESS;
}
