/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.c - a list of findings that grows. */
#include "anycastctl/doctor/finding.h"

#include "common/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 1024 };

const char *doctor_grade_name(enum doctor_grade grade)
{
    static const char *const names[] = {
#define GRADE_NAME(id, name) [id] = name,
        DOCTOR_GRADES(GRADE_NAME)
#undef GRADE_NAME
    };
    return names[grade];
}

static char *format(const char *fmt, va_list args)
{
    char text[TEXT_MAX];
    vsnprintf(text, sizeof text, fmt, args);
    return mem_strdup(text);
}

/* Takes `what`; copies `fix`. */
static void add(struct findings *findings, enum doctor_grade grade, char *what, const char *fix)
{
    findings->items = mem_realloc(findings->items, (findings->count + 1) * sizeof *findings->items);
    findings->items[findings->count++] = (struct finding){ findings->check, grade, what,
                                                           mem_strdup(fix) };
}

void finding(struct findings *findings, enum doctor_grade grade, const char *what, ...)
{
    va_list args;
    va_start(args, what);
    add(findings, grade, format(what, args), grade == DOCTOR_OK ? "" : findings->check->fix);
    va_end(args);
}

void finding_fix(struct findings *findings, const char *fix, ...)
{
    struct finding *last = &findings->items[findings->count - 1];
    va_list args;
    va_start(args, fix);
    free(last->fix);
    last->fix = format(fix, args);
    va_end(args);
}

void finding_unseen(struct findings *findings, const char *what, ...)
{
    va_list args;
    va_start(args, what);
    add(findings, DOCTOR_UNSEEN, format(what, args), "look again as root: sudo anycastctl doctor");
    va_end(args);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].what);
        free(findings->items[i].fix);
    }
    free(findings->items);
    *findings = (struct findings){ 0 };
}
