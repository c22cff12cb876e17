/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_secretfile.c - the secrets that sites share: what a file may say, and who may read it. */
#include "dnsd/guard/secretfile.h"

#include "tests/unit/textfile.h"

#include <fcntl.h>
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

#define ONE   "e5e973e5a6b2a43f48e7dc849e37bfcf"
#define TWO   "445536BCD2513298075A5D379663C962"
#define THREE "dd3bdf9344b678b185a6f5cb60fca715"

static int read_text(const char *text, struct cookie_secrets *out, struct err *err)
{
    textfile_write(text);
    err_clear(err);
    return secretfile_read(textfile_path(), out, err);
}

static void test_good_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned count;
    } cases[] = {
        { ONE "\n", 1 },
        { ONE, 1 },
        { ONE "\n" TWO "\n", 2 },
        { "# made in May\n\n" ONE "\r\n\t " TWO " # the next\n" THREE "\n", 3 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cookie_secrets secrets;
        struct err err;
        if (read_text(cases[i].text, &secrets, &err))
            fail_msg("%s", err.msg);
        assert_int_equal(secrets.count, cases[i].count);
        assert_memory_equal(secrets.secret[0], "\xe5\xe9\x73\xe5\xa6\xb2\xa4\x3f", 8);
        if (secrets.count > 1)
            assert_memory_equal(secrets.secret[1], "\x44\x55\x36\xbc\xd2\x51\x32\x98", 8);
    }
}

static void test_bad_files_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "no secret in it" },
        { "# nothing\n", "no secret in it" },
        { ONE "\n" ONE "0\n", ":2: a secret is 32 hexadecimal digits" },
        { "e5e973e5\n", ":1: a secret is 32" },
        { "x5e973e5a6b2a43f48e7dc849e37bfcf\n", ":1: not a hexadecimal digit" },
        { ONE "\n" TWO "\n" THREE "\n" ONE "\n", ":4: more than three" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cookie_secrets secrets;
        struct err err;
        assert_int_equal(read_text(cases[i].text, &secrets, &err), -1);
        if (!strstr(err.msg, cases[i].part) || !strstr(err.msg, textfile_path()))
            fail_msg("no \"%s\" in: %s", cases[i].part, err.msg);
        if (strstr(err.msg, "e5e973e5"))
            fail_msg("the secret in: %s", err.msg);
    }
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    struct cookie_secrets secrets;
    struct err err;
    assert_int_equal(secretfile_read("/does/not/exist", &secrets, &err), -1);
    assert_non_null(strstr(err.msg, "/does/not/exist: "));
    assert_int_equal(secretfile_read("/tmp", &secrets, &err), -1);
    assert_int_equal(secretfile_read("/dev/null", &secrets, &err), -1);
    assert_non_null(strstr(err.msg, "not a regular file"));
}

/* What the log says while the file, of mode `mode`, is read. */
static void log_of(mode_t mode, char *out, size_t cap)
{
    int ends[2], standard = dup(STDERR_FILENO);
    struct cookie_secrets secrets;
    struct err err;
    assert_int_equal(read_text(ONE, &secrets, &err), 0);
    assert_int_equal(chmod(textfile_path(), mode), 0);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    int result = secretfile_read(textfile_path(), &secrets, &err);
    dup2(standard, STDERR_FILENO);
    ssize_t len = read(ends[0], out, cap - 1);
    out[len > 0 ? len : 0] = '\0';
    close(standard);
    close(ends[0]);
    close(ends[1]);
    chmod(textfile_path(), 0600);
    assert_int_equal(result, 0);
}

static void test_a_file_that_others_may_read_is_worth_a_warning(void **state)
{
    (void)state;
    char text[1024];
    log_of(0600, text, sizeof text);
    assert_string_equal(text, "");
    log_of(0400, text, sizeof text);
    assert_string_equal(text, "");
    log_of(0640, text, sizeof text);
    assert_string_equal(text, "");
    log_of(0620, text, sizeof text);
    assert_non_null(strstr(text, "cookie-secret-open"));
    assert_non_null(strstr(text, "mode=620"));
    log_of(0604, text, sizeof text);
    assert_non_null(strstr(text, "mode=604"));
}

static void test_random_secrets_differ(void **state)
{
    (void)state;
    struct cookie_secrets a, b;
    secretfile_random(&a);
    secretfile_random(&b);
    assert_int_equal(a.count, 1);
    assert_memory_not_equal(a.secret[0], b.secret[0], COOKIE_SECRET_BYTES);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files),
        cmocka_unit_test(test_bad_files_are_told_with_their_line),
        cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_a_file_that_others_may_read_is_worth_a_warning),
        cmocka_unit_test(test_random_secrets_differ),
    };
    return cmocka_run_group_tests_name("secretfile", tests, textfile_setup, textfile_teardown);
}
