/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor.c - what is wrong or risky on this node, each with the fix: for a person, or as JSON. */
#include "anycastctl/doctor/doctor.h"
#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/show.h"
#include "common/jsonread.h"

#include <stdio.h>
#include <string.h>

static enum show_colour colour_of(enum doctor_grade grade)
{
    static const enum show_colour colours[] = {
        [DOCTOR_OK] = SHOW_GOOD,        [DOCTOR_NOTE] = SHOW_BOLD, [DOCTOR_UNSEEN] = SHOW_BOLD,
        [DOCTOR_RISKY] = SHOW_DOUBTFUL, [DOCTOR_WRONG] = SHOW_BAD,
    };
    return colours[grade];
}

/* --- the list of checks -------------------------------------------------------------------- */

static void list_json(void)
{
    size_t at = 0;
    json_t *rows = json_array();
    for (const struct doctor_check *check; (check = doctor_next(&at));)
        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s}", "check", check->name, "title",
                                              check->title, "why", check->why, "fix", check->fix));
    show_json(rows);
    json_decref(rows);
}

static void list_table(const struct cli *cli)
{
    size_t at = 0;
    struct table *table = table_new(2);
    for (const struct doctor_check *check; (check = doctor_next(&at));) {
        table_cell(table, SHOW_BOLD, "%s", check->name);
        table_cell(table, SHOW_PLAIN, "%s", check->title);
    }
    table_print(table, cli->colour);
}

static int list_checks(const struct cli *cli)
{
    if (cli->json)
        list_json();
    else
        list_table(cli);
    return EXIT_HEALTHY;
}

/* --- what was found ------------------------------------------------------------------------ */

static void count(const struct findings *findings, unsigned counts[DOCTOR_GRADE_COUNT])
{
    for (size_t i = 0; i < findings->count; i++)
        counts[findings->items[i].grade]++;
}

static void print_json(const struct findings *findings, const unsigned counts[DOCTOR_GRADE_COUNT])
{
    json_t *rows = json_array(), *totals = json_object();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *f = &findings->items[i];
        json_array_append_new(rows, json_pack("{s:s, s:s, s:o, s:o, s:s}", "grade",
                                              doctor_grade_name(f->grade), "check", f->check->name,
                                              "what", json_text(f->what), "fix", json_text(f->fix),
                                              "why", f->check->why));
    }
    for (int grade = 0; grade < DOCTOR_GRADE_COUNT; grade++)
        json_object_set_new(totals, doctor_grade_name((enum doctor_grade)grade),
                            json_integer(counts[grade]));
    json_t *all = json_pack("{s:o, s:o}", "totals", totals, "findings", rows);
    show_json(all);
    json_decref(all);
}

/* Checks that lack the same thing are told in one line. */
static bool is_told(const struct findings *findings, size_t i)
{
    const struct finding *f = &findings->items[i];
    for (size_t before = 0; f->grade == DOCTOR_UNSEEN && before < i; before++)
        if (strcmp(findings->items[before].what, f->what) == 0)
            return true;
    return false;
}

static void print_unseen(const struct cli *cli, const struct findings *findings, size_t i)
{
    char names[1024] = "";
    const struct finding *f = &findings->items[i];
    for (size_t other = i; other < findings->count; other++) {
        const struct finding *same = &findings->items[other];
        const size_t used = strlen(names);
        if (same->grade == DOCTOR_UNSEEN && strcmp(same->what, f->what) == 0 &&
            (other == i || same->check != same[-1].check))
            snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                     same->check->name);
    }
    show_line(cli->colour, SHOW_BOLD, "%-6s  %s: %s", doctor_grade_name(f->grade), names, f->what);
    show_line(cli->colour, SHOW_PLAIN, "        fix: %s", f->fix);
}

/* Whoever asked for certain checks wants to know why they matter, too. */
static void print_finding(const struct cli *cli, const struct finding *f)
{
    show_line(cli->colour, colour_of(f->grade), "%-6s  %s: %s", doctor_grade_name(f->grade),
              f->check->name, f->what);
    if (f->fix[0])
        show_line(cli->colour, SHOW_PLAIN, "        fix: %s", f->fix);
    if (cli->only)
        show_line(cli->colour, SHOW_PLAIN, "        why: %s", f->check->why);
}

/* The worst first. */
static void print_findings(const struct cli *cli, const struct findings *findings)
{
    const int last = cli->all || cli->only ? DOCTOR_OK : DOCTOR_NOTE;
    for (int grade = DOCTOR_GRADE_COUNT - 1; grade >= last; grade--) {
        for (size_t i = 0; i < findings->count; i++) {
            const struct finding *f = &findings->items[i];
            if (f->grade != (enum doctor_grade)grade || is_told(findings, i))
                continue;
            if (f->grade == DOCTOR_UNSEEN)
                print_unseen(cli, findings, i);
            else
                print_finding(cli, f);
        }
    }
}

static void print_totals(const struct cli *cli, const unsigned counts[DOCTOR_GRADE_COUNT])
{
    const enum doctor_grade worst = counts[DOCTOR_WRONG]   ? DOCTOR_WRONG
                                    : counts[DOCTOR_RISKY] ? DOCTOR_RISKY
                                                           : DOCTOR_OK;
    show_line(cli->colour, colour_of(worst),
              "%u wrong, %u risky, %u not looked at, %u notes, %u checks are well",
              counts[DOCTOR_WRONG], counts[DOCTOR_RISKY], counts[DOCTOR_UNSEEN],
              counts[DOCTOR_NOTE], counts[DOCTOR_OK]);
}

int cmd_doctor(const struct cli *cli)
{
    struct err err;
    struct findings findings;
    unsigned counts[DOCTOR_GRADE_COUNT] = { 0 };
    if (cli->list)
        return list_checks(cli);
    if (cli->only && doctor_names_valid(cli->only, &err))
        return cli_trouble(&err);
    struct patient *patient = patient_new(&(struct patient_options){
        .root = cli->root ? cli->root : "",
        .config = cli->config ? cli->config : PROXIMA_SYSCONFDIR "/anycastd.conf",
        .bird_conf = cli->bird_conf,
        .anycastd = cli->socket,
        .dnsd = cli->dnsd_socket,
    });
    doctor_examine(patient, cli->only, &findings);
    count(&findings, counts);
    if (cli->json) {
        print_json(&findings, counts);
    } else {
        print_findings(cli, &findings);
        print_totals(cli, counts);
    }
    findings_free(&findings);
    patient_free(patient);
    return counts[DOCTOR_WRONG] || counts[DOCTOR_RISKY] ? EXIT_UNHEALTHY : EXIT_HEALTHY;
}
