/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.h - what a check is, and what it finds. */
#ifndef PROXIMA_DOCTOR_FINDING_H
#define PROXIMA_DOCTOR_FINDING_H

#include <stddef.h>

#define DOCTOR_GRADES(X)                                                                           \
    X(DOCTOR_OK, "ok")                                                                             \
    X(DOCTOR_NOTE, "note")     /* worth to know; nothing has to be done */                         \
    X(DOCTOR_UNSEEN, "unseen") /* could not be looked at; the fix is how it can */                 \
    X(DOCTOR_RISKY, "risky")   /* works now, and will not on a bad day */                          \
    X(DOCTOR_WRONG, "wrong")   /* does not do what it should */

enum doctor_grade {
#define DOCTOR_GRADE_ENUM(id, name) id,
    DOCTOR_GRADES(DOCTOR_GRADE_ENUM)
#undef DOCTOR_GRADE_ENUM
        DOCTOR_GRADE_COUNT
};
const char *doctor_grade_name(enum doctor_grade grade);

struct patient;
struct findings;

/* What must be had for a check to say anything. */
enum {
    NEEDS_NOTHING = 0,
    NEEDS_SETTINGS = 1, /* anycastd.conf */
    NEEDS_ANYCASTD = 2, /* its answer, */
    NEEDS_DNSD = 4,     /* dnsd's, */
    NEEDS_BIRD = 8,     /* BIRD's */
    NEEDS_BIRD_CONF = 16,
    NEEDS_ADDRESSES = 32,
    NEEDS_DNSD_PROCESS = 64,
};

/* One thing to look at. The check adds a finding for each thing that is not as it should be; if it
 * adds none, all is well. */
struct doctor_check {
    const char *name;  /* "rp-filter" */
    const char *title; /* how it should be, as a sentence */
    const char *why;   /* why that matters, and who says so */
    const char *fix;   /* what to do in general; a finding may say it more exactly */
    unsigned needs;
    void (*look)(const struct patient *patient, struct findings *findings);
};

struct finding {
    const struct doctor_check *check;
    enum doctor_grade grade;
    char *what, *fix; /* `fix` is "" for DOCTOR_OK */
};

struct findings {
    const struct doctor_check *check; /* the one that looks now */
    size_t count;
    struct finding *items;
};

/* Adds a finding of the check that looks now, with its general fix. */
void finding(struct findings *findings, enum doctor_grade grade, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

/* Says what to do about the last one instead. */
void finding_fix(struct findings *findings, const char *fix, ...)
    __attribute__((format(printf, 2, 3)));

/* What could not be looked at, and why; the fix is to try as root. */
void finding_unseen(struct findings *findings, const char *what, ...)
    __attribute__((format(printf, 2, 3)));

void findings_free(struct findings *findings);

#endif
