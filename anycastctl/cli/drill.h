/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill.h - anycastctl drill: failures on purpose, and what they show.
 *
 *   before    status ──▶ may it be? ──▶ the plan is printed, and confirmed     drill_plan.c
 *   during    the act or order ──▶ events, status and counters are followed    drill_run.c,
 * _follow.c after     figures ──▶ a report (JSON), kept, and shown drill_report.c, _show.c
 *
 * What is broken ends without us: acts by anycastdrill, orders by anycastd. */
#ifndef PROXIMA_CLI_DRILL_H
#define PROXIMA_CLI_DRILL_H

#include "anycastctl/cli/cli.h"
#include "anycastctl/drill/helper.h"
#include "anycastctl/drill/meter.h"
#include "anycastctl/drill/scenario.h"
#include "anycastctl/drill/traffic.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { DRILL_SITES_MAX = 64, DRILL_MS_MIN = 1000, DRILL_MS_MAX = 10 * 60 * 1000 };

/* What the command line says. */
struct drill_options {
    struct cli cli; /* socket, service, for_ms, json, colour */
    int word_count;
    char *const *words;        /* "run", "dnsd-crash" */
    const char *helper_socket; /* anycastdrill's */
    const char *folder;        /* of reports; NULL: below anycastd's state */
    const char *calendar;      /* of schedule */
    unsigned site_count;
    const char *site[DRILL_SITES_MAX];
    bool yes, force, html, print, remove;
};

/* A drill under way. */
struct drill {
    const struct drill_options *options;
    const struct scenario *scenario;
    char id[64];
    json_t *before;   /* anycastd's status before; owned */
    json_t *subjects; /* what was announced then, of the services drilled; owned */
    json_t *zones;    /* of these services; owned */
    struct figures limits;
    int64_t for_ms;
    int folder; /* of reports */

    struct meter meter;
    struct samples samples;
    struct sample now; /* the latest */
    struct traffic_before traffic;
    struct sample first, last; /* close to begin and end, dnsd asked itself */
    struct helper helper;
    struct mono begun, over, restored; /* never: not yet */
    struct mono sessions_fell;         /* seen in the status */
    int64_t begun_unix_ms;
    int64_t seen_ns;                    /* of the latest event that was taken */
    json_t *events;                     /* anycastd's, since the begin; owned */
    json_t *told;                       /* [{"ms", "text"}], what the live view said; owned */
    json_t *problems;                   /* texts; owned */
    double queries_per_s, probes_per_s; /* as anycastd said last; -1: it does not know */
    bool interrupted, floor_lost, reverting, healthy;
    char ailment[256]; /* while not healthy: why not yet */
};

int drill_main(int argc, char **argv);

/* A drill of this site. Returns the exit status. */
int drill_run_here(const struct drill_options *options, const struct scenario *scenario);

/* The commands. */
int drill_run(const struct drill_options *options);
int drill_list(const struct drill_options *options);
int drill_show(const struct drill_options *options);
int drill_schedule(const struct drill_options *options);

/* Opens the folder of reports; -1: the error is filled. `status` may be NULL. */
int drill_open_folder(const struct drill_options *options, const json_t *status, bool make,
                      struct err *err);

/* --- before ----------------------------------------------------------------------------------- */

/* Fills what follows from the status; an error if the node is in no state for a drill. */
int drill_prepare(struct drill *drill, struct err *err);
/* A site that would have to answer meanwhile is gone: no time to rehearse. */
bool drill_floor_is_lost(const struct drill *drill, const json_t *status);
/* Says what will happen. */
void drill_print_plan(const struct drill *drill);
/* Asks on the terminal; true without asking if --yes. */
bool drill_confirm(const struct drill *drill);

/* --- during ----------------------------------------------------------------------------------- */

/* Watches for a second how it is; begins; follows until it is over and everything is restored, or
 * we are interrupted. -1: it did not begin. */
int drill_carry_out(struct drill *drill, struct err *err);

/* One look at counters, and (`far`) at anycastd. */
void drill_look(struct drill *drill, bool far);
/* Asks dnsd itself for its counters; as drill->now has them if it does not answer. */
struct sample drill_look_closely(const struct drill *drill);
/* One line of the live view, and of the report. */
void drill_tell(struct drill *drill, struct mono at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* All that can be measured before the end is. */
bool drill_has_measured(const struct drill *drill);
/* All but what was lost, as far as it is known now. */
struct figures drill_figures(const struct drill *drill);

/* --- after ------------------------------------------------------------------------------------ */

json_t *drill_report(const struct drill *drill); /* new */
/* For a person; returns the exit status that it stands for. */
int drill_show_report(const json_t *report, bool colour);
int drill_exit_status(const json_t *report);

#endif
