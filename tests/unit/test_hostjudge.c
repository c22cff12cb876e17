/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_hostjudge.c - which figures of the host are bad, from when on, and until when. */
#include "anycastctl/sense/hostjudge.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB ((uint64_t)1024 * 1024)

struct bench {
    struct settings settings;
    struct host_reading reading;
    struct host_judgement judgement;
};

/* All is well, with defaults like the real ones. */
static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    b->settings.host = (struct host_settings){ .default_route = true,
                                               .disk = true,
                                               .disk_free_mb = 64,
                                               .disk_free_inodes = 1000,
                                               .clock = true,
                                               .clock_jump_ms = 10000,
                                               .conntrack_percent = 90,
                                               .load_per_processor = 8 };
    b->settings.service_count = 1;
    b->settings.service[0].family[FAMILY_4].enabled = true;
    b->reading = (struct host_reading){ .has_conntrack = true,
                                        .conntrack_count = 100,
                                        .conntrack_max = 1000,
                                        .has_load = true,
                                        .load = 1.5,
                                        .processors = 2,
                                        .unix_ms = 1800000000000,
                                        .boot_ms = 5000000,
                                        .way_out = { ROUTE_AWAY, ROUTE_NONE } };
    for (int i = 0; i < HOST_DISKS; i++)
        b->reading.disk[i] =
            (struct host_disk){ .free_bytes = 1000 * MIB, .inodes = 100000, .free_inodes = 50000 };
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void assert_found(struct bench *b, enum host_check check, enum host_state state,
                         const char *detail)
{
    host_judge(&b->judgement, &b->settings, &b->reading);
    const struct host_finding *finding = &b->judgement.of[check];
    if (finding->state != state || !strstr(finding->detail, detail))
        fail_msg("%s is %s, \"%s\"", host_check_name(check), host_state_name(finding->state),
                 finding->detail);
}

static void all_is_well(void **state)
{
    struct bench *b = *state;
    assert_found(b, HOST_DISK, HOST_GOOD, "1000 MiB free");
    assert_found(b, HOST_CLOCK, HOST_GOOD, "not synchronised");
    assert_found(b, HOST_CONNTRACK, HOST_GOOD, "100 of 1000 connections (10 %)");
    assert_found(b, HOST_LOAD, HOST_GOOD, "load 1.50 on 2 processors");
    assert_found(b, HOST_ROUTE4, HOST_GOOD, "");
    assert_found(b, HOST_ROUTE6, HOST_OFF, ""); /* no service needs it */
}

static void a_disk_without_room(void **state)
{
    struct bench *b = *state;
    b->reading.disk[1].free_bytes = 64 * MIB;
    assert_found(b, HOST_DISK, HOST_GOOD, "64 MiB free");
    b->reading.disk[1].free_bytes = 64 * MIB - 1;
    assert_found(b, HOST_DISK, HOST_BAD, "the folder of event_log: 63 MiB free, fewer than 64");
    b->reading.disk[1].free_bytes = 70 * MIB; /* a little more is not enough again */
    assert_found(b, HOST_DISK, HOST_BAD, "70 MiB");
    b->reading.disk[1].free_bytes = 71 * MIB;
    assert_found(b, HOST_DISK, HOST_GOOD, "71 MiB free");
}

static void a_disk_without_inodes_and_one_without_a_limit(void **state)
{
    struct bench *b = *state;
    b->reading.disk[0].free_inodes = 999;
    assert_found(b, HOST_DISK, HOST_BAD, "state_dir: 999 inodes free, fewer than 1000");
    b->reading.disk[0].inodes = b->reading.disk[0].free_inodes = 0;
    assert_found(b, HOST_DISK, HOST_GOOD, "");
}

static void a_disk_that_cannot_be_written_or_seen(void **state)
{
    struct bench *b = *state;
    b->reading.disk[0].read_only = true;
    assert_found(b, HOST_DISK, HOST_BAD, "state_dir is on a file system that is mounted read-only");
    b->reading.disk[0] = (struct host_disk){ .error = ENOENT }; /* the other one still counts */
    assert_found(b, HOST_DISK, HOST_GOOD, "1000 MiB");
    b->reading.disk[1] = (struct host_disk){ .error = ENOENT };
    assert_found(b, HOST_DISK, HOST_UNKNOWN, "state_dir: No such file");
}

static void conntrack_near_its_end(void **state)
{
    struct bench *b = *state;
    b->reading.conntrack_count = 899;
    assert_found(b, HOST_CONNTRACK, HOST_GOOD, "");
    b->reading.conntrack_count = 900;
    assert_found(b, HOST_CONNTRACK, HOST_BAD, "900 of 1000 connections (90 %)");
    b->reading.conntrack_count = 811;
    assert_found(b, HOST_CONNTRACK, HOST_BAD, "");
    b->reading.conntrack_count = 809;
    assert_found(b, HOST_CONNTRACK, HOST_GOOD, "");
    b->reading.conntrack_max = 0;
    assert_found(b, HOST_CONNTRACK, HOST_GOOD, "");
    b->reading.has_conntrack = false;
    assert_found(b, HOST_CONNTRACK, HOST_GOOD, "not in use");
}

static void load_per_processor(void **state)
{
    struct bench *b = *state;
    b->reading.load = 15.9;
    assert_found(b, HOST_LOAD, HOST_GOOD, "");
    b->reading.load = 16;
    assert_found(b, HOST_LOAD, HOST_BAD, "load 16.00 on 2 processors");
    b->reading.has_load = false;
    assert_found(b, HOST_LOAD, HOST_UNKNOWN, "");
}

static void no_way_out(void **state)
{
    struct bench *b = *state;
    b->reading.way_out[FAMILY_4] = ROUTE_NONE;
    assert_found(b, HOST_ROUTE4, HOST_BAD, "no IPv4 route to the internet");
    b->reading.way_out[FAMILY_4] = ROUTE_UNKNOWN;
    assert_found(b, HOST_ROUTE4, HOST_UNKNOWN, "");
    b->settings.service[0].family[FAMILY_6].enabled = true;
    assert_found(b, HOST_ROUTE6, HOST_BAD, "no IPv6 route");
}

static void pass(struct bench *b, int64_t boot_ms, int64_t unix_ms)
{
    b->reading.boot_ms += boot_ms;
    b->reading.unix_ms += unix_ms;
}

static void a_clock_that_jumps(void **state)
{
    struct bench *b = *state;
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
    pass(b, 1000, 11000); /* a step that NTP clients make */
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
    pass(b, 1000, 3601000);
    assert_found(b, HOST_CLOCK, HOST_BAD, "jumped by +3600 s, 0 s ago");
    pass(b, 59000, 59000);
    assert_found(b, HOST_CLOCK, HOST_BAD, "59 s ago");
    pass(b, 1000, 1000); /* nobody puts it back: it is believed */
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
}

static void a_clock_that_jumps_back_again(void **state)
{
    struct bench *b = *state;
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
    pass(b, 1000, -7200000);
    assert_found(b, HOST_CLOCK, HOST_BAD, "jumped by -7201 s");
    pass(b, 1000, 7203000);
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
}

static void a_jump_that_the_kernel_believes_in(void **state)
{
    struct bench *b = *state;
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
    pass(b, 1000, 3601000);
    assert_found(b, HOST_CLOCK, HOST_BAD, "");
    b->reading.synchronised = true;
    pass(b, 1000, 1000);
    assert_found(b, HOST_CLOCK, HOST_GOOD, "synchronised");
}

static void a_clock_that_was_never_set(void **state)
{
    struct bench *b = *state;
    b->reading.unix_ms = 1000;
    assert_found(b, HOST_CLOCK, HOST_BAD, "before this program was written");
}

static void a_clock_that_must_be_synchronised(void **state)
{
    struct bench *b = *state;
    b->settings.host.clock_synchronised = true;
    assert_found(b, HOST_CLOCK, HOST_UNKNOWN, "does not say");
    b->reading.knows_synchronised = true;
    assert_found(b, HOST_CLOCK, HOST_BAD, "NTP");
    b->reading.synchronised = true;
    assert_found(b, HOST_CLOCK, HOST_GOOD, "");
}

static void each_check_can_be_switched_off(void **state)
{
    struct bench *b = *state;
    b->settings.host = (struct host_settings){ 0 };
    b->reading = (struct host_reading){ .has_load = true, .load = 1000, .processors = 1 };
    for (int i = 0; i < HOST_CHECK_COUNT; i++)
        assert_found(b, (enum host_check)i, HOST_OFF, "");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(all_is_well),
        CASE(a_disk_without_room),
        CASE(a_disk_without_inodes_and_one_without_a_limit),
        CASE(a_disk_that_cannot_be_written_or_seen),
        CASE(conntrack_near_its_end),
        CASE(load_per_processor),
        CASE(no_way_out),
        CASE(a_clock_that_jumps),
        CASE(a_clock_that_jumps_back_again),
        CASE(a_jump_that_the_kernel_believes_in),
        CASE(a_clock_that_was_never_set),
        CASE(a_clock_that_must_be_synchronised),
        CASE(each_check_can_be_switched_off),
    };
#undef CASE
    return cmocka_run_group_tests_name("hostjudge", tests, NULL, NULL);
}
