/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_guard_judge.c - when the guard says that dnsd is silent, and when it waits. */
#include "anycastctl/guard_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SILENT_MS = 300, LIMIT_MS = 100 };

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1000000000 }, ms);
}

/* The asking began at 0; the loop runs on time since `running_ms`. */
static enum judgement judge(const struct prober_facts *facts, int64_t running_ms, int64_t now_ms)
{
    const struct judge_rules rules = { .since = at(0), .silent_ms = SILENT_MS };
    struct stall stall = stall_begin(LIMIT_MS, at(running_ms));
    return guard_judge(&rules, facts, &stall, at(now_ms));
}

static void an_answer_keeps_the_level(void **state)
{
    (void)state;
    struct prober_facts facts = { .answers = 1, .answered = at(10), .udp.state = PATH_RIGHT };
    assert_int_equal(judge(&facts, 0, 20), JUDGE_ANSWERS);
    facts.udp.state = PATH_WRONG; /* other sites may answer as wrongly: not for the guard to say */
    assert_int_equal(judge(&facts, 0, 20), JUDGE_ANSWERS);
}

static void silence_is_doubted_before_it_counts(void **state)
{
    (void)state;
    struct prober_facts facts = { .udp.state = PATH_UNTRIED };
    assert_int_equal(judge(&facts, 0, 10), JUDGE_ASKING);
    assert_int_equal(judge(&facts, 0, SILENT_MS / 2 + 1), JUDGE_DOUBTFUL);
    assert_int_equal(judge(&facts, 0, SILENT_MS + 1), JUDGE_DOUBTFUL); /* nobody asked in a hurry */
    facts.vain = at(160);
    assert_int_equal(judge(&facts, 0, SILENT_MS), JUDGE_DOUBTFUL);
    assert_int_equal(judge(&facts, 0, SILENT_MS + 1), JUDGE_SILENT);
}

static void silence_after_an_answer_counts_from_there(void **state)
{
    (void)state;
    struct prober_facts facts = { .answers = 9, .answered = at(500), .vain = at(400) };
    assert_int_equal(judge(&facts, 0, 500 + SILENT_MS + 1), JUDGE_DOUBTFUL); /* the old hurry */
    facts.vain = at(660);
    assert_int_equal(judge(&facts, 0, 500 + SILENT_MS + 1), JUDGE_SILENT);
}

static void a_closed_port_needs_no_patience(void **state)
{
    (void)state;
    struct prober_facts facts = { .udp.state = PATH_REFUSED };
    assert_int_equal(judge(&facts, 0, 1), JUDGE_SILENT);
    facts.udp.state = PATH_NO_ADDRESS;
    assert_int_equal(judge(&facts, 0, 1), JUDGE_SILENT);
}

static void our_own_absence_is_not_its_silence(void **state)
{
    (void)state;
    struct prober_facts facts = { .answers = 1, .answered = at(10), .vain = at(160) };
    assert_int_equal(judge(&facts, 5000, 5010), JUDGE_ANSWERS);
    assert_int_equal(judge(&facts, 5000, 5000 + SILENT_MS + 1), JUDGE_SILENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_keeps_the_level),
        cmocka_unit_test(silence_is_doubted_before_it_counts),
        cmocka_unit_test(silence_after_an_answer_counts_from_there),
        cmocka_unit_test(a_closed_port_needs_no_patience),
        cmocka_unit_test(our_own_absence_is_not_its_silence),
    };
    return cmocka_run_group_tests_name("guard_judge", tests, NULL, NULL);
}
