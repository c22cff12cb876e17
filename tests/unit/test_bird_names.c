/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_names.c - names of protocols, there and back, and the commands that name them. */
#include "bird/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LONGEST "abcdefghijklmnopqrs0" /* 20 bytes */

static void services_are_lower_case_letters_and_digits(void **state)
{
    (void)state;
    assert_true(bird_service_valid("dns"));
    assert_true(bird_service_valid("9"));
    assert_true(bird_service_valid(LONGEST));
    assert_false(bird_service_valid(LONGEST "1"));
    assert_false(bird_service_valid(""));
    assert_false(bird_service_valid("dns_4"));
    assert_false(bird_service_valid("DNS"));
    assert_false(bird_service_valid("dns*"));
    assert_false(bird_service_valid("../x"));
}

static void names_there_and_back(void **state)
{
    (void)state;
    static const char *const services[] = { "dns", "4", LONGEST };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        for (int family = 4; family <= 6; family += 2) {
            for (enum level level = LEVEL_DRAIN; level < LEVEL_COUNT; level++) {
                struct bird_name name = { .family = family, .level = level }, back;
                char text[BIRD_NAME_MAX];
                strcpy(name.service, services[i]);
                assert_int_equal(bird_name_parse(bird_name_text(&name, text), &back), 0);
                assert_string_equal(back.service, services[i]);
                assert_int_equal(back.family, family);
                assert_int_equal(back.level, level);
            }
        }
    }
}

static void other_names_are_not_ours(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "svc_",
        "svc_dns",
        "svc_dns_4",
        "svc_dns_4_",
        "svc_dns_5_normal",
        "svc_dns_44_normal",
        "svc_dns_4_withdrawn",
        "svc_dns_4_normal ",
        "svc_dns_4_normal2",
        "svc_dns_4_NORMAL",
        "svc__4_normal",
        "svc_a_b_4_normal",
        "svc_Dns_4_normal",
        ("svc_" LONGEST "1_4_normal"),
        "xsvc_dns_4_normal",
        "svc4_normal",
        "device1",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct bird_name name;
        if (bird_name_parse(others[i], &name) != -1)
            fail_msg("%s was taken for ours", others[i]);
    }
}

static void commands_quote_names(void **state)
{
    (void)state;
    const struct bird_name name = { "dns", 4, LEVEL_NORMAL };
    const struct bird_name longest = { LONGEST, 6, LEVEL_BACKUP };
    char out[BIRD_COMMAND_MAX];
    assert_string_equal(bird_command_enable(&name, out), "enable \"svc_dns_4_normal\"");
    assert_string_equal(bird_command_disable(&name, out), "disable \"svc_dns_4_normal\"");
    assert_string_equal(bird_command_withdraw("dns", 6, out), "disable \"svc_dns_6_*\"");
    assert_string_equal(bird_command_disable(&longest, out),
                        "disable \"svc_" LONGEST "_6_backup\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_are_lower_case_letters_and_digits),
        cmocka_unit_test(names_there_and_back),
        cmocka_unit_test(other_names_are_not_ours),
        cmocka_unit_test(commands_quote_names),
    };
    return cmocka_run_group_tests_name("bird_names", tests, NULL, NULL);
}
