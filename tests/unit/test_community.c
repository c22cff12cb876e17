/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_community.c - communities, as people write them and as BIRD does. */
#include "bird/config/community.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_good(void **state)
{
    static const struct {
        const char *text, *bird, *attribute;
    } rows[] = {
        { "64501:80", "(64501,80)", "bgp_community" },
        { "0:0", "(0,0)", "bgp_community" },
        { "65535:65535", "(65535,65535)", "bgp_community" },
        { "64501:0:80", "(64501,0,80)", "bgp_large_community" },
        { "4294967295:4294967295:4294967295", "(4294967295,4294967295,4294967295)",
          "bgp_large_community" },
    };
    char text[COMMUNITY_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct community community;
        struct err err;
        assert_int_equal(community_parse(rows[i].text, &community, &err), 0);
        assert_string_equal(community_text(&community, text), rows[i].bird);
        assert_string_equal(community_attribute(&community), rows[i].attribute);
    }
}

static void test_bad(void **state)
{
    static const char *const rows[] = {
        "",
        "64501",
        ":",
        "64501:",
        ":80",
        "64501:80:",
        "65536:1",
        "1:65536",
        "1:2:3:4",
        "a:b",
        "64501,80",
        "64501:-1",
        " 64501:80",
        "64501:80 ",
        "64501:0x1",
        "4294967296:0:0",
        "1:2:4294967296",
        "64501::80",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct community community;
        struct err err = { "" };
        assert_int_equal(community_parse(rows[i], &community, &err), -1);
        assert_non_null(strstr(err.msg, "is no community"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
    };
    return cmocka_run_group_tests_name("community", tests, NULL, NULL);
}
