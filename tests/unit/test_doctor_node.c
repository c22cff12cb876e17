/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_doctor_node.c - the doctor on daemons, processes and files; and all of it together. */
#include "tests/unit/recorded_machine.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SETTINGS       "etc/proxima/anycastd.conf"
#define FLEET4         "commands/bird_show_route_table_fleet4_all"
#define PLAY(ailments) machine_play(ailments, sizeof(ailments) / sizeof *(ailments))

/* What is noted of the healthy machine is true of any with one provider and BIRD 2.0.12. */
static void test_a_well_machine(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    struct patient *patient = machine_examine(root, NULL, &findings);
    unsigned notes = 0;
    for (size_t i = 0; i < findings.count; i++) {
        const struct finding *found = &findings.items[i];
        if (found->grade > DOCTOR_NOTE)
            fail_msg("%s: %s", found->check->name, found->what);
        notes += found->grade == DOCTOR_NOTE;
    }
    assert_int_equal(notes, 2);
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

/* Every check says something of a machine of which nothing is known, and none of them crashes. */
static void test_nothing_at_all(void **state)
{
    (void)state;
    struct findings findings;
    char root[] = "/tmp/nothing-XXXXXX";
    assert_non_null(mkdtemp(root));
    struct patient *patient = machine_examine(root, NULL, &findings);
    size_t at = 0;
    for (const struct doctor_check *check; (check = doctor_next(&at));) {
        bool told = false;
        for (size_t i = 0; i < findings.count; i++)
            told |= findings.items[i].check == check;
        assert_true(told);
    }
    findings_free(&findings);
    patient_free(patient);
    assert_int_equal(rmdir(root), 0);
}

static void test_checks_have_all_their_texts(void **state)
{
    (void)state;
    size_t at = 0, other;
    for (const struct doctor_check *check; (check = doctor_next(&at));) {
        assert_true(*check->title && *check->why && *check->fix);
        assert_null(strpbrk(check->name, " ,_")); /* it is an argument of --only */
        other = at;
        for (const struct doctor_check *later; (later = doctor_next(&other));)
            assert_string_not_equal(check->name, later->name);
    }
}

static void test_names(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(doctor_names_valid("roa", &err), 0);
    assert_int_equal(doctor_names_valid("roa,bfd", &err), 0);
    assert_int_equal(doctor_names_valid("roa,bdf", &err), -1);
    assert_string_equal(err.msg, "there is no check \"bdf\"; did you mean \"bfd\"?");
    assert_int_equal(doctor_names_valid("", &err), -1);
}

static void test_daemons(void **state)
{
    static const struct ailment ailments[] = {
        { SETTINGS, "node_id = 21;", "node_di = 21;", "settings", DOCTOR_WRONG, "node_di",
          "anycastd --check-config" },
        { SETTINGS, NULL, NULL, "floor", DOCTOR_UNSEEN, "anycastd.conf cannot be read", NULL },
        { "commands/anycastd_status", NULL, NULL, "anycastd", DOCTOR_WRONG, NULL, "systemctl" },
        { "commands/dnsd_status", NULL, NULL, "dnsd", DOCTOR_WRONG, NULL, "systemctl" },
        { "commands/dnsd_status", "\"anycastd\": true", "\"anycastd\": false", "dnsd", DOCTOR_WRONG,
          "does not reach anycastd", "report_socket" },
        { "commands/anycastd_status", "\"connected\": true", "\"connected\": false", "guard",
          DOCTOR_WRONG, "does not watch", "systemctl" },
        { "commands/anycastd_status", "\"bird_connected\": true", "\"bird_connected\": false",
          "guard", DOCTOR_WRONG, "has no connection to BIRD", NULL },
        { "commands/dnsd_status", "fra1", "ams1", "node-name", DOCTOR_WRONG,
          "anycastd is \"fra1\", dnsd is \"ams1\"", "node.conf" },
        { SETTINGS, "[ \"example.com\" ]", "[ \"example.com\", \"example.net\" ]", "zones",
          DOCTOR_WRONG, "needs zone example.net., which dnsd does not serve", NULL },
        { "commands/dnsd_zones", "\"serving\"", "\"expired\"", "zones", DOCTOR_WRONG,
          "it is expired", NULL },
        { "commands/dnsd_zones", "\"serving\"", "\"stale\"", "zones", DOCTOR_RISKY, "it is stale",
          NULL },
        { FLEET4, "svc_dns_4_normal", "up_p", "node-id", DOCTOR_WRONG,
          "up_p brings 192.0.2.0/24 with node id 21, which is ours", NULL },
        { "etc/bird/bird.conf", "NODE_ID = 21", "NODE_ID = 22", "node-id-in-bird", DOCTOR_WRONG,
          "is 22, node_id in anycastd.conf is 21", NULL },
        { SETTINGS, "node_id = 21;", "node_id = 21; policy = { min_sites = 0; };", "floor",
          DOCTOR_RISKY, "policy.min_sites is 0", NULL },
        { SETTINGS, "node_id = 21;", "node_id = 21; policy = { hold = 0; };", "hold", DOCTOR_RISKY,
          "policy.hold is 0", NULL },
        { SETTINGS, "node_id = 21;", "node_id = 21; policy = { flap_half_life = 1; };", "hold",
          DOCTOR_RISKY, "policy.flap_half_life is 1 ms", NULL },
        { SETTINGS, "node_id = 21;", "node_id = 21; drain = { min = 0; };", "last-resorts",
          DOCTOR_NOTE, "drain.min is 0 ms", NULL },
        { SETTINGS, "node_id = 21;", "node_id = 21; guard = { kill_bird = false; };",
          "last-resorts", DOCTOR_NOTE, "guard.kill_bird is false", NULL },
    };
    (void)state;
    PLAY(ailments);
}

static void test_processes(void **state)
{
    static const struct ailment ailments[] = {
        { "proc/102/comm", "anycastguard", "other", "running", DOCTOR_WRONG,
          "anycastguard does not run", "systemctl enable --now anycastguard" },
        { "proc/103/oom_score_adj", "-1000", "0", "oom", DOCTOR_RISKY,
          "bird (pid 103) has oom_score_adj 0", "echo -900 > /proc/103/oom_score_adj" },
        { "proc/100/oom_score_adj", "-800", "-400", "oom", DOCTOR_RISKY, "dnsd (pid 100)", NULL },
        { "proc/103/stat", " -10 ", " 0 ", "cpu", DOCTOR_RISKY, "bird (pid 103) has nice 0, dnsd 0",
          "renice -n -10 -p 103" },
        { "proc/100/limits", "65536  ", "1024   ", "open-files", DOCTOR_RISKY,
          "dnsd may have 1024 files", "LimitNOFILE" },
        { "proc/100/limits", NULL, NULL, "open-files", DOCTOR_UNSEEN, "limits", "sudo" },
        { "proc/100/comm", "dnsd", "other", "cpu", DOCTOR_UNSEEN, "dnsd does not run", NULL },
    };
    (void)state;
    PLAY(ailments);
}

/* Where units weigh, nice counts for nothing between them. */
static void test_cpu_weights(void **state)
{
    static const struct ailment ailment = { "sys/fs/cgroup/system.slice/bird.service/cpu.weight",
                                            "1000",
                                            "100",
                                            "cpu",
                                            DOCTOR_RISKY,
                                            "bird (pid 103) has CPU weight 100, dnsd 100",
                                            "systemctl set-property bird CPUWeight=1000" };
    static const char *const units[] = { "dnsd", "bird" };
    (void)state;
    char *root = machine_new();
    for (int i = 0; i < 2; i++) {
        char *group = mem_printf("0::/system.slice/%s.service\n", units[i]);
        char *path = mem_printf("sys/fs/cgroup/system.slice/%s.service/cpu.weight", units[i]);
        machine_change(root, i ? "proc/103/cgroup" : "proc/100/cgroup", NULL, group);
        machine_change(root, path, NULL, i ? "1000\n" : "100\n");
        free(group);
        free(path);
    }
    machine_change(root, "proc/103/stat", " -10 ", " 0 ");
    machine_play_on(root, &ailment);
    machine_free(root);
}

/* What is found after the mode of `file` has changed. */
static void play_mode(const char *file, mode_t mode, const char *check, enum doctor_grade grade,
                      const char *what)
{
    struct findings findings;
    char *root = machine_new(), *path = mem_printf("%s/%s", root, file);
    assert_int_equal(chmod(path, mode), 0);
    struct patient *patient = machine_examine(root, check, &findings);
    assert_int_equal(findings.items[0].grade, grade);
    assert_non_null(strstr(findings.items[0].what, what));
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
    free(path);
}

static void test_modes(void **state)
{
    (void)state;
    play_mode("run/bird/bird.ctl", 0666, "bird-socket", DOCTOR_WRONG, "everybody may write");
    play_mode("run/proxima", 0777, "folders", DOCTOR_WRONG,
              "everybody may write to /run/proxima (mode 777)");
    play_mode("var/lib/proxima", 01777, "folders", DOCTOR_OK, "theirs");
}

/* The daemon's user is another than the owner of all files. */
static void test_owners(void **state)
{
    static const char *const checks[] = { "bird-socket", "folders", "event-log" };
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, "proc/101/status", NULL,
                   "Name:\tanycastd\nUid:\t4711\nGid:\t4711\nGroups:\t4711\n");
    for (int i = 0; i < 3; i++) {
        struct patient *patient = machine_examine(root, checks[i], &findings);
        assert_int_equal(findings.items[0].grade, DOCTOR_WRONG);
        assert_non_null(strstr(findings.items[0].what, "anycastd's user (uid 4711) may not write"));
        findings_free(&findings);
        patient_free(patient);
    }
    machine_change(root, "var/log/proxima/events.jsonl", NULL, NULL);
    struct patient *patient = machine_examine(root, "event-log", &findings);
    assert_non_null(strstr(findings.items[0].what, "may not write to /var/log/proxima (of"));
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

static void test_world_writable_control_socket(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new(), *path = mem_printf("%s/run/proxima/anycastd.sock", root);
    machine_change(root, "run/proxima/anycastd.sock", NULL, "a socket\n");
    assert_int_equal(chmod(path, 0666), 0);
    struct patient *patient = machine_examine(root, "sockets", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_RISKY);
    assert_string_equal(findings.items[0].fix, "chmod o-rwx /run/proxima/anycastd.sock");
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_well_machine),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_checks_have_all_their_texts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_daemons),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_cpu_weights),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_world_writable_control_socket),
    };
    return cmocka_run_group_tests_name("doctor_node", tests, NULL, NULL);
}
