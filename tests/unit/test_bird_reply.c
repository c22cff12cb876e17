/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_reply.c - what BIRD 2 and 3 really said, in every slicing; and what they never should.
 */
#include "bird/reply.h"
#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct {
    int code;
    enum bird_result result;
    const char *headline;
} expected[R_COUNT] = {
    [R_GREETING] = { 1, BIRD_DONE, "BIRD " },
    [R_STATUS] = { 13, BIRD_DONE, "BIRD " },
    [R_PROTOCOLS] = { 0, BIRD_DONE, "Name " },
    [R_ENABLE] = { 0, BIRD_DONE, "svc_dns_4_normal: enabled" },
    [R_ENABLE_AGAIN] = { 0, BIRD_ALREADY, "svc_dns_4_normal: already enabled" },
    [R_ENABLE_6] = { 0, BIRD_DONE, "svc_dns_6_normal: enabled" },
    [R_PROTOCOLS_SVC] = { 0, BIRD_DONE, "Name " },
    [R_ROUTE_FLEET] = { 0, BIRD_DONE, "Table fleet4:" },
    [R_EXPORTED] = { 0, BIRD_DONE, "Table master4:" },
    [R_EXPORTED_BOTH] = { 0, BIRD_DONE, "Table master4:" },
    [R_ENABLE_DRAIN] = { 0, BIRD_DONE, "svc_dns_4_drain: enabled" },
    [R_DISABLE] = { 0, BIRD_DONE, "svc_dns_4_normal: disabled" },
    [R_EXPORTED_DRAIN] = { 0, BIRD_DONE, "Table master4:" },
    [R_WITHDRAW] = { 0, BIRD_DONE, "svc_dns_4_normal: already disabled" },
    [R_EXPORTED_NONE] = { 8001, BIRD_FAILED, "Network not found" },
    [R_DISABLE_NO_MATCH] = { 8003, BIRD_FAILED, "No protocols match" },
    [R_ENABLE_UNKNOWN] = { 9001, BIRD_FAILED, "syntax error" },
    [R_EXPORTED_DOWN_SESSION] = { 9001, BIRD_FAILED, "" },
    [R_PROTOCOLS_DOWN_SESSION] = { 0, BIRD_DONE, "Name " },
    [R_CONFIGURE_STATUS] = { 0, BIRD_DONE, "Daemon is up and running" },
    [R_CONFIGURE_CHECK] = { 20, BIRD_DONE, "Reading configuration" },
    [R_CONFIGURE_CHECK_MISSING] = { 8002, BIRD_FAILED, "/nonexistent: No such file" },
    [R_BOGUS] = { 9001, BIRD_FAILED, "syntax error" },
    [R_RESTRICT] = { 16, BIRD_DONE, "Access restricted" },
    [R_STATUS_RESTRICTED] = { 13, BIRD_DONE, "BIRD " },
    [R_DISABLE_RESTRICTED] = { 8007, BIRD_FAILED, "Access denied" },
};

static void check(const struct bird_reply *reply, int which)
{
    assert_in_range(which, 0, R_COUNT - 1);
    assert_int_equal(reply->code, expected[which].code);
    assert_int_equal(reply->lines[reply->count - 1].code, expected[which].code);
    assert_int_equal(bird_reply_result(reply), expected[which].result);
    assert_false(reply->incomplete);
    const char *text = bird_reply_headline(reply)->text;
    assert_int_equal(strncmp(text, expected[which].headline, strlen(expected[which].headline)), 0);
}

/* Feeds a recording in pieces of the sizes that `next` gives, and checks each reply. */
static void feed_sliced(const char *version, size_t (*next)(void))
{
    struct recording recording = recording_read(version);
    bird_parser_reset(recording_parser());
    int replies = 0;
    for (size_t at = 0; at < recording.len;) {
        size_t piece = next();
        if (piece > recording.len - at)
            piece = recording.len - at;
        /* a copy of its own, so that the sanitizer sees a look beyond it */
        char *copy = malloc(piece);
        assert_non_null(copy);
        memcpy(copy, recording.bytes + at, piece);
        for (size_t taken = 0; taken < piece;) {
            const struct bird_reply *reply;
            taken += bird_parser_feed(recording_parser(), copy + taken, piece - taken, &reply);
            if (reply)
                check(reply, replies++);
        }
        free(copy);
        at += piece;
    }
    free(recording.bytes);
    assert_int_equal(replies, R_COUNT);
}

static size_t all_at_once(void)
{
    return 65536;
}

static size_t one_byte(void)
{
    return 1;
}

static size_t random_size(void)
{
    return 1 + (size_t)rand() % 97;
}

static void recordings_give_the_same_in_any_slicing(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < RECORDINGS; i++) {
        feed_sliced(recording_version[i], all_at_once);
        feed_sliced(recording_version[i], one_byte);
        for (int round = 0; round < 50; round++)
            feed_sliced(recording_version[i], random_size);
    }
}

static void continued_lines_have_the_code_of_the_line_before(void **state)
{
    (void)state;
    const struct bird_reply *reply =
        reply_of("0008-a: already disabled\n b: already disabled\n0009-c: disabled\n0000 \n");
    assert_int_equal(reply->count, 4);
    assert_int_equal(reply->lines[1].code, 8);
    assert_string_equal(reply->lines[1].text, "b: already disabled");
    assert_int_equal(reply->lines[2].code, 9);
    assert_string_equal(reply->lines[3].text, "");
    assert_int_equal(bird_reply_result(reply), BIRD_DONE);
    assert_true(bird_reply_has(reply, 9));
    assert_false(bird_reply_has(reply, 10));
}

static void only_four_digits_and_a_space_end_a_reply(void **state)
{
    (void)state;
    const struct bird_reply *reply =
        reply_of("1000-x\n0000\n000 \n00000 \n 0000 \n+0000 \n0000-\n00a0 \n\n0013 end\n");
    assert_int_equal(reply->code, 13);
    assert_int_equal(reply->count, 9); /* all but the asynchronous one */
    assert_int_equal(reply->lines[1].code, -1);
    assert_string_equal(reply->lines[1].text, "0000");
}

static void asynchronous_lines_belong_to_no_reply(void **state)
{
    (void)state;
    const struct bird_reply *reply = reply_of("+log line\n0009-a: disabled\n+more\n0000 \n");
    assert_int_equal(reply->count, 2);
    assert_int_equal(reply->lines[0].code, 9);
}

static void every_line_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum bird_result result;
        const char *headline;
    } cases[] = {
        { "8006-a: reload failed\n0000 \n", BIRD_FAILED, "a: reload failed" },
        { "0015-a: reloading\n8006-b: reload failed\n0000 \n", BIRD_FAILED, "b: reload failed" },
        { "0006 Reconfiguration ignored, shutting down\n", BIRD_FAILED,
          "Reconfiguration ignored, shutting down" },
        { "0002-Reading configuration from x\n0003 Reconfigured\n", BIRD_DONE,
          "Reading configuration from x" },
        { "0010-a: already enabled\n0000 \n", BIRD_ALREADY, "a: already enabled" },
        { "0010-a: already enabled\n0011-b: enabled\n0000 \n", BIRD_DONE, "a: already enabled" },
        { "0000 \n", BIRD_DONE, "" },
        { "8000 Reply too long\n", BIRD_FAILED, "Reply too long" },
        { "9000 Command too long\n", BIRD_FAILED, "Command too long" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bird_reply *reply = reply_of(cases[i].text);
        assert_int_equal(bird_reply_result(reply), cases[i].result);
        assert_string_equal(bird_reply_headline(reply)->text, cases[i].headline);
    }
}

static void overflow_in_bird_is_flagged_but_no_failure(void **state)
{
    (void)state;
    const struct bird_reply *reply =
        reply_of("1007-Table master4:\n8000-<line overflow>\n1007-more\n0000 \n");
    assert_true(reply->incomplete);
    assert_int_equal(bird_reply_result(reply), BIRD_DONE);
    assert_int_equal(reply->count, 4);
}

static void overlong_lines_are_cut(void **state)
{
    (void)state;
    const struct bird_reply *reply;
    bird_parser_reset(recording_parser());
    bird_parser_feed(recording_parser(), "1000-", 5, &reply);
    for (int i = 0; i < 2 * BIRD_LINE_MAX; i++)
        bird_parser_feed(recording_parser(), "x", 1, &reply);
    bird_parser_feed(recording_parser(), "\n0000 \n", 7, &reply);
    assert_non_null(reply);
    assert_true(reply->incomplete);
    assert_int_equal(reply->count, 2);
    assert_int_equal(strlen(reply->lines[0].text), BIRD_LINE_MAX - 5);
}

static void overlong_replies_keep_their_end(void **state)
{
    (void)state;
    const struct bird_reply *reply;
    char line[1024];
    memset(line, 'x', sizeof line);
    line[0] = ' ';
    line[sizeof line - 1] = '\n';
    bird_parser_reset(recording_parser());
    for (int i = 0; i < 2 * BIRD_REPLY_BYTES_MAX / (int)sizeof line; i++)
        bird_parser_feed(recording_parser(), line, sizeof line, &reply);
    bird_parser_feed(recording_parser(), "8006-not kept\n0013 end\n", 23, &reply);
    assert_non_null(reply);
    assert_true(reply->incomplete);
    assert_int_equal(reply->code, 13);
    assert_string_equal(reply->lines[reply->count - 1].text, "end");

    for (int i = 0; i < 2 * BIRD_REPLY_LINES_MAX; i++)
        bird_parser_feed(recording_parser(), "\n", 1, &reply);
    bird_parser_feed(recording_parser(), "0000 \n", 6, &reply);
    assert_non_null(reply);
    assert_true(reply->incomplete);
    assert_int_equal(reply->count, BIRD_REPLY_LINES_MAX);
    assert_int_equal(reply->lines[reply->count - 1].code, 0);

    reply = reply_of("0009-next: disabled\n0000 \n");
    assert_false(reply->incomplete);
}

static void zero_bytes_do_not_hide_what_follows(void **state)
{
    (void)state;
    static const char bytes[] = "1000-a\0b\n0000 \n";
    const struct bird_reply *reply;
    bird_parser_reset(recording_parser());
    bird_parser_feed(recording_parser(), bytes, sizeof bytes - 1, &reply);
    assert_non_null(reply);
    assert_string_equal(reply->lines[0].text, "a b");
}

static void any_bytes_survive(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    static const char alphabet[] = "0189 -+\n\n\tsvc_\0\xff";
    bird_parser_reset(recording_parser());
    size_t replies = 0;
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        for (size_t taken = 0; taken < sizeof bytes;) {
            const struct bird_reply *reply;
            taken += bird_parser_feed(recording_parser(), bytes + taken, sizeof bytes - taken,
                                      &reply);
            if (reply) {
                replies++;
                assert_non_null(bird_reply_headline(reply)->text);
                assert_in_range(bird_reply_result(reply), BIRD_DONE, BIRD_FAILED);
            }
        }
    }
    assert_true(replies > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recordings_give_the_same_in_any_slicing),
        cmocka_unit_test(continued_lines_have_the_code_of_the_line_before),
        cmocka_unit_test(only_four_digits_and_a_space_end_a_reply),
        cmocka_unit_test(asynchronous_lines_belong_to_no_reply),
        cmocka_unit_test(every_line_is_judged),
        cmocka_unit_test(overflow_in_bird_is_flagged_but_no_failure),
        cmocka_unit_test(overlong_lines_are_cut),
        cmocka_unit_test(overlong_replies_keep_their_end),
        cmocka_unit_test(zero_bytes_do_not_hide_what_follows),
        cmocka_unit_test(any_bytes_survive),
    };
    return cmocka_run_group_tests_name("bird_reply", tests, NULL, NULL);
}
