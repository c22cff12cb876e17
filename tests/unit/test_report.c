/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_report.c - reports and replies: there and back, the largest ones, and every kind of lack. */
#include "common/report.h"

#include "tests/unit/dnametext.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char message[REPORT_BYTES_MAX];

static struct report sample(void)
{
    struct report report = {
        .seq = 7,
        .sent = { 81234567890 },
        .node = "fra1",
        .state = REPORT_STOPPING,
        .pid = 4711,
        .worker_count = 2,
        .worker_tick = { { 81234560000 }, { 81234561111 } },
        .zones = { 2, 1, 0, 3 },
        .watched_count = 2,
        .watched = { { .name = dname_of("."),
                       .has_serial = true,
                       .serial = UINT32_MAX,
                       .expires_s = -1,
                       .signed_until_unix = 1800000000 },
                     { .name = dname_of("a\\.b.Example"),
                       .state = ZONE_FAILED,
                       .expires_s = 3600 } },
        .version = "0.1.0",
        .started_unix = 1787389200,
    };
#define SET_COUNTER(counter) report.counters.counter = 100 + sizeof #counter;
    REPORT_COUNTERS(SET_COUNTER)
    return report;
}

static struct report decoded(size_t len)
{
    struct report out;
    struct err err = { "" };
    if (report_decode(message, len, &out, &err))
        fail_msg("%s", err.msg);
    return out;
}

static void test_round_trip(void **state)
{
    struct report in = sample();
    in.worker_starved[1] = true;
    size_t len = report_encode(&in, message, sizeof message);
    (void)state;
    assert_true(len > 0);
    struct report out = decoded(len);
    assert_int_equal(out.seq, 7);
    assert_int_equal(out.sent.ns, 81234567890);
    assert_string_equal(out.node, "fra1");
    assert_int_equal(out.state, REPORT_STOPPING);
    assert_int_equal(out.pid, 4711);
    assert_int_equal(out.worker_count, 2);
    assert_int_equal(out.worker_tick[1].ns, 81234561111);
    assert_false(out.worker_starved[0]);
    assert_true(out.worker_starved[1]);
    assert_memory_equal(out.zones, in.zones, sizeof in.zones);
    assert_memory_equal(&out.counters, &in.counters, sizeof in.counters);
    assert_string_equal(out.version, "0.1.0");
    assert_int_equal(out.started_unix, 1787389200);
    assert_int_equal(out.watched_count, 2);
    assert_int_equal(out.watched_left_out, 0);
    assert_int_equal(out.watched[0].name.len, 1);
    assert_true(out.watched[0].has_serial);
    assert_int_equal(out.watched[0].serial, UINT32_MAX);
    assert_int_equal(out.watched[0].expires_s, -1);
    assert_int_equal(out.watched[0].signed_until_unix, 1800000000);
    assert_int_equal(out.watched[1].signed_until_unix, 0);
    assert_true(dname_equal(out.watched[1].name.wire, in.watched[1].name.wire));
    assert_false(out.watched[1].has_serial);
    assert_int_equal(out.watched[1].state, ZONE_FAILED);
    assert_int_equal(out.watched[1].expires_s, 3600);
}

/* The form that the header shows: others read it, too. */
static void test_form(void **state)
{
    struct report in = { .node = "n", .pid = 1, .version = "v", .watched_count = 1 };
    char expected[] =
        "{\"v\":1,\"seq\":0,\"mono_ns\":0,\"node\":\"n\",\"state\":\"starting\",\"workers\":[],"
        "\"zones\":{\"serving\":0,\"stale\":0,\"expired\":0,\"failed\":0},";
    (void)state;
    in.watched[0] = (struct report_zone){ .name = dname_of("x"), .expires_s = 5 };
    size_t len = report_encode(&in, message, sizeof message - 1);
    message[len] = '\0';
    assert_memory_equal(message, expected, sizeof expected - 1);
    assert_non_null(strstr(message,
                           "\"watched\":[{\"name\":\"x.\",\"state\":\"serving\",\"serial\":"
                           "null,\"expires_s\":5}]"));
    in.worker_count = 2;
    in.worker_tick[0].ns = 5;
    in.worker_tick[1].ns = 6;
    in.worker_starved[1] = true;
    len = report_encode(&in, message, sizeof message - 1);
    message[len] = '\0';
    assert_non_null(strstr(message, "\"workers\":[{\"tick_ns\":5},{\"tick_ns\":6}],"));
    assert_non_null(strstr(message, "\"starved\":[1]"));
}

static struct addr address(const char *text)
{
    struct addr out;
    assert_int_equal(addr_parse(text, 53, &out, NULL), 0);
    return out;
}

static void test_addresses(void **state)
{
    struct report in = sample();
    const struct addr four = address("192.0.2.53"), six = address("2001:db8::53@5353"),
                      other = address("192.0.2.53@54");
    uint64_t queries = 0;
    (void)state;
    in.address_count = 2;
    in.address[0] = (struct report_address){ four, 4 };
    in.address[1] = (struct report_address){ six, INT64_MAX };
    size_t len = report_encode(&in, message, sizeof message - 1);
    message[len] = '\0';
    assert_non_null(strstr(message, "\"addresses\":{\"192.0.2.53@53\":4,\"2001:db8::53@5353\":"));
    struct report out = decoded(len);
    assert_true(report_queries_at(&out, &four, &queries));
    assert_int_equal(queries, 4);
    assert_true(report_queries_at(&out, &six, &queries));
    assert_int_equal(queries, INT64_MAX);
    assert_false(report_queries_at(&out, &other, &queries));
}

/* An older dnsd does not say. */
static void test_no_addresses(void **state)
{
    struct report in = sample();
    const struct addr four = address("192.0.2.53");
    uint64_t queries;
    (void)state;
    size_t len = report_encode(&in, message, sizeof message - 1);
    message[len] = '\0';
    assert_null(strstr(message, "addresses"));
    struct report out = decoded(len);
    assert_false(report_queries_at(&out, &four, &queries));
}

static struct report largest(void)
{
    struct report report = sample();
    memset(report.node, 'n', REPORT_NODE_MAX);
    memset(report.version, 'v', sizeof report.version - 1);
    memset(&report.counters, 0x7f, sizeof report.counters);
    report.seq = UINT64_MAX;
    report.sent.ns = report.started_unix = INT64_MAX;
    report.pid = INT32_MAX;
    report.worker_count = REPORT_WORKERS_MAX;
    for (int i = 0; i < REPORT_WORKERS_MAX; i++)
        report.worker_tick[i].ns = INT64_MAX;
    report.address_count = REPORT_ADDRESSES_MAX;
    for (int i = 0; i < REPORT_ADDRESSES_MAX; i++) {
        char text[ADDR_TEXT_MAX];
        snprintf(text, sizeof text, "2001:1db8:1db8:1db8:1db8:1db8:1db8:%x@65535", 0xff00 + i);
        report.address[i] = (struct report_address){ address(text), INT64_MAX };
    }
    memset(report.worker_starved, true, sizeof report.worker_starved);
    memset(report.zones, 0xff, sizeof report.zones);
    report.watched_count = REPORT_WATCHED_MAX;
    for (int i = 0; i < REPORT_WATCHED_MAX; i++)
        report.watched[i] = (struct report_zone){ .has_serial = true,
                                                  .serial = UINT32_MAX,
                                                  .expires_s = INT64_MAX,
                                                  .state = ZONE_EXPIRED,
                                                  .signed_until_unix = INT64_MAX };
    return report;
}

/* A name of 255 bytes that needs four characters for each of its own: "\255…". */
static struct dname longest_name(void)
{
    struct dname out = { .len = 255 };
    for (unsigned i = 0; i < 254; i += 64) {
        out.wire[i] = i < 192 ? 63 : 61;
        memset(out.wire + i + 1, 0xff, out.wire[i]);
    }
    return out;
}

static void test_largest_report(void **state)
{
    struct report in = largest();
    (void)state;
    for (int i = 0; i < REPORT_WATCHED_MAX; i++)
        in.watched[i].name = longest_name();
    in.watched_left_out = 10; /* that did not fit into the struct before */
    size_t len = report_encode(&in, message, sizeof message);
    assert_true(len > 0);
    struct report out = decoded(len);
    assert_int_equal(out.worker_count, REPORT_WORKERS_MAX);
    assert_true(out.watched_count >= 1);
    assert_int_equal(out.watched_count + out.watched_left_out, REPORT_WATCHED_MAX + 10);
    assert_memory_equal(out.watched[0].name.wire, in.watched[0].name.wire, 255);
    assert_int_equal(out.watched[0].serial, UINT32_MAX);
}

/* 64 workers, and 64 zones with names of 40 bytes: nothing is left out. */
static void test_usual_sizes_fit(void **state)
{
    struct report in = largest();
    (void)state;
    in.worker_count = 64;
    for (int i = 0; i < REPORT_WATCHED_MAX; i++)
        in.watched[i].name = dname_of("a-zone-of-some-length.department.example");
    struct report out = decoded(report_encode(&in, message, sizeof message));
    assert_int_equal(out.watched_count, REPORT_WATCHED_MAX);
    assert_int_equal(out.watched_left_out, 0);
}

static void test_any_room(void **state)
{
    struct report in = sample();
    size_t full = report_encode(&in, message, sizeof message);
    (void)state;
    for (size_t cap = 0; cap <= full; cap++) {
        size_t len = report_encode(&in, message, cap);
        assert_true(len <= cap);
        if (len)
            assert_int_equal(decoded(len).watched_count + decoded(len).watched_left_out, 2);
    }
    assert_int_equal(report_encode(&in, message, 100), 0);
}

static void test_node_of_any_bytes(void **state)
{
    struct report in = sample();
    (void)state;
    strcpy(in.node, "caf\xe9");
    assert_string_equal(decoded(report_encode(&in, message, sizeof message)).node, "caf?");
}

/* --- what is no report ------------------------------------------------------------------------ */

/* Decodes `object` (stolen); it must fail with `complaint`, and `out` stays as it was. */
static void assert_refused(json_t *object, const char *complaint)
{
    char *text = json_dumps(object, JSON_COMPACT);
    struct report out = { .seq = 99 };
    struct err err = { "" };
    assert_int_equal(report_decode(text, strlen(text), &out, &err), -1);
    if (!strstr(err.msg, complaint))
        fail_msg("\"%s\" does not say \"%s\"", err.msg, complaint);
    assert_int_equal(out.seq, 99);
    free(text);
    json_decref(object);
}

static json_t *sample_object(void)
{
    struct report in = sample();
    size_t len = report_encode(&in, message, sizeof message);
    return json_loadb(message, len, 0, NULL);
}

/* Without any one of its keys, or with null, it is refused, and the key is named. */
static void test_each_key_is_needed(void **state)
{
    json_t *whole = sample_object(), *value;
    const char *key;
    (void)state;
    json_object_foreach(whole, key, value) {
        json_t *lacking = json_deep_copy(whole), *null = json_deep_copy(whole);
        json_object_del(lacking, key);
        assert_refused(lacking, key);
        json_object_set_new(null, key, json_null());
        assert_refused(null, key);
    }
    json_object_foreach(json_object_get(whole, "counters"), key, value) {
        json_t *lacking = json_deep_copy(whole);
        json_object_del(json_object_get(lacking, "counters"), key);
        assert_refused(lacking, key);
    }
    json_object_foreach(json_object_get(whole, "zones"), key, value) {
        json_t *lacking = json_deep_copy(whole);
        json_object_del(json_object_get(lacking, "zones"), key);
        assert_refused(lacking, key);
    }
    json_object_foreach(json_array_get(json_object_get(whole, "watched"), 1), key, value) {
        json_t *lacking = json_deep_copy(whole);
        json_object_del(json_array_get(json_object_get(lacking, "watched"), 1), key);
        assert_refused(lacking, "watched zone 1");
    }
    json_decref(whole);
}

static void test_bad_values(void **state)
{
    static const struct {
        const char *key, *value, *complaint;
    } rows[] = {
        { "v", "2", "\"v\" is not an integer from 1 to 1" },
        { "seq", "-1", "\"seq\"" },
        { "mono_ns", "-1", "\"mono_ns\"" },
        { "mono_ns", "\"5\"", "\"mono_ns\"" },
        { "pid", "0", "\"pid\"" },
        { "pid", "2147483648", "\"pid\"" },
        { "state", "\"happy\"", "\"state\" is \"happy\", which is no state" },
        { "state", "\"0123456789012345678901234567890123456789\"", "\"state\"" },
        { "node", "\"0123456789012345678901234567890123456789012345678901234567890123\"",
          "at most 63 bytes" },
        { "version", "\"01234567890123456789012345678901\"", "at most 31 bytes" },
        { "workers", "[{\"tick_ns\":1},{}]", "worker 1: \"tick_ns\" is missing" },
        { "starved", "5", "\"starved\" is not an array" },
        { "starved", "[2]", "\"starved\" has something that is no worker's number" },
        { "starved", "[0,-1]", "no worker's number" },
        { "starved", "[true]", "no worker's number" },
        { "workers", "[5]", "worker 0: not an object" },
        { "workers", "{}", "\"workers\" is not an array" },
        { "zones", "{\"serving\":4294967296}", "zones: \"serving\"" },
        { "zones", "[]", "\"zones\" is not an object" },
        { "counters", "5", "\"counters\" is not an object" },
        { "watched", "[{\"name\":\"a..b\",\"state\":\"serving\",\"serial\":1,\"expires_s\":1}]",
          "watched zone 0: name \"a..b\": empty label" },
        { "watched", "[{\"name\":5,\"state\":\"serving\",\"serial\":1,\"expires_s\":1}]",
          "name is not a text" },
        { "watched", "[{\"name\":\"a\",\"state\":\"x\",\"serial\":1,\"expires_s\":1}]",
          "no state" },
        { "watched", "[{\"name\":\"a\",\"state\":\"stale\",\"serial\":-1,\"expires_s\":1}]",
          "\"serial\"" },
        { "watched", "[{\"name\":\"a\",\"state\":\"stale\",\"serial\":1,\"expires_s\":-1}]",
          "\"expires_s\"" },
        { "watched_left_out", "-1", "\"watched_left_out\"" },
        { "addresses", "[]", "\"addresses\" is not an object of at most 32 members" },
        { "addresses", "{\"nowhere\":1}", "addresses: " },
        { "addresses", "{\"192.0.2.1@53\":-1}", "addresses: \"192.0.2.1@53\"" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *object = sample_object();
        json_object_set_new(object, rows[i].key, json_loads(rows[i].value, JSON_DECODE_ANY, NULL));
        assert_refused(object, rows[i].complaint);
    }
}

static void test_too_many(void **state)
{
    json_t *object = sample_object();
    json_t *workers = json_object_get(object, "workers");
    (void)state;
    while (json_array_size(workers) <= REPORT_WORKERS_MAX)
        json_array_append(workers, json_array_get(workers, 0));
    assert_refused(object, "\"workers\" is not an array of at most 256 elements");
    object = sample_object();
    json_t *watched = json_object_get(object, "watched");
    while (json_array_size(watched) <= REPORT_WATCHED_MAX)
        json_array_append(watched, json_array_get(watched, 0));
    assert_refused(object, "\"watched\" is not an array of at most 64 elements");
}

static void test_too_many_addresses(void **state)
{
    json_t *object = sample_object(), *addresses = json_object();
    char text[ADDR_TEXT_MAX];
    (void)state;
    for (int i = 0; i <= REPORT_ADDRESSES_MAX; i++) {
        snprintf(text, sizeof text, "192.0.2.%d@53", i);
        json_object_set_new(addresses, text, json_integer(1));
    }
    json_object_set_new(object, "addresses", addresses);
    assert_refused(object, "at most 32 members");
}

/* A newer dnsd says more: that is ignored. */
static void test_unknown_keys(void **state)
{
    json_t *object = sample_object();
    struct report out;
    struct err err;
    (void)state;
    json_object_set_new(object, "mood", json_string("good"));
    json_object_set_new(json_object_get(object, "counters"), "mood", json_integer(3));
    size_t len = json_dumpb(object, message, sizeof message, 0);
    assert_int_equal(report_decode(message, len, &out, &err), 0);
    json_decref(object);
}

static void test_no_json(void **state)
{
    struct report in = sample(), out;
    struct err err;
    size_t len = report_encode(&in, message, sizeof message);
    (void)state;
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(report_decode(message, cut, &out, &err), -1);
    assert_int_equal(report_decode("[]", 2, &out, &err), -1);
    assert_int_equal(report_decode("{\"v\":1,\"v\":1}", 13, &out, &err), -1);
    assert_string_equal(err.msg, "report: not JSON: duplicate object key near '\"v\"' at byte 10");
}

/* --- replies ---------------------------------------------------------------------------------- */

static void test_reply(void **state)
{
    struct report_reply in = { .withdrawn = true, .has_watch = true, .watch_count = 2 }, out;
    struct err err = { "" };
    (void)state;
    in.watch[0] = dname_of(".");
    in.watch[1] = dname_of("Example");
    size_t len = report_reply_encode(&in, message, sizeof message);
    assert_int_equal(report_reply_decode(message, len, &out, &err), 0);
    assert_true(out.withdrawn && out.has_watch);
    assert_int_equal(out.watch_count, 2);
    assert_int_equal(out.watch_left_out, 0);
    assert_true(dname_equal(out.watch[1].wire, in.watch[1].wire));

    in = (struct report_reply){ .withdrawn = false };
    len = report_reply_encode(&in, message, sizeof message);
    assert_int_equal(report_reply_decode(message, len, &out, &err), 0);
    assert_false(out.withdrawn || out.has_watch);

    in = (struct report_reply){ .has_watch =
                                    true }; /* to watch nothing is not the same as no word */
    len = report_reply_encode(&in, message, sizeof message);
    assert_int_equal(report_reply_decode(message, len, &out, &err), 0);
    assert_true(out.has_watch && out.watch_count == 0);
}

static void test_largest_reply(void **state)
{
    struct report_reply in = { .has_watch = true, .watch_count = REPORT_WATCHED_MAX }, out;
    struct err err = { "" };
    (void)state;
    for (int i = 0; i < REPORT_WATCHED_MAX; i++)
        in.watch[i] = longest_name();
    size_t len = report_reply_encode(&in, message, sizeof message);
    assert_int_equal(report_reply_decode(message, len, &out, &err), 0);
    assert_true(out.watch_count >= 10);
    assert_int_equal(out.watch_count + out.watch_left_out, REPORT_WATCHED_MAX);
}

static void test_bad_replies(void **state)
{
    static const char *const rows[][2] = {
        { "{\"v\":1}", "\"withdrawn\" is missing" },
        { "{\"withdrawn\":true}", "\"v\" is missing" },
        { "{\"v\":1,\"withdrawn\":1}", "\"withdrawn\" is not true or false" },
        { "{\"v\":1,\"withdrawn\":true,\"watch\":[\"a\"]}", "\"watch_left_out\" is missing" },
        { "{\"v\":1,\"withdrawn\":true,\"watch\":[\"a\",5],\"watch_left_out\":0}", "watch 1" },
        { "{\"v\":1,\"withdrawn\":true,\"watch\":null}", "\"watch\" is not an array" },
        { "x", "not JSON" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report_reply out = { .watch_count = 9 };
        struct err err = { "" };
        assert_int_equal(report_reply_decode(rows[i][0], strlen(rows[i][0]), &out, &err), -1);
        assert_non_null(strstr(err.msg, rows[i][1]));
        assert_int_equal(out.watch_count, 9);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(report_state_name(REPORT_STARTING), "starting");
    assert_string_equal(report_zone_state_name(ZONE_FAILED), "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_no_addresses),
        cmocka_unit_test(test_largest_report),
        cmocka_unit_test(test_usual_sizes_fit),
        cmocka_unit_test(test_any_room),
        cmocka_unit_test(test_node_of_any_bytes),
        cmocka_unit_test(test_each_key_is_needed),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_too_many_addresses),
        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_no_json),
        cmocka_unit_test(test_reply),
        cmocka_unit_test(test_largest_reply),
        cmocka_unit_test(test_bad_replies),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
