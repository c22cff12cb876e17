/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor.h - what is wrong or risky on this node, each with the fix.
 *
 * patient.h gathers what there is to know: settings, what daemons and BIRD say, BIRD's
 * configuration, addresses; host.h reads /proc and /sys and runs what else knows (`ip`, `nft`). The
 * checks stand in tables (checks.h), a file for each group; each looks at the patient, and adds
 * findings (finding.h). Nothing is changed, nothing is waited for longer than some seconds, and
 * what may not be looked at is said. All of it can be played from a folder of recorded texts. */
#ifndef PROXIMA_DOCTOR_DOCTOR_H
#define PROXIMA_DOCTOR_DOCTOR_H

#include "anycastctl/doctor/finding.h"
#include "anycastctl/doctor/patient.h"
#include "common/err.h"

/* All checks, one after the other: start with *at = 0; NULL after the last. */
const struct doctor_check *doctor_next(size_t *at);

/* Checks that every name in `only` ("roa,bfd") is a check's. */
int doctor_names_valid(const char *only, struct err *err);

/* Examines the patient, by the checks named in `only` (NULL: all). A check that finds nothing adds
 * its title as DOCTOR_OK. The caller frees. */
void doctor_examine(const struct patient *patient, const char *only, struct findings *out);

#endif
