/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_client_loss.c - the client loses a BIRD that dies, hangs or talks nonsense, and ends
 * with commands under way. */
#include "tests/unit/client_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- losing it ---- */

static void loss_in_the_middle_of_a_reply(void **state)
{
    (void)state;
    connect_client();
    send_command(BIRD_READ, "read 1");
    send_command(BIRD_READ, "read 2");
    send_command(BIRD_URGENT, "urgent");
    await(&fake.count, 2);
    fake_bird_say(&fake, "1002-half a re");
    settle();
    fake_bird_hang_up(&fake);
    await(&seen.downs, 1);
    assert_int_equal(seen.failures, 3);
    assert_int_equal(seen.outcome, BIRD_DISCONNECTED);
    assert_non_null(strstr(seen.reason, "it closed the connection"));

    await(&seen.ups, 2); /* and the half reply is forgotten: */
    assert_int_equal(fake.connections, 2);
    fake.on_command = answer_with_its_name;
    send_command(BIRD_READ, "read 3");
    await(&seen.answers, 1);
    assert_string_equal(seen.answered[0], "read 3");
    assert_int_equal(seen.failures, 3);
}

static void restart_of_bird(void **state)
{
    (void)state;
    connect_client();
    fake_bird_stop(&fake);
    await(&seen.downs, 1);
    fake.greeting = "0001 BIRD 3.3.2 ready.\n";
    fake_bird_start(&fake);
    await(&seen.ups, 2);
    assert_string_equal(seen.version.text, "3.3.2");
}

static void silence_is_a_timeout(void **state)
{
    (void)state;
    connect_client();
    struct mono before = mono_now();
    send_command(BIRD_URGENT, "disable \"svc_*\"");
    send_command(BIRD_READ, "show status");
    await(&seen.downs, 1);
    assert_true(mono_diff_ms(mono_now(), before) >= TIMEOUT_MS);
    assert_int_equal(seen.failures, 2);
    assert_int_equal(seen.outcome, BIRD_TIMEOUT);
    assert_non_null(strstr(seen.reason, "no reply in time"));
    await(&seen.ups, 2);
}

static void idle_connections_do_not_time_out(void **state)
{
    (void)state;
    fake.on_command = answer_with_its_name;
    connect_client();
    send_command(BIRD_READ, "show status");
    await(&seen.answers, 1);
    struct mono until = mono_add_ms(mono_now(), TIMEOUT_MS + 100);
    while (mono_before(mono_now(), until)) {
        ev_run(loop, EVRUN_NOWAIT);
        usleep(5000);
    }
    assert_int_equal(seen.downs, 0);
    send_command(BIRD_READ, "show status");
    await(&seen.answers, 2);
}

static void on_drip(struct ev_loop *l, ev_timer *timer, int events)
{
    (void)events;
    int *left = timer->data;
    fake_bird_say(&fake, --*left ? " another row\n" : "0000 \n");
    if (*left == 0)
        ev_timer_stop(l, timer);
}

static void slow_but_steady_is_no_timeout(void **state)
{
    enum { LONG_MS = 2000, ROWS = 10 };
    (void)state;
    bird_client_free(client);
    new_client(LONG_MS);
    connect_client();
    send_command(BIRD_READ, "show route");
    await(&fake.count, 1);
    int left = ROWS;
    ev_timer drip;
    ev_timer_init(&drip, on_drip, 0, 0.25); /* 2.25 s in all */
    drip.data = &left;
    ev_timer_start(loop, &drip);
    await(&seen.answers, 1);
    assert_int_equal(left, 0);
    assert_int_equal(seen.downs, 0);
}

static void answer_and_block_the_loop(struct fake_bird *f, const char *command)
{
    answer_with_its_name(f, command);
    usleep((TIMEOUT_MS + 50) * 1000);
}

static void our_own_stall_is_not_birds(void **state)
{
    (void)state;
    fake.on_command = answer_and_block_the_loop;
    connect_client();
    send_command(BIRD_READ, "show status");
    await(&seen.answers, 1);
    assert_int_equal(seen.failures, 0);
    assert_int_equal(seen.downs, 0);
}

static void answers_to_nothing_end_the_connection(void **state)
{
    (void)state;
    connect_client();
    fake_bird_say(&fake, "0007 Shutdown ordered\n");
    await(&seen.downs, 1);
    assert_non_null(strstr(seen.reason, "it answered what was not asked"));
    await(&seen.ups, 2);
}

/* ---- stopping ---- */

static void stop_calls_back_what_was_under_way(void **state)
{
    (void)state;
    connect_client();
    send_command(BIRD_READ, "read 1");
    send_command(BIRD_READ, "read 2");
    bird_client_stop(client);
    assert_int_equal(seen.failures, 2);
    assert_int_equal(seen.outcome, BIRD_STOPPED);
    assert_int_equal(seen.downs, 0);
    assert_false(bird_client_connected(client));
    assert_refused("show status", "not connected");
    bird_client_start(client);
    bird_client_start(client);
    await(&seen.ups, 2);
}

static void restart_client(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    on_reply(arg, outcome, reply);
    bird_client_stop(client);
    bird_client_start(client);
}

static void callbacks_may_stop_and_start(void **state)
{
    (void)state;
    connect_client();
    assert_int_equal(bird_client_send(client, BIRD_URGENT, "one", restart_client, NULL, NULL), 0);
    send_command(BIRD_URGENT, "two");
    await(&fake.count, 2);
    fake_bird_say(&fake, "1000-one\n0000 \n1000-two\n0000 \n");
    await(&seen.ups, 2);
    assert_int_equal(seen.answers, 1); /* the second reply died with the connection */
    assert_int_equal(seen.outcome, BIRD_STOPPED);
    assert_int_equal(seen.failures, 1);

    /* and the same from the callback of a loss */
    assert_int_equal(bird_client_send(client, BIRD_URGENT, "three", restart_client, NULL, NULL), 0);
    fake_bird_hang_up(&fake);
    await(&seen.downs, 1);
    await(&seen.ups, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_begin, client_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loss_in_the_middle_of_a_reply),
        TEST(restart_of_bird),
        TEST(silence_is_a_timeout),
        TEST(idle_connections_do_not_time_out),
        TEST(slow_but_steady_is_no_timeout),
        TEST(our_own_stall_is_not_birds),
        TEST(answers_to_nothing_end_the_connection),
        TEST(stop_calls_back_what_was_under_way),
        TEST(callbacks_may_stop_and_start),
    };
    return cmocka_run_group_tests_name("bird_client_loss", tests, NULL, NULL);
}
