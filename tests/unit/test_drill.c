/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_drill.c - a drill's arithmetic: figures from events, traffic from counters, reports that are
 * kept and compared, and a page in which nothing that others wrote is markup. */
#include "anycastctl/drill/escape.h"
#include "anycastctl/drill/figure.h"
#include "anycastctl/drill/html.h"
#include "anycastctl/drill/meter.h"
#include "anycastctl/drill/scenario.h"
#include "anycastctl/drill/schedule.h"
#include "anycastctl/drill/store.h"
#include "anycastctl/drill/timeline.h"
#include "anycastctl/drill/traffic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static json_t *json(const char *text)
{
    json_error_t problem;
    json_t *value = json_loads(text, 0, &problem);
    if (!value)
        fail_msg("%s: %s", problem.text, text);
    return value;
}

static void assert_about(double value, double expected, double by)
{
    if (!(fabs(value - expected) <= by))
        fail_msg("%f is not about %f", value, expected);
}

/* --- figures and limits ----------------------------------------------------------------------- */

static void test_limits(void **state)
{
    (void)state;
    struct figures values = figures_unknown(), limits = figures_unknown();
    assert_int_equal(figures_missed(&values, &limits), 0);
    limits.of[FIGURE_DETECT] = 100;
    assert_int_equal(figures_missed(&values, &limits), 1); /* what was not seen is missed */
    values.of[FIGURE_DETECT] = 100;
    assert_int_equal(figures_missed(&values, &limits), 0);
    values.of[FIGURE_DETECT] = 100.1;
    assert_int_equal(figures_missed(&values, &limits), 1);
    json_t *object = figures_json(&values);
    struct figures again = figures_from_json(object);
    assert_about(again.of[FIGURE_DETECT], 100.1, 0);
    assert_true(isnan(again.of[FIGURE_LOST]));
    json_decref(object);
}

static void test_every_scenario_is_whole(void **state)
{
    (void)state;
    for (const struct scenario *s = scenarios; s->name; s++) {
        assert_ptr_equal(scenario_find(s->name), s);
        assert_true(!s->intent != !s->act);
        assert_non_null(s->reverts);
        assert_non_null(s->steps[0]);
        assert_in_range(s->for_ms, 1000, 600000);
        assert_false(isnan(s->limits.of[FIGURE_RESTORE]));
    }
    assert_null(scenario_find("reboot"));
}

/* --- events ----------------------------------------------------------------------------------- */

static const char crash[] =
    "[{\"mono_ns\":900000000,\"event\":\"health\",\"service\":\"dns\",\"family\":4,\"class\":\"wrong\"},"
    "{\"mono_ns\":1002000000,\"event\":\"health\",\"service\":\"dns\",\"family\":4,"
    "\"class\":\"local-fatal\",\"cause\":\"dnsd_dead\",\"evidence\":\"its process ended\"},"
    "{\"mono_ns\":1002000000,\"event\":\"level\",\"service\":\"dns\",\"family\":4,"
    "\"from\":\"normal\",\"to\":\"withdrawn\",\"change\":7},"
    "{\"mono_ns\":1003000000,\"event\":\"level\",\"service\":\"dns\",\"family\":6,"
    "\"from\":\"normal\",\"to\":\"withdrawn\",\"change\":8},"
    "{\"mono_ns\":1004000000,\"event\":\"confirmed\",\"service\":\"dns\",\"family\":4,"
    "\"level\":\"withdrawn\"},"
    "{\"mono_ns\":1006000000,\"event\":\"confirmed\",\"service\":\"dns\",\"family\":6,"
    "\"level\":\"withdrawn\"},"
    "{\"mono_ns\":1100000000,\"event\":\"proof\",\"service\":\"dns\",\"family\":4,"
    "\"to\":\"withdrawn\",\"steps\":[{\"step\":\"replied\",\"state\":\"proven\",\"ms\":99},"
    "{\"step\":\"export\",\"name\":\"a\",\"state\":\"proven\",\"ms\":5},"
    "{\"step\":\"export\",\"name\":\"b\",\"state\":\"proven\",\"ms\":9}]},"
    "{\"mono_ns\":1100000000,\"event\":\"proof\",\"service\":\"dns\",\"family\":6,"
    "\"to\":\"withdrawn\",\"steps\":[{\"step\":\"export\",\"state\":\"proven\",\"ms\":4},"
    "{\"step\":\"glass\",\"state\":\"unproven\"}]},"
    "{\"mono_ns\":2500000000,\"event\":\"confirmed\",\"service\":\"dns\",\"family\":4,"
    "\"level\":\"normal\"},"
    "{\"mono_ns\":2600000000,\"event\":\"confirmed\",\"service\":\"dns\",\"family\":6,"
    "\"level\":\"normal\"}]";

static void test_figures_of_a_crash(void **state)
{
    (void)state;
    struct figures figures = figures_unknown();
    json_t *events = json(crash);
    json_t *subjects =
        json("[{\"service\":\"dns\",\"family\":4},{\"service\":\"dns\",\"family\":6}]");
    struct timeline timeline = { 1000000000, 2000000000, subjects, events };
    timeline_measure(&timeline, &figures);
    assert_about(figures.of[FIGURE_DETECT], 2, 0.001);
    assert_about(figures.of[FIGURE_WITHDRAW], 6, 0.001); /* the slower family */
    assert_about(figures.of[FIGURE_PROOF], 11, 0.001);   /* decided at 2 ms, and 9 more */
    assert_about(figures.of[FIGURE_RESTORE], 600, 0.001);
    assert_true(timeline_withdrawn(&timeline));
    assert_true(timeline_changed(&timeline));
    json_decref(events);
    json_decref(subjects);
}

static void test_what_did_not_happen_is_not_known(void **state)
{
    (void)state;
    struct figures figures = figures_unknown();
    json_t *events = json(
        "[{\"mono_ns\":5,\"event\":\"confirmed\",\"service\":\"dns\",\"family\":4,"
        "\"level\":\"withdrawn\"}]");
    json_t *subjects =
        json("[{\"service\":\"dns\",\"family\":4},{\"service\":\"dns\",\"family\":6}]");
    struct timeline timeline = { 1, 2, subjects, events };
    timeline_measure(&timeline, &figures);
    for (int i = 0; i < FIGURE_COUNT; i++)
        assert_true(isnan(figures.of[i]));
    assert_false(timeline_withdrawn(&timeline));
    assert_false(timeline_changed(&timeline));
    json_decref(events);
    json_decref(subjects);
}

static void test_words(void **state)
{
    (void)state;
    json_t *events = json(crash);
    char *words = timeline_words(json_array_get(events, 1));
    assert_string_equal(words, "dns IPv4: health dnsd_dead: its process ended");
    free(words);
    json_t *other = json("{\"event\":\"guard\"}");
    assert_null(timeline_words(other));
    json_decref(other);
    json_decref(events);
}

/* --- counters --------------------------------------------------------------------------------- */

static void test_files_of_the_kernel(void **state)
{
    (void)state;
    static const char snmp[] = "Ip: Forwarding\nIp: 1\nUdp: InDatagrams NoPorts InErrors\n"
                               "Udp: 4711 23 0\nUdpLite: InDatagrams NoPorts\nUdpLite: 9 9\n";
    static const char snmp6[] = "Ip6InReceives   1\nUdp6NoPorts                     \t12\n";
    static const char udp[] =
        "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
        "inode ref pointer drops             \n"
        "  12: 350200C0:0035 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 "
        "123 2 0000000000000000 5         \n"
        "  13: 350200C0:14E9 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 "
        "124 2 0000000000000000 7         \n";
    const struct meter meter = { 1, { 53 } };
    struct sample sample = { 0 };
    assert_int_equal(meter_snmp(snmp, "Udp:", "NoPorts"), 23);
    assert_int_equal(meter_snmp(snmp, "Udp:", "Nonsense"), 0);
    assert_int_equal(meter_snmp("", "Udp:", "NoPorts"), 0);
    assert_int_equal(meter_snmp6(snmp6, "Udp6NoPorts"), 12);
    meter_sockets(&meter, udp, &sample);
    assert_int_equal(sample.queue_bytes, 0x300);
    assert_int_equal(sample.dropped, 5);
}

static const struct mono begin = { 10000000000 };

/* A second of 1,000 queries/s and 20 probes/s before; after the begin, queries that nobody hears
 * for `dead_ms`, then nothing but probes. */
static struct samples crash_samples(int dead_ms)
{
    struct samples samples = { 0 };
    struct sample sample = { 0 };
    for (int ms = -1000; ms < 2000; ms += 10) {
        sample.at = mono_add_ms(begin, ms);
        if (ms < 0)
            sample.queries += 10;
        else if (ms <= dead_ms)
            sample.unheard += 10;
        if (ms % 200 == 0) {
            if (ms < 0)
                sample.queries += 4;
            else
                sample.unheard += 4;
        }
        samples_add(&samples, &sample);
    }
    return samples;
}

static struct traffic_before look_before(const struct samples *samples)
{
    struct samples before = { .count = 100, .of = samples->of };
    return traffic_before(&before, 1000, 20);
}

static void test_a_crash_and_its_loss(void **state)
{
    (void)state;
    struct samples samples = crash_samples(50);
    struct traffic_before before = look_before(&samples);
    assert_about(before.unheard_per_s, 0, 0);
    double gone = traffic_gone_ms(&samples, &before, begin, mono_add_ms(begin, 1900));
    assert_about(gone, 50, 1);
    struct lost_span span = { .first = samples.of[99],
                              .last = samples.of[samples.count - 1],
                              .from = begin,
                              .over = mono_add_ms(begin, 1900),
                              .gone_ms = gone,
                              .closed_ms = 5 };
    struct lost lost = traffic_lost(scenario_find("dnsd-crash"), &samples, &before, &span);
    assert_about(lost.unheard, 60, 6);
    assert_about(lost.in_flight, 5, 0);
    assert_about(lost.total, lost.unheard + 5, 0);
    samples_free(&samples);
}

static void test_traffic_that_goes_on_is_not_gone(void **state)
{
    (void)state;
    struct samples samples = crash_samples(2000);
    struct traffic_before before = look_before(&samples);
    assert_true(isnan(traffic_gone_ms(&samples, &before, begin, mono_add_ms(begin, 1900))));
    samples_free(&samples);
}

static void test_little_traffic_cannot_be_told_from_probes(void **state)
{
    (void)state;
    struct samples samples = crash_samples(50);
    struct traffic_before before = { 3, 20, 0 };
    assert_true(isnan(traffic_gone_ms(&samples, &before, begin, mono_add_ms(begin, 1900))));
    before = (struct traffic_before){ NAN, 0, 0 };
    assert_true(isnan(traffic_gone_ms(&samples, &before, begin, mono_add_ms(begin, 1900))));
    samples_free(&samples);
}

static void test_other_losses(void **state)
{
    (void)state;
    struct samples none = { 0 };
    const struct traffic_before before = { 1000, 20, 1 };
    struct lost_span span = {
        .first = { .at = mono_add_ms(begin, -10), .queries = 990, .servfail = 5, .dropped = 1 },
        .last = { .at = mono_add_ms(begin, 2000),
                  .queries = 1540,
                  .servfail = 300,
                  .dropped = 3,
                  .unheard = 2 },
        .from = begin,
        .over = mono_add_ms(begin, 2000),
        .gone_ms = 300
    };
    struct lost lost = traffic_lost(scenario_find("dnsd-hang"), &none, &before, &span);
    assert_about(lost.waited, 500, 0);
    assert_about(lost.dropped, 2, 0);
    assert_true(isnan(lost.unheard));
    assert_about(lost.total, 502, 0);
    lost = traffic_lost(scenario_find("dnsd-wrong-answers"), &none, &before, &span);
    assert_about(lost.wrong, 255, 0);
    span.gone_ms = NAN;
    lost = traffic_lost(scenario_find("dnsd-hang"), &none, &before, &span);
    assert_true(isnan(lost.total));
}

/* --- reports ---------------------------------------------------------------------------------- */

static json_t *report(const char *id, double detect, bool interrupted)
{
    return json_pack("{s:s, s:s, s:b, s:{s:f}}", "id", id, "scenario", "dnsd-crash", "interrupted",
                     interrupted, "figures", "detect", detect);
}

static void test_reports_are_kept_and_compared(void **state)
{
    (void)state;
    struct err err;
    char path[] = "/tmp/drills-XXXXXX", inside[64], command[64];
    assert_non_null(mkdtemp(path));
    snprintf(inside, sizeof inside, "%s/drills", path);
    int folder = store_open(inside, true, &err);
    assert_true(folder >= 0);
    json_t *all[] = { report("20260101T000000Z-a", 5, false),
                      report("20260102T000000Z-a", 9, false), report("20260103T000000Z-a", 1, true),
                      report("20260104T000000Z-a", 6, false) };
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(store_save(folder, all[i], &err), 0);
    json_t *found = store_load(folder, "20260102T000000Z-a", &err);
    assert_true(json_equal(found, all[1]));
    json_decref(found);
    assert_null(store_load(folder, "../x", &err));
    assert_null(store_load(folder, "absent", &err));
    json_t *list = store_list(folder, "dnsd-crash"), *none = store_list(folder, "withdraw");
    assert_int_equal(json_array_size(list), 4);
    assert_int_equal(json_array_size(none), 0);
    json_t *compared = store_compare(list);
    json_t *expected = json("{\"runs\":3,\"figures\":{\"detect\":{\"last\":6.0,\"best\":5.0,"
                            "\"median\":6.0,\"worst\":9.0}}}");
    assert_true(json_equal(compared, expected));
    json_t *owned[] = { all[0], all[1], all[2], all[3], list, none, compared, expected };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        json_decref(owned[i]);
    close(folder);
    snprintf(command, sizeof command, "rm -r %s", path);
    assert_int_equal(system(command), 0);
}

static void test_a_link_in_place_of_the_folder_is_refused(void **state)
{
    (void)state;
    struct err err;
    char path[] = "/tmp/drills-XXXXXX", link[64];
    assert_non_null(mkdtemp(path));
    snprintf(link, sizeof link, "%s/drills", path);
    assert_int_equal(symlink("/tmp", link), 0);
    assert_int_equal(store_open(link, true, &err), -1);
    assert_non_null(strstr(err.msg, link));
    unlink(link);
    rmdir(path);
}

static void test_nothing_in_a_page_is_markup(void **state)
{
    (void)state;
    json_t *evil = json(
        "{\"id\":\"x\",\"scenario\":\"<script>\",\"node\":\"a\\\"b\",\"about\":\"&\",\"by\":\"'\","
        "\"verdict\":\"met\",\"verdict_text\":\"<b>\",\"problems\":[\"<i>\"],\"over_ms\":100,"
        "\"figures\":{\"detect\":2.5},\"objectives\":{\"detect\":1},\"traffic\":{\"samples\":"
        "[[-10,50,0],[90,0,5]]},\"levels\":[{\"name\":\"<u>\",\"changes\":[[-1000,\"normal\"],"
        "[3,\"<s>\"]]}],\"events\":[{\"ms\":1,\"text\":\"<em>\"}]}");
    char *page = html_page(evil);
    static const char *const never[] = { "<script>", "<b>", "<i>",   "<u>",    "<s>", "<em>",
                                         "a\"b",     "nan", "http:", "https:", "src=" };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(page, never[i]))
            fail_msg("%s in the page", never[i]);
    assert_non_null(strstr(page, "&lt;script&gt;"));
    assert_non_null(strstr(page, "missed"));
    assert_non_null(strstr(page, "<svg"));
    assert_non_null(strstr(page, "prefers-color-scheme"));
    free(page);
    json_decref(evil);
}

static char *page_of(const char *figures)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "{\"id\":\"x\",\"verdict\":\"met\",\"over_ms\":100,\"figures\":%s,\"traffic\":{\"samples\":"
        "[[-10,50,0],[2000,0,5]]},\"events\":[{\"ms\":2000,\"text\":\"end\"}]}",
        figures);
    json_t *report = json(text);
    char *page = html_page(report);
    json_decref(report);
    return page;
}

static void test_a_picture_tells_the_figures_of_the_table(void **state)
{
    (void)state;
    char *page = page_of("{\"detect\":2.5,\"restore\":7.0}");
    assert_non_null(strstr(page, ">detect 2.5 ms<"));
    assert_non_null(strstr(page, ">restore 7.0 ms<")); /* not 107, where its line stands */
    assert_non_null(strstr(page, "The first moments"));
    free(page);
    page = page_of("{\"detect\":2.5,\"withdraw\":1900}");
    assert_null(strstr(page, "The first moments")); /* which would be the same picture again */
    assert_non_null(strstr(page, "The whole drill"));
    free(page);
}

/* --- schedules -------------------------------------------------------------------------------- */

static void assert_schedules(const char *folder, const char *expected)
{
    json_t *list = schedule_list(folder);
    char *text = json_dumps(list, JSON_SORT_KEYS);
    assert_string_equal(text, expected);
    free(text);
    json_decref(list);
}

static void test_schedules(void **state)
{
    (void)state;
    struct err err;
    char folder[] = "/tmp/units-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_schedules(folder, "[]");
    assert_int_equal(schedule_write(folder, "dnsd-crash", "/usr/bin/anycastctl", "Sun 04:00", &err),
                     0);
    assert_schedules(folder, "[{\"calendar\": \"Sun 04:00\", \"name\": \"dnsd-crash\"}]");
    assert_int_equal(schedule_remove(folder, "dnsd-crash", &err), 0);
    assert_int_equal(schedule_remove(folder, "dnsd-crash", &err), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(schedule_check_calendar("Sun 04:00", &err), 0);
    assert_int_equal(schedule_check_calendar("", &err), -1);
    assert_int_equal(schedule_check_calendar("Sun\nExecStart=/bin/sh", &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_scenario_is_whole),
        cmocka_unit_test(test_figures_of_a_crash),
        cmocka_unit_test(test_what_did_not_happen_is_not_known),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_files_of_the_kernel),
        cmocka_unit_test(test_a_crash_and_its_loss),
        cmocka_unit_test(test_traffic_that_goes_on_is_not_gone),
        cmocka_unit_test(test_little_traffic_cannot_be_told_from_probes),
        cmocka_unit_test(test_other_losses),
        cmocka_unit_test(test_reports_are_kept_and_compared),
        cmocka_unit_test(test_a_link_in_place_of_the_folder_is_refused),
        cmocka_unit_test(test_nothing_in_a_page_is_markup),
        cmocka_unit_test(test_a_picture_tells_the_figures_of_the_table),
        cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests_name("drill", tests, NULL, NULL);
}
