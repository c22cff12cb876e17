/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_intent.c - the intent folder: what is set, what stays, and what a full disk does. */
#include "bird/intent.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct bird_name dns4 = { "dns", 4, LEVEL_NORMAL };
static const struct bird_name dns4_drain = { "dns", 4, LEVEL_DRAIN };
static const struct bird_name dns6 = { "dns", 6, LEVEL_BACKUP };
static const struct bird_name dns24 = { "dns2", 4, LEVEL_NORMAL };

static char root[] = "/tmp/test_bird_intent-XXXXXX";
static char dir[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(dir, sizeof dir, "%s/intent", root);
    return bird_intent_prepare(dir, NULL);
}

static int remove_folder(void **state)
{
    (void)state;
    char path[128];
    bird_intent_clear_all(dir, NULL);
    snprintf(path, sizeof path, "%s/other.conf", dir);
    unlink(path);
    rmdir(dir);
    return rmdir(root);
}

static bool file_is(const char *file, const char *content)
{
    char path[256], text[64] = "";
    snprintf(path, sizeof path, "%s/%s", dir, file);
    FILE *in = fopen(path, "re");
    if (!in)
        return content == NULL;
    size_t len = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    text[len] = '\0';
    return content && strcmp(text, content) == 0;
}

static bool is_set(const struct bird_name *name)
{
    struct bird_name names[8];
    int count = bird_intent_read(dir, names, 8, NULL);
    for (int i = 0; i < count; i++)
        if (strcmp(names[i].service, name->service) == 0 && names[i].family == name->family &&
            names[i].level == name->level)
            return true;
    return false;
}

static void set_and_clear(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(bird_intent_set(dir, &dns4, &err), 0);
    assert_int_equal(bird_intent_set(dir, &dns4, &err), 0);
    assert_true(file_is("svc_dns_4_normal.conf", "disabled no;\n"));
    assert_true(file_is("svc_dns_4_normal.new", NULL));
    assert_true(is_set(&dns4));
    assert_false(is_set(&dns4_drain));
    assert_int_equal(bird_intent_clear(dir, &dns4, &err), 0);
    assert_int_equal(bird_intent_clear(dir, &dns4, &err), 0);
    assert_true(file_is("svc_dns_4_normal.conf", NULL));
    assert_int_equal(bird_intent_read(dir, NULL, 0, &err), 0);
}

static void readable_for_bird_whatever_the_umask(void **state)
{
    (void)state;
    struct stat status;
    char path[128];
    mode_t before = umask(077);
    assert_int_equal(bird_intent_prepare(dir, NULL), 0);
    assert_int_equal(bird_intent_set(dir, &dns4, NULL), 0);
    umask(before);
    assert_int_equal(stat(dir, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0755);
    snprintf(path, sizeof path, "%s/svc_dns_4_normal.conf", dir);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
}

static void clearing_hits_what_is_meant_only(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/other.conf", dir);
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(bird_intent_set(dir, &dns4, NULL), 0);
    assert_int_equal(bird_intent_set(dir, &dns4_drain, NULL), 0);
    assert_int_equal(bird_intent_set(dir, &dns6, NULL), 0);
    assert_int_equal(bird_intent_set(dir, &dns24, NULL), 0);
    assert_int_equal(bird_intent_read(dir, NULL, 0, NULL), 4);

    assert_int_equal(bird_intent_clear_service(dir, "dns", 4, NULL), 0);
    assert_false(is_set(&dns4) || is_set(&dns4_drain));
    assert_true(is_set(&dns6) && is_set(&dns24));
    assert_int_equal(bird_intent_clear_all(dir, NULL), 0);
    assert_int_equal(bird_intent_read(dir, NULL, 0, NULL), 0);
    assert_int_equal(access(path, F_OK), 0);
}

static void leftovers_of_a_crash_are_swept(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/svc_dns_4_normal.new", dir);
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(bird_intent_read(dir, NULL, 0, NULL), 0);
    assert_int_equal(bird_intent_set(dir, &dns4, NULL), 0);
    assert_int_equal(access(path, F_OK), -1);
    fd = open(path, O_CREAT | O_WRONLY, 0644);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(bird_intent_clear_all(dir, NULL), 0);
    assert_int_equal(access(path, F_OK), -1);
}

static void missing_folder(void **state)
{
    (void)state;
    struct err err;
    char wanted[256];
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(bird_intent_clear(dir, &dns4, &err), 0);
    assert_int_equal(bird_intent_clear_service(dir, "dns", 4, &err), 0);
    assert_int_equal(bird_intent_clear_all(dir, &err), 0);
    assert_int_equal(bird_intent_read(dir, NULL, 0, &err), 0);
    assert_int_equal(bird_intent_set(dir, &dns4, &err), -1);
    snprintf(wanted, sizeof wanted, "intent folder %s: No such file or directory", dir);
    assert_string_equal(err.msg, wanted);
    assert_int_equal(bird_intent_prepare("/nonexistent/intent", &err), -1);
    assert_string_equal(err.msg, "intent folder /nonexistent/intent: No such file or directory");
}

/* A disk without room lets files be made, but not written. */
static void full_disk_keeps_withdrawals_possible(void **state)
{
    (void)state;
    struct err err;
    struct rlimit before, none;
    assert_int_equal(bird_intent_set(dir, &dns4, NULL), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){ 0, before.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int set_other = bird_intent_set(dir, &dns6, &err);
    int set_same = bird_intent_set(dir, &dns4, NULL);
    int cleared = bird_intent_clear_service(dir, "dns2", 4, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);

    assert_int_equal(set_other, -1);
    assert_non_null(strstr(err.msg, "/intent/svc_dns_6_backup.conf: File too large"));
    assert_true(file_is("svc_dns_6_backup.conf", NULL));
    assert_true(file_is("svc_dns_6_backup.new", NULL));
    assert_int_equal(set_same, 0); /* it stands there already */
    assert_true(file_is("svc_dns_4_normal.conf", "disabled no;\n"));
    assert_int_equal(cleared, 0);
    assert_int_equal(bird_intent_clear(dir, &dns4, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(set_and_clear, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(readable_for_bird_whatever_the_umask, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(clearing_hits_what_is_meant_only, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(leftovers_of_a_crash_are_swept, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(missing_folder, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(full_disk_keeps_withdrawals_possible, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests_name("bird_intent", tests, NULL, NULL);
}
