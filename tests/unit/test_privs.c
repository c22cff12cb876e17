/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_privs.c - giving up root, each time in a child: what is left, and what is not. What needs
 * root is skipped without it. */
#include "common/privs.h"

#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs `work` in a child. It returns NULL if all is well, else what is not. */
static void in_child(const char *(*work)(void))
{
    char complaint[2000] = "";
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        const char *text = work();
        _exit(text && write(ends[1], text, strlen(text)) >= 0 ? 1 : 0);
    }
    close(ends[1]);
    ssize_t len = read(ends[0], complaint, sizeof complaint - 1);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (len > 0)
        fail_msg("%s", complaint);
    assert_int_equal(status, 0);
}

static void skip_unless_root(void)
{
    if (geteuid() != 0)
        skip();
}

static bool has_capability(cap_value_t cap)
{
    cap_flag_value_t effective = CAP_CLEAR;
    cap_t caps = cap_get_proc();
    cap_get_flag(caps, cap, CAP_EFFECTIVE, &effective);
    cap_free(caps);
    return effective == CAP_SET;
}

static bool has_any_capability(void)
{
    cap_t caps = cap_get_proc(), none = cap_init();
    bool any = cap_compare(caps, none) != 0;
    cap_free(caps);
    cap_free(none);
    return any;
}

static struct err err;

static const char *drop_to_nobody(void)
{
    static const gid_t before[] = { 0, 4242 };
    if (setgroups(2, before))
        return "cannot set groups";
    if (privs_drop("nobody", NULL, &err))
        return err.msg;
    if (getuid() == 0 || geteuid() == 0 || getgid() == 0 || getegid() == 0)
        return "is still root";
    gid_t groups[64];
    int count = getgroups(64, groups);
    for (int i = 0; i < count; i++)
        if (groups[i] == 0 || groups[i] == 4242)
            return "is still in root's groups";
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
        return "can be root again";
    if (has_any_capability())
        return "has capabilities";
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return "may gain privileges by exec";
    if (prctl(PR_GET_DUMPABLE) != 1)
        return "dumps no core";
    return NULL;
}

static void test_drop(void **state)
{
    (void)state;
    skip_unless_root();
    in_child(drop_to_nobody);
}

static const char *drop_to_group(void)
{
    /* cppcheck-suppress getgrgidCalled ; one thread */
    const struct group *group = getgrgid(1);
    char user[64];
    snprintf(user, sizeof user, "nobody:%s", group ? group->gr_name : "?");
    if (privs_drop(user, NULL, &err))
        return err.msg;
    return getgid() == 1 && getegid() == 1 ? NULL : "is in another group";
}

static void test_drop_to_another_group(void **state)
{
    (void)state;
    skip_unless_root();
    in_child(drop_to_group);
}

static const char *keep_one_capability(void)
{
    static const int keep[] = { CAP_NET_BIND_SERVICE, -1 };
    bool had = has_capability(CAP_NET_BIND_SERVICE);
    if (privs_drop("nobody", keep, &err))
        return err.msg;
    if (has_capability(CAP_NET_BIND_SERVICE) != had)
        return "has lost what it was to keep";
    if (has_capability(CAP_SETUID) || has_capability(CAP_DAC_OVERRIDE))
        return "has kept what it was to lose";
    return prctl(PR_GET_KEEPCAPS) == 0 ? NULL : "would keep capabilities again";
}

static void test_kept_capability(void **state)
{
    (void)state;
    skip_unless_root();
    in_child(keep_one_capability);
}

static const char *keep_death_signal(void)
{
    int signal = 0;
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    if (privs_drop("nobody", NULL, &err))
        return err.msg;
    prctl(PR_GET_PDEATHSIG, &signal);
    return signal == SIGUSR1 ? NULL : "has forgotten its parent";
}

static void test_death_signal_stays(void **state)
{
    (void)state;
    skip_unless_root();
    in_child(keep_death_signal);
}

static const char *stay_who_we_are(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (privs_drop(uid == 0 ? "" : "nobody", NULL, &err) || privs_drop(NULL, NULL, &err))
        return err.msg;
    if (geteuid() != uid || getegid() != gid)
        return "is somebody else";
    if (has_any_capability())
        return "has capabilities";
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? NULL : "may gain privileges by exec";
}

/* Without a user, or without being root: the same identity, and no capabilities. */
static void test_identity_stays(void **state)
{
    (void)state;
    in_child(stay_who_we_are);
}

static const char *ask_for_nobodies(void)
{
    static const char *const rows[][2] = {
        { "no-such-user", "the user \"no-such-user\" does not exist: create it: adduser --system "
                          "--group no-such-user" },
        { "nobody:no-such-group",
          "the group \"no-such-group\" does not exist: create it: addgroup --system no-such-group" },
        { ":nogroup", "\":nogroup\" is no user: write \"name\" or \"name:group\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (privs_drop(rows[i][0], NULL, &err) == 0 || strcmp(err.msg, rows[i][1]) != 0)
            return rows[i][0];
    return geteuid() == 0 ? NULL : "is somebody else by mistake";
}

static void test_unknown_users(void **state)
{
    (void)state;
    skip_unless_root();
    in_child(ask_for_nobodies);
}

/* --- folders ---------------------------------------------------------------------------------- */

static char folder[] = "/tmp/test_privs.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void assert_folder(const char *path, mode_t mode, bool of_nobody)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | mode);
    assert_int_equal(status.st_uid != geteuid(), of_nobody && geteuid() == 0);
}

static void test_folder(void **state)
{
    char above[64], inner[80];
    (void)state;
    snprintf(above, sizeof above, "%s/run", folder);
    for (int with_slash = 0; with_slash < 2; with_slash++) {
        snprintf(inner, sizeof inner, "%s/proxima%s", above, with_slash ? "/" : "");
        mode_t before = umask(022);
        assert_int_equal(privs_ensure_folder(inner, "nobody", &err), 0);
        umask(before);
        assert_folder(inner, 0755, true);
        assert_folder(above, 0755, false);
        chmod(inner, 0700); /* one that is there stays as it is */
        assert_int_equal(privs_ensure_folder(inner, "", &err), 0);
        assert_folder(inner, 0700, true);
        rmdir(inner);
        rmdir(above);
    }
    assert_int_equal(privs_ensure_folder("", NULL, &err), 0);
    assert_int_equal(privs_ensure_folder("/", NULL, &err), 0);
}

static void test_folder_of_a_file(void **state)
{
    char inner[64], file[80];
    (void)state;
    snprintf(inner, sizeof inner, "%s/run", folder);
    snprintf(file, sizeof file, "%s/sock", inner);
    mode_t before = umask(022);
    assert_int_equal(privs_ensure_folder_of(file, "nobody", &err), 0);
    umask(before);
    assert_folder(inner, 0755, true);
    rmdir(inner);
    assert_int_equal(privs_ensure_folder_of("no-such-file", NULL, &err), 0);
    assert_int_equal(privs_ensure_folder_of("/no-such-file", NULL, &err), 0);
    assert_int_equal(access("no-such-file", F_OK), -1);
}

static void test_no_folder(void **state)
{
    char inner[64], deep[80];
    (void)state;
    snprintf(inner, sizeof inner, "%s/run", folder);
    snprintf(deep, sizeof deep, "%s/deep", inner);
    close(open(inner, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(privs_ensure_folder(inner, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "exists and is no folder"));
    assert_int_equal(privs_ensure_folder(deep, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "Not a directory"));
    unlink(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_drop_to_another_group),
        cmocka_unit_test(test_kept_capability),
        cmocka_unit_test(test_death_signal_stays),
        cmocka_unit_test(test_identity_stays),
        cmocka_unit_test(test_unknown_users),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_folder_of_a_file),
        cmocka_unit_test(test_no_folder),
    };
    return cmocka_run_group_tests_name("privs", tests, make_folder, remove_folder);
}
