/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_cut.c - where the text of a master file can be cut. What is expected to be the rest
 * stands behind "|". */
#include "dnsd/zone/cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const cuts[] = {
    "a A 192.0.2.1\nb A 192.0.2.2\n|c A 192",
    "a A 192.0.2.1\n|@ A 192.0.2.2\n A 192.0.2.3\n",          /* a blank stands for the owner */
    "a A 192.0.2.1\n|_b._tcp SRV 0 0 1 c\n\tTXT x\n$TTL 5\n", /* nor is a directive a record */
    "a A 192.0.2.1\n|*.b A 192.0.2.2\n\n; comment\n) x\n",    /* nor what no owner begins with */
    "a A 192.0.2.1\n|b TXT ( x\nc A 192.0.2.2\n",             /* within parentheses */
    "a TXT ( x\nb )\n|c A 192.0.2.2\n",                       /* behind them */
    "a TXT x ; (\n|b A 192.0.2.2\n",                          /* in a comment they mean nothing */
    "a TXT \"(\" \";\"\n|b A 192.0.2.2\n",                    /* nor in quotes */
    "a TXT \\( \\\"\n|b A 192.0.2.2\n",                       /* nor escaped */
    "$INCLUDE a(1\n|b A 192.0.2.2\n",                         /* nor in a directive */
    "a A 192.0.2.1\n|b TXT \"x\ny A 192.0.2.2\n",             /* within quotes */
    "a A 192.0.2.1\n|b\\\nc A 192.0.2.2\n",                   /* an escaped end of line */
    "a TXT \"\\\"\n\"\n|b A 192.0.2.2\n",
    "a A 192.0.2.1\n|b A 192.0.2.2 \\",
};

static void test_cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        char text[256];
        strcpy(text, cuts[i]);
        char *bar = strchr(text, '|');
        memmove(bar, bar + 1, strlen(bar));
        const size_t at = cut(text, strlen(text));
        if (at != (size_t)(bar - text))
            fail_msg("%s\n--- cut at %zu, should be %zu", text, at, (size_t)(bar - text));
    }
}

static void test_no_cut(void **state)
{
    (void)state;
    static const char *const texts[] = { "a", "a A 192.0.2.1\n", "a (\nb\nc\n", "\n \n", "a\n(b" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(cut(texts[i], strlen(texts[i])), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_no_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
