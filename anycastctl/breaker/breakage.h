/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breakage.h - one act, done and undone. Knows how; when is breaker.h's. */
#ifndef PROXIMA_BREAKER_BREAKAGE_H
#define PROXIMA_BREAKER_BREAKAGE_H

#include "anycastctl/breaker/act.h"
#include "anycastctl/breaker/conf.h"
#include "anycastctl/breaker/link.h"
#include "anycastctl/breaker/note.h"
#include "anycastctl/breaker/process.h"
#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>

struct breakage {
    enum act act;
    int64_t for_ms;
    struct process process; /* of acts on a process; pidfd -1 else */
    struct neighbours neighbours;
    struct link *link;
    json_t *zones; /* of ACT_DNSD_SERVFAIL; borrowed */
};

/* Finds all that the act needs, and changes nothing. */
int breakage_prepare(struct breakage *breakage, const struct breaker_conf *conf, struct err *err);

struct note breakage_note(const struct breakage *breakage);

int breakage_do(struct breakage *breakage, const struct breaker_conf *conf, struct err *err);

/* What it is that is over: "SIGCONT sent". Kills are not undone but waited for: see
 * breakage_is_over and starter.h. */
int breakage_undo(struct breakage *breakage, const struct breaker_conf *conf, const char **how,
                  struct err *err);

/* A killed daemon is there again. */
bool breakage_is_over(const struct breakage *breakage, const struct breaker_conf *conf);

void breakage_close(struct breakage *breakage);

/* Puts right what a helper before us left: a stopped process goes on, zones answer, and a dead
 * daemon is started. Returns what was done, for the log. */
const char *breakage_repair(const struct note *note, const struct breaker_conf *conf,
                            struct err *err);

#endif
