/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake_dnsd.h - for tests: a process of its own at the other end of the report socket, which does
 * what it is told, one thing at a time: when a function returns, it is done. */
#ifndef PROXIMA_TESTS_FAKE_DNSD_H
#define PROXIMA_TESTS_FAKE_DNSD_H

#include "common/report.h"

#include <stdbool.h>
#include <sys/types.h>

struct fake_dnsd {
    pid_t pid;
    int control;
};

enum fake_pass { PASS_NOTHING, PASS_PIDFD, PASS_OTHER_PIDFD, PASS_FILE };

/* All fail the test where something goes wrong. */
void fake_dnsd_start(struct fake_dnsd *dnsd);
void fake_dnsd_connect(struct fake_dnsd *dnsd, const char *path);
void fake_dnsd_send(struct fake_dnsd *dnsd, const struct report *report, enum fake_pass pass);
void fake_dnsd_send_text(struct fake_dnsd *dnsd, const char *text, enum fake_pass pass);
void fake_dnsd_close(struct fake_dnsd *dnsd);

/* The next message that came over the report socket; false at its end. */
bool fake_dnsd_receive(struct fake_dnsd *dnsd, struct report_reply *out);

/* Ends it with SIGKILL, if it runs, and waits for it. */
void fake_dnsd_kill(struct fake_dnsd *dnsd);

/* A report as of now, of a dnsd that serves, with one worker. */
void fake_report(struct report *out, uint64_t seq);

#endif
