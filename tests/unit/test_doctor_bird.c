/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_doctor_bird.c - the doctor on prefixes, sessions, and BIRD itself. */
#include "tests/unit/recorded_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROAS4          "commands/bird_show_route_table_rpki4_where___192.0.2.0_.mask_net.len____net.ip_"
#define PROTOCOLS      "commands/bird_show_protocols_all"
#define ROUTES4        "commands/bird_show_route_192.0.2.0_24_table_master4"
#define SESSION        "etc/bird/peers/up.conf"
#define BIRD_CONF      "etc/bird/bird.conf"
#define SETTINGS       "etc/proxima/anycastd.conf"
#define PLAY(ailments) machine_play(ailments, sizeof(ailments) / sizeof *(ailments))

static void test_prefixes(void **state)
{
    static const struct ailment ailments[] = {
        { SETTINGS, "192.0.2.0/24", "192.0.2.0/25", "prefix-length", DOCTOR_WRONG,
          "192.0.2.0/25 is longer than /24", NULL },
        { SETTINGS, "2001:db8:53::/48", "2001:db8:53::/56", "prefix-length", DOCTOR_WRONG,
          "longer than /48", NULL },
        { ROUTES4, "[svc_dns_4_normal 2026", "[direct1 2026", "prefix-route", DOCTOR_WRONG,
          "192.0.2.0/24 is also a route of direct1", "reject_ours" },
        { ROUTES4, "* (210)\n", "* (210)\n                     unicast [direct1 10:00] (240)\n",
          "prefix-route", DOCTOR_RISKY, "a route of direct1", NULL },
    };
    (void)state;
    PLAY(ailments);
}

static void test_roas(void **state)
{
    static const struct ailment ailments[] = {
        { ROAS4, NULL, "8001 Network not found\n", "roa", DOCTOR_RISKY, "192.0.2.0/24 has no ROA",
          "a ROA for 192.0.2.0/24, origin AS64500, maxLength 24" },
        { ROAS4, "AS64500", "AS64666", "roa", DOCTOR_WRONG,
          "there is a ROA for 192.0.2.0/24 for AS64666, and none for AS64500", NULL },
        { ROAS4, "192.0.2.0/24-24", "192.0.0.0/22-23", "roa", DOCTOR_WRONG,
          "the ROA's maxLength is /23", "maxLength 24" },
        { ROAS4, "192.0.2.0/24-24", "192.0.2.0/24-28", "roa", DOCTOR_RISKY, "parts up to /28",
          NULL },
        /* One that covers a part only says nothing of the whole. */
        { ROAS4, "192.0.2.0/24-24", "192.0.2.0/25-25", "roa", DOCTOR_RISKY, "has no ROA", NULL },
        { ROAS4, NULL, "9001 syntax error, unexpected CF_SYM_UNDEFINED\n", "roa", DOCTOR_UNSEEN,
          "BIRD says: syntax error", NULL },
        { PROTOCOLS, "Channel roa4", "Channel ipv9", "roa", DOCTOR_NOTE,
          "192.0.2.0/24: BIRD has no table of ROAs", "rpki = (" },
        { PROTOCOLS, "rpki4      up ", "rpki4      start", "roa", DOCTOR_RISKY,
          "table rpki4 is not filled", NULL },
    };
    (void)state;
    PLAY(ailments);
}

static void test_protection_of_sessions(void **state)
{
    static const struct ailment ailments[] = {
        { SESSION, "password \"secret\";\n    ttl security on;", "", "session-auth", DOCTOR_RISKY,
          "up_p has neither", "password" },
        { SESSION, "password \"secret\";\n    ttl security on;", "ttl security off;",
          "session-auth", DOCTOR_RISKY, "up_p has neither", "ttl_security = true" },
        { BIRD_CONF, NULL, NULL, "session-auth", DOCTOR_UNSEEN, "No such file", "sudo" },
    };
    (void)state;
    PLAY(ailments);
}

/* What a session says goes before its template, and a time is no switch. */
static void test_graceful_restart_that_is_not_on(void **state)
{
    static const char *const own[] = { "graceful restart off;", "graceful restart aware;",
                                       "graceful restart time 60; graceful restart no;" };
    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct findings findings;
        char *root = machine_new();
        machine_change(root, BIRD_CONF, "graceful restart aware;", "graceful restart on;");
        machine_change(root, SESSION, "bfd on;", own[i]);
        struct patient *patient = machine_examine(root, "graceful-restart", &findings);
        assert_int_equal(findings.items[0].grade, DOCTOR_OK);
        findings_free(&findings);
        patient_free(patient);
        machine_free(root);
    }
}

/* BIRD says it, or its configuration: one is enough. */
static void test_role(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, PROTOCOLS, "Role: customer", "Route");
    struct patient *patient = machine_examine(root, "session-role", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_change(root, BIRD_CONF, "local role customer;", "");
    patient = machine_examine(root, "session-role", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_RISKY);
    assert_string_equal(findings.items[0].what, "up_p has no role");
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

static void test_dead_neighbours(void **state)
{
    static const struct ailment ailments[] = {
        { BIRD_CONF, "graceful restart aware", "graceful restart on", "graceful-restart",
          DOCTOR_WRONG, "up_p has graceful restart on", "graceful restart aware" },
        { BIRD_CONF, "graceful restart aware", "graceful restart", "graceful-restart", DOCTOR_WRONG,
          "up_p", NULL },
        { BIRD_CONF, "graceful restart aware", "graceful restart on; graceful restart time 60",
          "graceful-restart", DOCTOR_WRONG, "up_p", NULL },
        { BIRD_CONF, "graceful restart aware", "long lived graceful restart on", "graceful-restart",
          DOCTOR_WRONG, "up_p", NULL },
        { PROTOCOLS, "       Role: customer", "         Restart time: 120", "graceful-restart",
          DOCTOR_WRONG, "up_p", NULL },
        { "commands/bird_show_bfd_sessions", " Up  ", " Down", "bfd", DOCTOR_RISKY,
          "up_p has BFD, which is Down", NULL },
        { "commands/bird_show_bfd_sessions", NULL, "0000 There is no BFD protocol running\n", "bfd",
          DOCTOR_RISKY, "which is not running", "bfd = true;" },
        { PROTOCOLS, "up_p       BGP        ---        up ",
          "up_p       BGP        ---        start", "session", DOCTOR_RISKY, "up_p is not up",
          NULL },
        { PROTOCOLS, "up_p ", "fleet_p ", "session", DOCTOR_WRONG, "no session with a provider",
          NULL },
    };
    (void)state;
    PLAY(ailments);
}

static void test_session_without_bfd(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, SESSION, "bfd on;", "bfd off;");
    machine_change(root, "commands/bird_show_bfd_sessions", "198.51.100.1", "198.51.100.9");
    machine_change(root, PROTOCOLS, "5.920/9", "5.920/240");
    struct patient *patient = machine_examine(root, "bfd", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_RISKY);
    assert_string_equal(findings.items[0].what, "up_p has no BFD, and a hold time of 240 s");
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

static void test_limits(void **state)
{
    static const struct ailment ailments[] = {
        { PROTOCOLS, "     Export limit:   1\n       Action:       block\n", "", "export-limit",
          DOCTOR_RISKY, "up_p ipv6: no export limit", "export limit 1 action block" },
        { PROTOCOLS, "Input filter:   from_provider\n     Output filter:  (unnamed)",
          "Input filter:   from_provider\n     Output filter:  ACCEPT", "export-limit",
          DOCTOR_WRONG, "up_p ipv4: exports everything", NULL },
        { PROTOCOLS, "     Import limit:   1000\n       Action:       block\n", "", "import-limit",
          DOCTOR_RISKY, "up_p ipv4: no import limit", NULL },
        { PROTOCOLS, "Export limit:   1\n       Action:       block",
          "Export limit:   1\n       Action:       restart", "limit-action", DOCTOR_WRONG,
          "up_p ipv6: the export limit of 1 has action restart", "action block" },
    };
    (void)state;
    PLAY(ailments);
}

static void test_leak(void **state)
{
    static const char sent[] = "1007-Table up_p_routes:\n"
                               " 192.0.2.0/24         blackhole [svc_dns_4_normal] * (210)\n"
                               " 203.0.113.0/24       unicast [up_q] * (100) [AS64502i]\n"
                               " 10.0.0.0/8           unicast [up_q] * (100) [AS64502i]\n"
                               "0000 \n";
    static const char blackholed[] = "1007-Table up_p_routes:\n"
                                     " 192.0.2.0/24         blackhole [svc_dns_4_normal] * (210)\n"
                                     " 192.0.2.77/32        blackhole [blackholes4] * (200)\n"
                                     "0000 \n";
    static const char one[] =
        "Export limit:   1\n       Action:       block\n     Routes:         0 "
        "imported, 1 exported";
    static const char two[] =
        "Export limit:   2\n       Action:       block\n     Routes:         0 "
        "imported, 2 exported";
    static const char asked[] = "commands/bird_show_route_exported_up_p";
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, PROTOCOLS, one, two);
    struct patient *patient = machine_examine(root, "leak", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_UNSEEN);
    findings_free(&findings);
    patient_free(patient);
    machine_change(root, asked, NULL, sent);
    patient = machine_examine(root, "leak", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_WRONG);
    assert_string_equal(findings.items[0].what,
                        "up_p was sent 203.0.113.0/24, which is no service's, and more");
    findings_free(&findings);
    patient_free(patient);
    machine_change(root, asked, NULL, blackholed);
    patient = machine_examine(root, "leak", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

static void test_bird(void **state)
{
    static const struct ailment ailments[] = {
        { "commands/bird_show_status", NULL, NULL, "bird", DOCTOR_WRONG, "bird_show_status", NULL },
        { "commands/bird_show_status", NULL, NULL, "session", DOCTOR_UNSEEN, "does not answer",
          NULL },
        { "commands/bird_show_status", "2.0.12", "2.0.8", "bird-version", DOCTOR_RISKY,
          "BIRD 2.0.8 is older", "2.0.12" },
        { "commands/bird_show_status", "2.0.12", "3.3.2", "bird-version", DOCTOR_NOTE,
          "aborts on a configure while another one runs", "configure status" },
        { "commands/bird_show_status", "2.0.12", "1.6.8", "bird-version", DOCTOR_WRONG, NULL,
          NULL },
        { PROTOCOLS, "svc_dns_6_backup", "svc_dns_6_backup2", "bird-levels", DOCTOR_WRONG,
          "BIRD has no protocol svc_dns_6_backup", NULL },
        { BIRD_CONF, "disabled yes;", "", "bird-levels", DOCTOR_WRONG,
          "svc_dns_4_normal is not disabled in /etc/bird/bird.conf", NULL },
        { BIRD_CONF, "include \"/run/[p]roxima/intent/svc_dns_6_drain.conf\";", "", "bird-intent",
          DOCTOR_WRONG, "svc_dns_6_drain includes no file of /run/proxima/intent", NULL },
        { BIRD_CONF, "/run/[p]roxima/intent/svc_dns_6_drain", "/run/[p]roxima/svc_dns_6_drain",
          "bird-intent", DOCTOR_WRONG, "a file of /run/proxima, anycastd writes to", "intent_dir" },
        { SETTINGS, "run_dir = \"/run/proxima\"", "run_dir = \"/run/other\"", "bird-intent",
          DOCTOR_WRONG, "anycastd writes to /run/other/intent", NULL },
        { "etc/systemd/system/bird.service.d/proxima.conf", NULL, NULL, "bird-unit", DOCTOR_RISKY,
          NULL, "systemctl daemon-reload" },
    };
    (void)state;
    PLAY(ailments);
}

static void test_scan_time_with_a_full_table(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, "commands/bird_show_protocols_all", "1 exported", "1000000 exported");
    struct patient *patient = machine_examine(root, "bird-scan", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_RISKY);
    assert_non_null(strstr(findings.items[0].what, "has scan time 1, with 1000000 routes"));
    findings_free(&findings);
    patient_free(patient);
    machine_change(root, BIRD_CONF, "scan time 1;", "scan time 20;");
    patient = machine_examine(root, "bird-scan", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

static void test_scan_time_of_bird_3(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, "commands/bird_show_status", "2.0.12", "3.3.2");
    struct patient *patient = machine_examine(root, "bird-scan", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_change(root, BIRD_CONF, "scan time 1;", "scan time 20;");
    patient = machine_examine(root, "bird-scan", &findings);
    assert_string_equal(findings.items[0].what, "protocol kernel kernel4 has scan time 20");
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_roas),
        cmocka_unit_test(test_protection_of_sessions),
        cmocka_unit_test(test_role),
        cmocka_unit_test(test_graceful_restart_that_is_not_on),
        cmocka_unit_test(test_dead_neighbours),
        cmocka_unit_test(test_session_without_bfd),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_leak),
        cmocka_unit_test(test_bird),
        cmocka_unit_test(test_scan_time_of_bird_3),
        cmocka_unit_test(test_scan_time_with_a_full_table),
    };
    return cmocka_run_group_tests_name("doctor_bird", tests, NULL, NULL);
}
