/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy_manual.c - the table of decisions in anycastd(8): the policy is put into each of its
 * situations, with causes of each class, and must go where the manual says. Every situation must
 * stand there, for every class once. */
#include "anycastctl/decide/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_MAX_BYTES = 512, CLASSES = CLASS_FATAL + 1 };

static const struct policy_rules rules = { .fall = 2,
                                           .rise = 3,
                                           .hold_ms = 10000,
                                           .flap = { .cycles = 2, .half_life_ms = 900000 },
                                           .settle_ms = 1000,
                                           .drain_min_ms = 60000,
                                           .drain_max_ms = 300000,
                                           .linger_ms = 120000 };

static struct situation {
    const char *name;
    enum level found;
    struct policy_input in;
    unsigned told; /* a bit for each class that the manual has a row of */
} situations[] = {
    { "announced, no floor", LEVEL_NORMAL, { .floor = FLOOR_NONE }, 0 },
    { "announced, floor holds", LEVEL_NORMAL, { .floor = FLOOR_HOLDS }, 0 },
    { "announced, below floor", LEVEL_NORMAL, { .floor = FLOOR_BROKEN }, 0 },
    { "withdrawn", LEVEL_WITHDRAWN, { .floor = FLOOR_HOLDS }, 0 },
    { "drain, floor holds", LEVEL_NORMAL, { .floor = FLOOR_HOLDS, .intent = INTENT_DRAIN }, 0 },
    { "drain, below floor", LEVEL_NORMAL, { .floor = FLOOR_BROKEN, .intent = INTENT_DRAIN }, 0 },
    { "drain --force",
      LEVEL_NORMAL,
      { .floor = FLOOR_BROKEN, .intent = INTENT_DRAIN, .force = true },
      0 },
    { "withdraw, floor holds",
      LEVEL_NORMAL,
      { .floor = FLOOR_HOLDS, .intent = INTENT_WITHDRAWN },
      0 },
    { "withdraw, below floor",
      LEVEL_NORMAL,
      { .floor = FLOOR_BROKEN, .intent = INTENT_WITHDRAWN },
      0 },
    { "withdraw --force",
      LEVEL_NORMAL,
      { .floor = FLOOR_BROKEN, .intent = INTENT_WITHDRAWN, .force = true },
      0 },
    { "announce", LEVEL_WITHDRAWN, { .floor = FLOOR_HOLDS, .intent = INTENT_FORCED }, 0 },
    { "dnsd is stopping", LEVEL_NORMAL, { .floor = FLOOR_BROKEN, .stopping = true }, 0 },
};

enum { SITUATIONS = sizeof situations / sizeof *situations };

/* ---- the policy's way ---- */

/* "leaving, withdrawn": the levels after `found`; the level itself if it stays. */
static void walk(const struct situation *situation, enum cause cause, bool blind,
                 char out[LINE_MAX_BYTES])
{
    struct policy s = policy_begin(situation->found, &rules);
    struct policy_decision decision = { .level = situation->found };
    struct policy_input in = situation->in;
    out[0] = '\0';
    in.cause = cause;
    if (blind && in.floor == FLOOR_BROKEN)
        in.floor = FLOOR_BLIND;
    for (int i = 0; i < 1000; i++) {
        in.elapsed_ms = 500;
        in.observed = in.confirmed = true;
        in.looked = decision.look;
        s = policy_step(s, &rules, &in, &decision);
        if (!decision.changed)
            continue;
        strcat(strcat(out, out[0] ? ", " : ""), level_name(decision.level));
        assert_true(strlen(out) < LINE_MAX_BYTES - 32);
    }
    if (!out[0])
        strcpy(out, level_name(situation->found));
}

/* Every cause of the class, and whether below the floor or blind. */
static void check_class(const struct situation *situation, enum cause_class class,
                        const char *levels)
{
    for (int cause = 0; cause < CAUSE_COUNT; cause++)
        for (int blind = 0; blind < 2; blind++) {
            char way[LINE_MAX_BYTES];
            if (cause_class((enum cause)cause) != class)
                continue;
            walk(situation, (enum cause)cause, blind, way);
            if (strcmp(way, levels) != 0)
                fail_msg("the manual says \"%s\" for %s, %s: the policy goes \"%s\"", levels,
                         situation->name, cause_name((enum cause)cause), way);
        }
}

/* ---- the manual's rows ---- */

/* The classes named in "good, alarm", as bits. */
static unsigned classes_of(const char *text)
{
    unsigned bits = 0;
    if (strcmp(text, "all others") == 0)
        return (1u << CLASSES) - 1 - (1u << CLASS_FATAL);
    for (int c = 0; c < CLASSES; c++)
        if (strstr(text, cause_class_name((enum cause_class)c)))
            bits |= 1u << c;
    if (!bits)
        fail_msg("no class of causes: \"%s\"", text);
    return bits;
}

static void check_row(const char *name, const char *classes, const char *levels)
{
    const unsigned bits = classes_of(classes);
    bool known = false;
    for (size_t i = 0; i < SITUATIONS; i++) {
        struct situation *situation = &situations[i];
        if (strcmp(name, "any") != 0 && strcmp(name, situation->name) != 0)
            continue;
        known = true;
        if (situation->told & bits)
            fail_msg("%s, %s: twice", situation->name, classes);
        situation->told |= bits;
        for (int c = 0; c < CLASSES; c++)
            if (bits >> c & 1)
                check_class(situation, (enum cause_class)c, levels);
    }
    if (!known)
        fail_msg("a situation that is not known here: \"%s\"", name);
}

/* ".It a Ta b Ta c\n" in its three parts. */
static bool split_row(char *line, char *part[3])
{
    if (strncmp(line, ".It ", 4) != 0 || strstr(line, ".It Sy "))
        return false;
    line[strcspn(line, "\n")] = '\0';
    part[0] = line + 4;
    for (int i = 1; i < 3; i++) {
        char *cut = strstr(part[i - 1], " Ta ");
        if (!cut)
            return false;
        *cut = '\0';
        part[i] = cut + 4;
    }
    return true;
}

static FILE *open_manual(void)
{
    const char *source = getenv("PROXIMA_SRCDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/anycastctl/anycastd.8", source ? source : ".");
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("cannot read %s: is PROXIMA_SRCDIR set?", path);
    return file;
}

static void the_policy_does_what_the_manual_says(void **state)
{
    (void)state;
    FILE *manual = open_manual();
    char line[LINE_MAX_BYTES], *part[3];
    bool inside = false;
    while (fgets(line, sizeof line, manual)) {
        if (strncmp(line, ".Sh ", 4) == 0)
            inside = strcmp(line, ".Sh DECISIONS\n") == 0;
        else if (inside && split_row(line, part))
            check_row(part[0], part[1], part[2]);
    }
    fclose(manual);
    for (size_t i = 0; i < SITUATIONS; i++)
        if (situations[i].told != (1u << CLASSES) - 1)
            fail_msg("the manual does not have all classes for: %s", situations[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_does_what_the_manual_says),
    };
    return cmocka_run_group_tests_name("policy_manual", tests, NULL, NULL);
}
