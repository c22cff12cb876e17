/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_client.c - the client connects to a BIRD that may be slow or strange, asks, and is
 * answered; what it does not send. */
#include "tests/unit/client_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- connecting ---- */

static void greeting_gives_the_version(void **state)
{
    (void)state;
    static const struct {
        const char *greeting;
        int major, minor, patch;
    } cases[] = {
        { "0001 BIRD 2.0.12 ready.\n", 2, 0, 12 },
        { "0001 BIRD 2.19 ready.\n", 2, 19, 0 },
        { "0001 BIRD 3.3.2-x ready.\n", 3, 3, 2 },
    };
    fake_bird_start(&fake);
    for (int i = 0; i < 3; i++) {
        fake.greeting = cases[i].greeting;
        bird_client_start(client);
        await(&seen.ups, i + 1);
        assert_int_equal(seen.version.major, cases[i].major);
        assert_int_equal(seen.version.minor, cases[i].minor);
        assert_int_equal(seen.version.patch, cases[i].patch);
        assert_string_equal(bird_client_problem(client), "");
        bird_client_stop(client);
    }
    assert_string_equal(seen.version.text, "3.3.2-x");
    assert_int_equal(seen.downs, 0);
}

static void waits_for_bird_to_start(void **state)
{
    (void)state;
    bird_client_start(client);
    settle();
    assert_non_null(strstr(bird_client_problem(client), "No such file or directory"));
    assert_refused("show status", "not connected");
    fake_bird_start(&fake);
    await(&seen.ups, 1);
}

static void silence_instead_of_a_greeting(void **state)
{
    (void)state;
    fake.greeting = NULL;
    fake_bird_start(&fake);
    bird_client_start(client);
    await(&fake.connections, 2);
    assert_non_null(strstr(bird_client_problem(client), "no greeting in time"));
    fake.greeting = "0001 BIRD 2.0.12 ready.\n";
    await(&seen.ups, 1);
    assert_int_equal(seen.downs, 0);
}

static void something_else_than_bird(void **state)
{
    (void)state;
    static const struct {
        const char *greeting, *problem;
    } cases[] = {
        { "0001 BIRD 1.6.8 ready.\n", "it is BIRD 1.6.8: need 2.0.12 or newer" },
        { "0001 Hello\n", "greets with \"0001 Hello\"" },
        { "0013 BIRD 2.0.12 ready.\n", "greets with \"0013 BIRD 2.0.12 ready.\"" },
        { "0001 BIRD two ready.\n", "not BIRD's way" },
    };
    fake_bird_start(&fake);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fake.greeting = cases[i].greeting;
        bird_client_start(client);
        await(&fake.connections, fake.connections + 2);
        if (!strstr(bird_client_problem(client), cases[i].problem))
            fail_msg("%s", bird_client_problem(client));
        bird_client_stop(client);
    }
    assert_int_equal(seen.ups, 0);
    assert_int_equal(seen.downs, 0);
}

/* Whoever hangs up right after the greeting must not make us spin. */
static void pauses_grow_when_nothing_was_answered(void **state)
{
    (void)state;
    connect_client();
    struct mono before = mono_now();
    for (int i = 1; i <= 6; i++) {
        fake_bird_hang_up(&fake);
        await(&seen.ups, i + 1);
    }
    /* at once, then 5, 10, 20, 40, 60 ms */
    assert_true(mono_diff_ms(mono_now(), before) >= 130);
    assert_int_equal(seen.downs, 6);
}

/* A machine may hold us up; not each time. Pauses that grow would soon be longer, each time. */
static void comes_back_at_once_after_a_connection_that_worked(void **state)
{
    enum { TIMES = 20 };
    int at_once = 0;
    (void)state;
    fake.on_command = answer_with_its_name;
    connect_client();
    for (int i = 1; i <= TIMES; i++) {
        send_command(BIRD_READ, "show status");
        await(&seen.answers, i);
        struct mono before = mono_now();
        fake_bird_hang_up(&fake);
        await(&seen.ups, i + 1);
        at_once += mono_diff_ms(mono_now(), before) < RETRY_MAX_MS / 2;
    }
    assert_true(at_once >= TIMES / 2);
    assert_int_equal(seen.downs, TIMES);
}

/* ---- replies ---- */

static void replies_in_any_pieces(void **state)
{
    (void)state;
    connect_client();
    send_command(BIRD_READ, "show protocols");
    await(&fake.count, 1);
    for (const char *c = "+async\n1002-device1 Device\n bird1\n0000 \n"; *c; c++) {
        char byte[2] = { *c, '\0' };
        assert_int_equal(seen.answers, 0);
        fake_bird_say(&fake, byte);
        settle();
    }
    await(&seen.answers, 1);
    assert_string_equal(seen.answered[0], "device1 Device");
}

static void errors_are_answers(void **state)
{
    (void)state;
    connect_client();
    send_command(BIRD_READ, "bogus");
    send_command(BIRD_READ, "show route");
    await(&fake.count, 1);
    fake_bird_say(&fake, "9001 syntax error\n");
    await(&seen.answers, 1);
    await(&fake.count, 2);
    fake_bird_say(&fake, "1007-a\n8000-<line overflow>\n0000 \n");
    await(&seen.answers, 2);
    assert_string_equal(seen.answered[0], "syntax error");
    assert_string_equal(seen.answered[1], "a");
    assert_int_equal(seen.failures, 0);
}

static void reads_go_one_by_one_and_urgent_ones_in_front(void **state)
{
    (void)state;
    connect_client();
    send_command(BIRD_READ, "read 1");
    send_command(BIRD_READ, "read 2");
    send_command(BIRD_READ, "read 3");
    await(&fake.count, 1);
    settle();
    assert_int_equal(fake.count, 1);
    send_command(BIRD_URGENT, "urgent 1");
    send_command(BIRD_URGENT, "urgent 2");
    await(&fake.count, 3); /* although nothing was answered */

    static const char *const order[] = { "read 1", "urgent 1", "urgent 2", "read 2", "read 3" };
    for (int i = 0; i < 5; i++) {
        await(&fake.count, i < 2 ? 3 : i + 1);
        assert_string_equal(fake.command[i], order[i]);
        answer_with_its_name(&fake, fake.command[i]);
        await(&seen.answers, i + 1);
        assert_string_equal(seen.answered[i], order[i]);
    }
    assert_int_equal(fake.count, 5);
}

static void many_urgent_ones_are_all_answered(void **state)
{
    (void)state;
    fake.on_command = answer_with_its_name;
    connect_client();
    for (int i = 0; i < 50; i++) {
        char command[32];
        snprintf(command, sizeof command, "urgent %d", i);
        send_command(BIRD_URGENT, command);
    }
    await(&seen.answers, 50);
    for (int i = 0; i < 50; i++) {
        char command[32];
        snprintf(command, sizeof command, "urgent %d", i);
        assert_string_equal(seen.answered[i], command);
    }
}

static void send_another(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    on_reply(arg, outcome, reply);
    if (seen.answers < 3)
        assert_int_equal(bird_client_send(client, BIRD_URGENT, "again", send_another, NULL, NULL),
                         0);
}

static void callbacks_may_send(void **state)
{
    (void)state;
    fake.on_command = answer_with_its_name;
    connect_client();
    assert_int_equal(bird_client_send(client, BIRD_URGENT, "first", send_another, NULL, NULL), 0);
    await(&seen.answers, 3);
    assert_string_equal(seen.answered[2], "again");
}

static void restricted_socket_is_noticed(void **state)
{
    (void)state;
    connect_client();
    send_command(BIRD_URGENT, "disable \"svc_*\"");
    await(&fake.count, 1);
    fake_bird_say(&fake, "8007 Access denied\n");
    await(&seen.answers, 1);
    assert_true(bird_client_restricted(client));
    fake_bird_hang_up(&fake);
    await(&seen.ups, 2);
    assert_false(bird_client_restricted(client));
    send_command(BIRD_READ, "restrict");
    await(&fake.count, 2);
    fake_bird_say(&fake, "0016 Access restricted\n");
    await(&seen.answers, 2);
    assert_true(bird_client_restricted(client));
}

/* ---- what is refused here ---- */

static void commands_that_bird_would_choke_on(void **state)
{
    (void)state;
    char line[BIRD_LINE_SENT_MAX + 2];
    connect_client();
    memset(line, 'x', sizeof line);
    line[BIRD_LINE_SENT_MAX + 1] = '\0';
    assert_refused(line, "a command of 1023 bytes: BIRD takes 1 to 1022");
    assert_refused("", "a command of 0 bytes");
    assert_refused("disable a\nenable b", "control character");
    line[BIRD_LINE_SENT_MAX] = '\0';
    send_command(BIRD_READ, line);
    await(&fake.count, 1);
    assert_int_equal(strlen(fake.command[0]), BIRD_LINE_SENT_MAX);
    for (int i = 0; i < BIRD_WAITING_MAX; i++)
        send_command(BIRD_READ, "show status");
    assert_refused("show status", "1024 commands wait already");
}

static void one_configure_at_a_time(void **state)
{
    (void)state;
    connect_client();
    assert_refused("configure", "configure status");
    assert_refused("configure soft", "configure status");
    static const struct {
        const char *reply;
        bool may;
    } cases[] = {
        { "0003-Daemon is up and running\n0000 \n", true },
        { "0004-Reconfiguration in progress\n0000 \n", false },
        { "0006-Shutdown in progress\n0000 \n", false },
    };
    for (int i = 0; i < 3; i++) {
        int answers = seen.answers, count = fake.count;
        send_command(BIRD_READ, "configure status");
        await(&fake.count, count + 1);
        assert_refused("configure", "configure status");
        fake_bird_say(&fake, cases[i].reply);
        await(&seen.answers, answers + 1);
        if (!cases[i].may) {
            assert_refused("configure", "configure status");
            continue;
        }
        send_command(BIRD_READ, "configure");
        assert_refused("configure", "configure status");
        await(&fake.count, count + 2);
        fake_bird_say(&fake, "0002-Reading configuration from x\n0003 Reconfigured\n");
        await(&seen.answers, answers + 2);
    }
    int count = fake.count;
    send_command(BIRD_READ, "configure check");
    await(&fake.count, count + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_begin, client_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(greeting_gives_the_version),
        TEST(waits_for_bird_to_start),
        TEST(silence_instead_of_a_greeting),
        TEST(something_else_than_bird),
        TEST(pauses_grow_when_nothing_was_answered),
        TEST(comes_back_at_once_after_a_connection_that_worked),
        TEST(replies_in_any_pieces),
        TEST(errors_are_answers),
        TEST(reads_go_one_by_one_and_urgent_ones_in_front),
        TEST(many_urgent_ones_are_all_answered),
        TEST(callbacks_may_send),
        TEST(restricted_socket_is_noticed),
        TEST(commands_that_bird_would_choke_on),
        TEST(one_configure_at_a_time),
    };
    return cmocka_run_group_tests_name("bird_client", tests, NULL, NULL);
}
