/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_hostread.c - the host's figures, out of a /proc of the test's own. */
#include "anycastctl/sense/hostread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/test_hostread-XXXXXX";
static struct routes routes = { .fd = -1 };

static const char *const folders[] = { "sys", "sys/net", "sys/net/netfilter" };
static const char *const files[] = { "loadavg", "sys/net/netfilter/nf_conntrack_count",
                                     "sys/net/netfilter/nf_conntrack_max" };

static void path_of(const char *name, char out[256])
{
    snprintf(out, 256, "%s/%s", root, name);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    char path[256];
    if (!mkdtemp(root))
        return -1;
    for (size_t i = 0; i < 3; i++) {
        path_of(folders[i], path);
        mkdir(path, 0700);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char path[256];
    for (size_t i = 0; i < 3; i++) {
        path_of(files[i], path);
        unlink(path);
    }
    for (size_t i = 3; i-- > 0;) {
        path_of(folders[i], path);
        rmdir(path);
    }
    return rmdir(root);
}

static struct host_reading read_host(const char *disk)
{
    const struct host_places places = { .proc = root, .folder = { disk, NULL } };
    struct host_reading out;
    host_read(&places, &routes, &out);
    return out;
}

static void numbers_and_loads_are_read(void **state)
{
    (void)state;
    static const char *const no_numbers[] = {
        "", "\n", "-1\n", " 7\n", "7x\n", "x", "99999999999999999999999\n"
    };
    static const char *const no_loads[] = { "", "1.5\n", "a b c 1/2 3\n", "-1 0 0 1/1 1\n",
                                            "nan 1 1 1/1 1\n" };
    uint64_t number;
    double load;
    assert_true(host_parse_number("262144\n", &number));
    assert_int_equal(number, 262144);
    assert_true(host_parse_number("0", &number));
    assert_int_equal(number, 0);
    for (size_t i = 0; i < sizeof no_numbers / sizeof *no_numbers; i++)
        assert_false(host_parse_number(no_numbers[i], &number));
    assert_true(host_parse_load("1.57 1.87 1.50 2/95 5498\n", &load));
    assert_true(load > 1.56 && load < 1.58);
    for (size_t i = 0; i < sizeof no_loads / sizeof *no_loads; i++)
        assert_false(host_parse_load(no_loads[i], &load));
}

static void what_is_there_is_read(void **state)
{
    (void)state;
    write_file("loadavg", "12.25 3.00 1.00 17/431 99\n");
    write_file("sys/net/netfilter/nf_conntrack_count", "1234\n");
    write_file("sys/net/netfilter/nf_conntrack_max", "262144\n");
    const struct host_reading reading = read_host(root);
    assert_true(reading.has_load);
    assert_true(reading.load == 12.25);
    assert_true(reading.processors >= 1);
    assert_true(reading.has_conntrack);
    assert_int_equal(reading.conntrack_count, 1234);
    assert_int_equal(reading.conntrack_max, 262144);
    assert_int_equal(reading.disk[0].error, 0);
    assert_int_equal(reading.disk[1].error, ENOENT);
    assert_true(reading.unix_ms > 1767225600000 && reading.boot_ms > 0);
    assert_int_equal(reading.way_out[FAMILY_4], ROUTE_UNKNOWN); /* there is no socket to ask */
}

static void what_is_not_there_is_unknown(void **state)
{
    (void)state;
    char path[256];
    for (size_t i = 0; i < 3; i++) {
        path_of(files[i], path);
        unlink(path);
    }
    const struct host_reading reading = read_host("/nowhere/at/all");
    assert_false(reading.has_load);
    assert_false(reading.has_conntrack);
    assert_int_equal(reading.disk[0].error, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_loads_are_read),
        cmocka_unit_test(what_is_there_is_read),
        cmocka_unit_test(what_is_not_there_is_unknown),
    };
    return cmocka_run_group_tests_name("hostread", tests, set_up, tear_down);
}
