/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ladder.c - proofs of changes, step by step, with facts in any order. */
#include "anycastctl/act/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT_MS = 60000, LOCAL_MS = 2000, START_MS = 1000000 };

static struct ladder ladder;

static struct mono at(int ms)
{
    return mono_add_ms((struct mono){ 1 }, START_MS + ms);
}

static void begin(enum level from, enum level to)
{
    ladder_begin(&ladder, 7, from, to, at(0));
}

/* Steps as "decided+0 replied:not_yet export(up)+3 glass:no looking glass configured". */
static const char *text(void)
{
    static char out[2048];
    out[0] = '\0';
    for (unsigned i = 0; i < ladder.count; i++) {
        const struct ladder_step *step = &ladder.step[i];
        char line[256], name[70] = "";
        if (step->name[0])
            snprintf(name, sizeof name, "(%s)", step->name);
        if (step->state == STEP_PROVEN)
            snprintf(line, sizeof line, "%s%s+%d", ladder_kind_name(step->kind), name,
                     (int)mono_diff_ms(step->at, ladder.decided));
        else
            snprintf(line, sizeof line, "%s%s:%s%s", ladder_kind_name(step->kind), name,
                     step->state == STEP_NOT_YET ? "?" : "", ladder_why_text(step->why));
        strcat(strcat(out, i ? " | " : ""), line);
    }
    return out;
}

static void assert_text(const char *expected)
{
    assert_string_equal(text(), expected);
}

static void look(const char *session, enum ladder_look what, int ms)
{
    ladder_export(&ladder, session, what, at(ms), at(ms));
}

static struct ladder_rates rates(double before, double then, double now)
{
    return (struct ladder_rates){ .before = before, .then = then, .now = now, .quiet_share = 0.05 };
}

static void queries(double before, double then, double now, int ms)
{
    const struct ladder_rates r = rates(before, then, now);
    ladder_queries(&ladder, &r, at(ms));
}

static void a_withdrawal_is_proven_step_by_step(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    assert_text("decided+0 | replied:? | read_back:? | export:? | glass:? | queries:?");
    ladder_replied(&ladder, at(1));
    look("up0", LOOK_OTHERWISE, 2);
    look("up1", LOOK_AS_DECIDED, 3);
    assert_text("decided+0 | replied+1 | read_back:? | export(up0):? | export(up1)+3 | glass:? | "
                "queries:?");
    assert_true(ladder_awaits(&ladder, STEP_EXPORT));
    ladder_read_back(&ladder, at(4));
    look("up0", LOOK_AS_DECIDED, 5);
    assert_false(ladder_awaits(&ladder, STEP_EXPORT));
    assert_true(ladder_awaits(&ladder, STEP_GLASS));
    ladder_glass(&ladder, "transit", LOOK_DOWN, at(6), at(6));
    ladder_glass(&ladder, "transit", LOOK_OTHERWISE, at(7), at(7));
    ladder_glass(&ladder, "fleet", LOOK_AS_DECIDED, at(7), at(8));
    assert_false(ladder_close(&ladder, LIMIT_MS, at(9)));
    ladder_glass(&ladder, "transit", LOOK_AS_DECIDED, at(10), at(20));
    queries(1000, 1000, 900, 30);
    assert_false(ladder_close(&ladder, LIMIT_MS, at(30)));
    queries(1000, 1000, 50, 40);
    assert_text("decided+0 | replied+1 | read_back+4 | export(up0)+5 | export(up1)+3 | "
                "glass(transit)+20 | glass(fleet)+8 | queries+40");
    assert_false(ladder_close(&ladder, LIMIT_MS, at(41))); /* there may be further sessions */
    ladder_listed(&ladder, true, at(40));
    assert_true(ladder_close(&ladder, LIMIT_MS, at(41)));
    assert_int_equal(ladder.end, LADDER_COMPLETE);
    assert_int_equal(mono_diff_ms(ladder.ended, ladder.decided), 41);
    assert_false(ladder_close(&ladder, LIMIT_MS, at(42))); /* once */
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(99999)));
}

static void what_is_proven_stays_so(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    ladder_replied(&ladder, at(1));
    look("up", LOOK_AS_DECIDED, 2);
    for (int what = LOOK_AS_DECIDED; what <= LOOK_UNREADABLE; what++)
        look("up", (enum ladder_look)what, 3);
    ladder_replied(&ladder, at(5));
    ladder_bird_died(&ladder);
    assert_text("decided+0 | replied+1 | read_back:? | export(up)+2 | glass:? | queries:?");
}

static void answers_of_before_are_not_taken(void **state)
{
    (void)state;
    begin(LEVEL_BACKUP, LEVEL_NORMAL);
    look("up", LOOK_AS_DECIDED, 1); /* BIRD may not even have seen the command */
    ladder_replied(&ladder, at(5));
    ladder_export(&ladder, "up", LOOK_AS_DECIDED, at(4), at(6));
    ladder_glass(&ladder, "lg", LOOK_AS_DECIDED, at(4), at(6));
    assert_text("decided+0 | replied+5 | read_back:? | export:? | glass:? | queries:?");
    ladder_export(&ladder, "up", LOOK_AS_DECIDED, at(5), at(6));
    assert_text("decided+0 | replied+5 | read_back:? | export(up)+6 | glass:? | queries:?");
}

static void what_can_not_be_told_is_unproven_with_the_reason(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    ladder_read_back(&ladder, at(1)); /* it was withdrawn already */
    look("up0", LOOK_DOWN, 2);
    look("up1", LOOK_NO_CHANNEL, 2);
    ladder_no_glass(&ladder);
    queries(1000, 1000, -1, 3);
    assert_text("decided+0 | replied:no command was needed | read_back+1 | "
                "export(up0):session down | "
                "export(up1):the session does not carry this address family | "
                "glass:no looking glass configured | queries:the query rate is not known");
    ladder_listed(&ladder, true, at(3));
    assert_true(ladder_close(&ladder, LIMIT_MS, at(4)));
    assert_int_equal(ladder.end, LADDER_COMPLETE);
}

static void what_was_found_at_start_moves_no_queries(void **state)
{
    (void)state;
    begin(LEVEL_WITHDRAWN, LEVEL_NORMAL);
    ladder_found_so(&ladder);
    ladder_read_back(&ladder, at(1));
    assert_false(ladder_awaits(&ladder, STEP_QUERIES));
    assert_text("decided+0 | replied:it was found so at the start | read_back+1 | export:? | "
                "glass:? | queries:it was found so at the start");
}

static void a_session_that_is_down_may_still_come_up(void **state)
{
    (void)state;
    begin(LEVEL_WITHDRAWN, LEVEL_NORMAL);
    ladder_replied(&ladder, at(1));
    look("up", LOOK_DOWN, 2);
    assert_text("decided+0 | replied+1 | read_back:? | export(up):?session down | glass:? | "
                "queries:?");
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(1999)));
    ladder_read_back(&ladder, at(3));
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(2000))); /* the session has its own alarm */
    look("up", LOOK_OTHERWISE, 3000);
    assert_ptr_equal(ladder_overdue(&ladder, LOCAL_MS, at(3001)), &ladder.step[3]);
    look("up", LOOK_AS_DECIDED, 3002);
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(3003)));
}

static void without_any_session(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_BACKUP);
    ladder_listed(&ladder, false, at(0)); /* of the time before */
    assert_int_equal(ladder.step[3].why, WHY_NONE);
    ladder_replied(&ladder, at(1));
    ladder_listed(&ladder, false, at(2));
    assert_string_equal(ladder_why_text(ladder.step[3].why), "BIRD has no session to a provider");
    look("late", LOOK_AS_DECIDED, 3);
    assert_string_equal(ladder.step[3].name, "late");
    ladder_listed(&ladder, false, at(4));
    assert_int_equal(ladder.step[3].state, STEP_PROVEN);
}

static void a_dead_bird_has_no_sessions(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    ladder_read_back(&ladder, at(1));
    look("up0", LOOK_OTHERWISE, 2);
    look("up1", LOOK_OTHERWISE, 2);
    ladder_bird_died(&ladder);
    assert_int_equal(ladder.step[3].why, WHY_BIRD_DEAD);
    assert_int_equal(ladder.step[4].why, WHY_BIRD_DEAD);
}

static void time_over(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    ladder_replied(&ladder, at(1));
    ladder_read_back(&ladder, at(2));
    look("up", LOOK_OTHERWISE, 3);
    ladder_glass(&ladder, "lg", LOOK_DOWN, at(4), at(4));
    ladder_no_glass(&ladder); /* there is one */
    queries(1000, 1000, 990, 5);
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(LOCAL_MS - 1)));
    assert_ptr_equal(ladder_overdue(&ladder, LOCAL_MS, at(LOCAL_MS)), &ladder.step[3]);
    assert_false(ladder_close(&ladder, LIMIT_MS, at(LIMIT_MS - 1)));
    assert_true(ladder_close(&ladder, LIMIT_MS, at(LIMIT_MS)));
    assert_int_equal(ladder.end, LADDER_TIME_OVER);
    assert_text("decided+0 | replied+1 | read_back+2 | export(up):not within its time | "
                "glass(lg):the looking glass does not answer | queries:not within its time");
    assert_ptr_equal(ladder_overdue(&ladder, LOCAL_MS, at(LIMIT_MS)), &ladder.step[3]);

    ladder_listed(&ladder, true, at(LIMIT_MS));
    look("up", LOOK_OTHERWISE, LIMIT_MS + 1); /* changes nothing that is recorded */
    assert_false(ladder_close(&ladder, LIMIT_MS, at(LIMIT_MS + 2)));
    look("up", LOOK_AS_DECIDED, LIMIT_MS + 3);
    assert_ptr_equal(ladder_overdue(&ladder, LOCAL_MS, at(LIMIT_MS)), &ladder.step[5]);
    queries(1000, 1000, 0, LIMIT_MS + 4);
    assert_true(ladder_close(&ladder, LIMIT_MS, at(LIMIT_MS + 5)));
    assert_int_equal(ladder.end, LADDER_LATE);
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(LIMIT_MS + 6)));
}

static void the_next_change_overtakes(void **state)
{
    (void)state;
    memset(&ladder, 0, sizeof ladder);
    assert_false(ladder_overtake(&ladder, at(0)));
    begin(LEVEL_NORMAL, LEVEL_BACKUP);
    ladder_replied(&ladder, at(1));
    look("up", LOOK_UNREADABLE, 2);
    assert_true(ladder_overtake(&ladder, at(3)));
    assert_false(ladder_overtake(&ladder, at(4)));
    assert_int_equal(ladder.end, LADDER_OVERTAKEN);
    ladder_read_back(&ladder, at(5)); /* of the next one */
    assert_text("decided+0 | replied+1 | read_back:overtaken by the next change | "
                "export(up):BIRD does not say | glass:overtaken by the next change | "
                "queries:overtaken by the next change");
}

static void queries_fall_and_rise(void **state)
{
    static const struct {
        enum level from, to;
        double before, then, now;
        bool shared;
        enum ladder_state state;
        enum ladder_why why;
    } rows[] = {
        { LEVEL_NORMAL, LEVEL_WITHDRAWN, 1000, 1000, 51, false, STEP_NOT_YET, WHY_NONE },
        { LEVEL_NORMAL, LEVEL_WITHDRAWN, 1000, 1000, 50, false, STEP_PROVEN, WHY_NONE },
        { LEVEL_NORMAL, LEVEL_WITHDRAWN, 10, 10, 1, false, STEP_PROVEN, WHY_NONE },
        { LEVEL_NORMAL, LEVEL_WITHDRAWN, 4.9, 4.9, 0, false, STEP_UNPROVEN, WHY_RATE_LOW },
        { LEVEL_NORMAL, LEVEL_WITHDRAWN, -1, -1, 0, false, STEP_UNPROVEN, WHY_RATE_UNKNOWN },
        { LEVEL_NORMAL, LEVEL_WITHDRAWN, 1000, 1000, 0, true, STEP_UNPROVEN, WHY_RATE_SHARED },
        { LEVEL_DRAIN, LEVEL_WITHDRAWN, 1000, 20, 20, false, STEP_PROVEN, WHY_NONE },
        { LEVEL_NORMAL, LEVEL_DRAIN, 1000, 1000, 51, false, STEP_NOT_YET, WHY_NONE },
        { LEVEL_NORMAL, LEVEL_BACKUP, 1000, 1000, 501, false, STEP_NOT_YET, WHY_NONE },
        { LEVEL_NORMAL, LEVEL_BACKUP, 1000, 1000, 500, false, STEP_PROVEN, WHY_NONE },
        { LEVEL_WITHDRAWN, LEVEL_NORMAL, 1000, 0, 4.9, false, STEP_NOT_YET, WHY_NONE },
        { LEVEL_WITHDRAWN, LEVEL_NORMAL, 1000, 0, 5, false, STEP_PROVEN, WHY_NONE },
        { LEVEL_WITHDRAWN, LEVEL_NORMAL, 1000, 100, 199, false, STEP_NOT_YET, WHY_NONE },
        { LEVEL_WITHDRAWN, LEVEL_NORMAL, -1, -1, 6, false, STEP_PROVEN, WHY_NONE },
        { LEVEL_BACKUP, LEVEL_NORMAL, 100, 100, 149, false, STEP_NOT_YET, WHY_NONE },
        { LEVEL_BACKUP, LEVEL_NORMAL, 100, 100, 150, false, STEP_PROVEN, WHY_NONE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(rows[i].from, rows[i].to);
        struct ladder_rates r = rates(rows[i].before, rows[i].then, rows[i].now);
        r.shared = rows[i].shared;
        ladder_queries(&ladder, &r, at(1));
        const struct ladder_step *step = &ladder.step[ladder.count - 1];
        if (step->state != rows[i].state || step->why != rows[i].why)
            fail_msg("row %zu: %s", i, text());
    }
}

/* Told apart or not: of what was seen last, and once proven, of what proved it. */
static void whose_queries_they_were_is_kept(void **state)
{
    const struct ladder_step *step = NULL;
    struct ladder_rates r = rates(1000, 1000, 500);
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    step = &ladder.step[ladder.count - 1];
    assert_false(step->whole_node);
    r.whole_node = true;
    ladder_queries(&ladder, &r, at(1));
    assert_true(step->state == STEP_NOT_YET && step->whole_node);
    r.now = 0;
    ladder_queries(&ladder, &r, at(2));
    r.whole_node = false;
    ladder_queries(&ladder, &r, at(3));
    assert_true(step->state == STEP_PROVEN && step->whole_node);
}

static void queries_that_stay_away_are_no_problem(void **state)
{
    (void)state;
    begin(LEVEL_WITHDRAWN, LEVEL_NORMAL);
    ladder_replied(&ladder, at(1));
    ladder_read_back(&ladder, at(2));
    look("up", LOOK_AS_DECIDED, 3);
    ladder_no_glass(&ladder);
    queries(1000, 0, 0, 4);
    assert_true(ladder_close(&ladder, LIMIT_MS, at(LIMIT_MS)));
    assert_int_equal(ladder.end, LADDER_TIME_OVER);
    assert_null(ladder_overdue(&ladder, LOCAL_MS, at(LIMIT_MS)));
}

static void a_glass_without_levels_tells_nothing_of_them(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_BACKUP);
    ladder_replied(&ladder, at(1));
    ladder_glass(&ladder, "lg", LOOK_UNREADABLE, at(2), at(3));
    assert_int_equal(ladder.step[4].state, STEP_UNPROVEN);
    assert_int_equal(ladder.step[4].why, WHY_GLASS_LEVEL);
}

static void more_sessions_than_there_is_room_for_are_left_out(void **state)
{
    (void)state;
    begin(LEVEL_NORMAL, LEVEL_WITHDRAWN);
    ladder_replied(&ladder, at(1));
    for (int i = 0; i < 2 * LADDER_STEPS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "up%d", i);
        look(name, i % 2 ? LOOK_AS_DECIDED : LOOK_OTHERWISE, 2);
    }
    assert_int_equal(ladder.count, LADDER_STEPS_MAX);
    for (unsigned i = 1; i < ladder.count; i++)
        assert_true(ladder.step[i - 1].kind <= ladder.step[i].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_withdrawal_is_proven_step_by_step),
        cmocka_unit_test(what_is_proven_stays_so),
        cmocka_unit_test(answers_of_before_are_not_taken),
        cmocka_unit_test(what_can_not_be_told_is_unproven_with_the_reason),
        cmocka_unit_test(what_was_found_at_start_moves_no_queries),
        cmocka_unit_test(a_session_that_is_down_may_still_come_up),
        cmocka_unit_test(without_any_session),
        cmocka_unit_test(a_dead_bird_has_no_sessions),
        cmocka_unit_test(time_over),
        cmocka_unit_test(the_next_change_overtakes),
        cmocka_unit_test(queries_fall_and_rise),
        cmocka_unit_test(whose_queries_they_were_is_kept),
        cmocka_unit_test(queries_that_stay_away_are_no_problem),
        cmocka_unit_test(a_glass_without_levels_tells_nothing_of_them),
        cmocka_unit_test(more_sessions_than_there_is_room_for_are_left_out),
    };
    return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
