/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_trial.c - work in a child: whatever it does, we live and hear how it ended. */
#include "common/trial.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PLENTY_MS = 20000,
};

static int do_nothing(const void *arg, struct err *err)
{
    (void)arg, (void)err;
    return 0;
}

static int complain(const void *arg, struct err *err)
{
    return err_set(err, "there is no %s", (const char *)arg);
}

static int give_up(const void *arg, struct err *err)
{
    (void)err;
    fprintf(stderr, "no more %s\nsecond line\n", (const char *)arg);
    exit(2);
}

static int give_up_in_silence(const void *arg, struct err *err)
{
    (void)arg, (void)err;
    _exit(0);
}

static int crash(const void *arg, struct err *err)
{
    (void)arg, (void)err;
    abort();
}

static int hang(const void *arg, struct err *err)
{
    (void)arg, (void)err;
    while (pause())
        ;
    return 0;
}

static int talk(const void *arg, struct err *err)
{
    (void)arg, (void)err;
    for (int i = 0; i < 20000; i++) /* more than a pipe holds */
        fputs("blah blah\n", stderr);
    return 0;
}

static void test_ends(void **state)
{
    static const struct {
        int (*work)(const void *arg, struct err *err);
        int limit_ms;
        enum trial_end end;
        const char *complaint;
    } rows[] = {
        { do_nothing, PLENTY_MS, TRIAL_DONE, "" },
        { talk, PLENTY_MS, TRIAL_DONE, "" },
        { complain, PLENTY_MS, TRIAL_FAILED, "there is no coffee" },
        { give_up, PLENTY_MS, TRIAL_DIED, "gave up: no more coffee" },
        { give_up_in_silence, PLENTY_MS, TRIAL_DIED, "gave up" },
        { crash, PLENTY_MS, TRIAL_DIED, "died of signal 6" },
        { hang, 20, TRIAL_DIED, "took too long" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = { "" };
        assert_int_equal(trial_run(rows[i].work, "coffee", rows[i].limit_ms, &err), rows[i].end);
        assert_string_equal(err.msg, rows[i].complaint);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
    }
}

static int shut_all_down(const void *arg, struct err *err)
{
    (void)arg, (void)err;
    for (int fd = 3; fd < 256; fd++)
        shutdown(fd, SHUT_RDWR);
    return 0;
}

/* As dnsd's handler of fatal signals does with its report socket. */
static void shut_down_on_signal(int signal)
{
    (void)signal;
    shut_all_down(NULL, NULL);
    _exit(1);
}

/* A child that crashes runs no handler of ours, and reaches no socket of ours. */
static void test_parent_is_out_of_reach(void **state)
{
    int ends[2];
    struct err err;
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    void (*before)(int) = signal(SIGABRT, shut_down_on_signal);
    assert_int_equal(trial_run(crash, NULL, PLENTY_MS, &err), TRIAL_DIED);
    assert_string_equal(err.msg, "died of signal 6");
    assert_int_equal(trial_run(shut_all_down, NULL, PLENTY_MS, &err), TRIAL_DONE);
    signal(SIGABRT, before);
    assert_int_equal(send(ends[0], "x", 1, MSG_NOSIGNAL), 1);
    close(ends[0]);
    close(ends[1]);
}

static int look_for_descriptors(const void *arg, struct err *err)
{
    (void)arg;
    for (int fd = 0; fd < 256; fd++)
        if (fd != STDERR_FILENO && fcntl(fd, F_GETFD) != -1)
            return err_set(err, "there is descriptor %d", fd);
    return 0;
}

static void test_no_descriptors(void **state)
{
    struct err err = { "" };
    (void)state;
    trial_run(look_for_descriptors, NULL, PLENTY_MS, &err);
    assert_string_equal(err.msg, "");
}

/* What we have printed and not yet flushed comes out once. */
static void test_no_output_twice(void **state)
{
    char path[] = "/tmp/test_trial.XXXXXX", text[64];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    struct err err;
    (void)state;
    fputs("once", file);
    assert_int_equal(trial_run(give_up, "", PLENTY_MS, &err), TRIAL_DIED);
    fclose(file);
    fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, text, sizeof text), 4);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_parent_is_out_of_reach),
        cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_no_output_twice),
    };
    return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
