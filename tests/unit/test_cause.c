/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cause.c - the table of causes: each has its own name, and of any two one is told. */
#include "anycastctl/model/cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_are_words_and_all_different(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const char *name = cause_name((enum cause)i);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        assert_true(cause_text((enum cause)i)[0]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(name, cause_name((enum cause)j));
    }
}

static void of_any_two_the_worse_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++)
        for (int j = 0; j < CAUSE_COUNT; j++) {
            const enum cause a = (enum cause)i, b = (enum cause)j;
            assert_int_equal(cause_is_worse(a, b) + cause_is_worse(b, a), i != j);
            if (cause_class(a) == CLASS_FATAL && cause_class(b) != CLASS_FATAL)
                assert_true(cause_is_worse(a, b));
            if (cause_class(a) == CLASS_WRONG && cause_class(b) < CLASS_WRONG)
                assert_true(cause_is_worse(a, b));
            if (i != j && a == CAUSE_NONE)
                assert_false(cause_is_worse(a, b));
        }
    assert_true(cause_is_worse(CAUSE_UNKNOWN, CAUSE_ZONE_STALE));
    assert_true(cause_is_worse(CAUSE_ZONE_STALE, CAUSE_OVERLOAD));
    assert_true(cause_is_worse(CAUSE_DNSD_DEAD, CAUSE_PORT_CLOSED));
}

/* ".It dnsd_dead Ta local-fatal Ta …": the manual has each cause once, with its class. */
static void the_manual_has_the_table(void **state)
{
    (void)state;
    char path[4096], line[512], name[64], class[64];
    bool seen[CAUSE_COUNT] = { false };
    int rows = 0;
    snprintf(path, sizeof path, "%s/anycastctl/anycastd.8", getenv("PROXIMA_SRCDIR"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, ".It %63[a-z_] Ta %63[a-z-] Ta", name, class) != 2)
            continue;
        for (int i = 0; i < CAUSE_COUNT; i++)
            if (strcmp(name, cause_name((enum cause)i)) == 0) {
                assert_string_equal(class, cause_class_name(cause_class((enum cause)i)));
                assert_false(seen[i]);
                seen[i] = true;
                rows++;
            }
    }
    fclose(file);
    for (int i = 0; i < CAUSE_COUNT; i++)
        if (!seen[i])
            fail_msg("anycastd(8) has no row for %s", cause_name((enum cause)i));
    assert_int_equal(rows, CAUSE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_words_and_all_different),
        cmocka_unit_test(of_any_two_the_worse_is_told),
        cmocka_unit_test(the_manual_has_the_table),
    };
    return cmocka_run_group_tests_name("cause", tests, NULL, NULL);
}
