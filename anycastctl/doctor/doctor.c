/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor.c - goes through all groups of checks. */
#include "anycastctl/doctor/doctor.h"

#include "anycastctl/doctor/checks.h"
#include "common/mem.h"
#include "common/nearest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct doctor_check *const groups[] = {
    doctor_node_checks,   doctor_process_checks, doctor_prefix_checks, doctor_session_checks,
    doctor_bird_checks,   doctor_address_checks, doctor_port_checks,   doctor_firewall_checks,
    doctor_kernel_checks, doctor_file_checks,
};

const struct doctor_check *doctor_next(size_t *at)
{
    size_t behind = (*at)++;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (const struct doctor_check *check = groups[g]; check->name; check++)
            if (behind-- == 0)
                return check;
    return NULL;
}

/* True if `name` is one of the list "a,b,c". */
static bool is_listed(const char *list, const char *name)
{
    const size_t len = strlen(name);
    for (; list; list = strchr(list, ','), list = list ? list + 1 : NULL)
        if (strncmp(list, name, len) == 0 && (list[len] == ',' || list[len] == '\0'))
            return true;
    return false;
}

static int name_valid(const char *name, struct err *err)
{
    size_t at = 0;
    struct nearest nearest = nearest_to(name);
    for (const struct doctor_check *check; (check = doctor_next(&at));) {
        if (strcmp(check->name, name) == 0)
            return 0;
        nearest_offer(&nearest, check->name);
    }
    if (nearest.best)
        return err_set(err, "there is no check \"%s\"; did you mean \"%s\"?", name, nearest.best);
    return err_set(err, "there is no check \"%s\": see anycastctl doctor --list", name);
}

int doctor_names_valid(const char *only, struct err *err)
{
    int result = 0;
    char *names = mem_strdup(only), *rest = names;
    for (char *name; result == 0 && (name = strsep(&rest, ","));)
        result = name_valid(name, err);
    free(names);
    return result;
}

static void finding_lacking(struct findings *findings, const char *lacking)
{
    finding_unseen(findings, "%s", lacking);
    finding_fix(findings,
                "put that right first; where it is a matter of rights: sudo anycastctl doctor");
}

void doctor_examine(const struct patient *patient, const char *only, struct findings *out)
{
    size_t at = 0;
    *out = (struct findings){ 0 };
    for (const struct doctor_check *check; (check = doctor_next(&at));) {
        const size_t before = out->count;
        if (only && !is_listed(only, check->name))
            continue;
        out->check = check;
        const char *lacking = patient_lacks(patient, check->needs);
        if (lacking)
            finding_lacking(out, lacking);
        else
            check->look(patient, out);
        if (out->count == before)
            finding(out, DOCTOR_OK, "%s", check->title);
    }
}
