/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_machine.h - tests/data/doctor/well, with one thing changed: what does the doctor find?
 */
#ifndef PROXIMA_TESTS_RECORDED_MACHINE_H
#define PROXIMA_TESTS_RECORDED_MACHINE_H

#include "anycastctl/doctor/doctor.h"

#include <stddef.h>

/* One thing that is not well. */
struct ailment {
    const char *file;      /* below the machine's root */
    const char *from, *to; /* text that is put in place of all that are like `from`; `from` NULL:
                              the whole file; `to` NULL too: the file is missing */
    const char *check;     /* the check that sees it */
    enum doctor_grade grade;
    const char *what, *fix; /* parts of what it says; NULL: any */
};

/* Makes a copy of the machine in a folder of its own, for this test only. */
char *machine_new(void);       /* new: its root */
void machine_free(char *root); /* takes it */

void machine_change(const char *root, const char *file, const char *from, const char *to);

/* Examines it. The caller frees the findings and then the patient. */
struct patient *machine_examine(const char *root, const char *only, struct findings *findings);

/* Changes the machine as the ailment says; fails the test unless the check finds it then, and had
 * not before. */
void machine_play_on(const char *root, const struct ailment *ailment);

/* Plays each ailment on a machine of its own. */
void machine_play(const struct ailment *ailments, size_t count);

#endif
