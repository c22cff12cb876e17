/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_ask.c - questions to BIRD from a tool, with a BIRD that answers, is silent, or goes. */
#include "bird/ask.h"

#include "common/mem.h"
#include "common/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENT_MS = 20000, HASTY_MS = 50, WAITING_MS = 3000 };

/* A BIRD in a child process: it greets, and after each line that comes in says the next of `says`
 * ("" for nothing); after the last it hangs up, or stays for good. */
struct fake {
    char folder[32], path[64];
    const char *const *says;
    bool stays;
    int refusals; /* connections that are closed at once */
    int listener;
    pid_t pid;
};

static void serve(const struct fake *fake)
{
    char line[256];
    for (int i = 0; i < fake->refusals; i++)
        close(accept(fake->listener, NULL, NULL));
    int fd = accept(fake->listener, NULL, NULL);
    FILE *file = fdopen(fd, "r");
    for (const char *const *say = fake->says; *say; say++) {
        if (send(fd, *say, strlen(*say), MSG_NOSIGNAL) < 0 || !fgets(line, sizeof line, file))
            break;
    }
    while (fake->stays)
        pause();
    _exit(0);
}

static void fake_start(struct fake *fake)
{
    struct err err;
    snprintf(fake->folder, sizeof fake->folder, "/tmp/ask-XXXXXX");
    assert_non_null(mkdtemp(fake->folder));
    snprintf(fake->path, sizeof fake->path, "%s/bird.ctl", fake->folder);
    fake->listener = unixsock_listen(fake->path, SOCK_STREAM, 0600, &err);
    assert_true(fake->listener >= 0);
    assert_int_equal(fcntl(fake->listener, F_SETFL, 0), 0); /* the child waits in accept */
    fake->pid = fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0)
        serve(fake);
    close(fake->listener);
}

static void fake_end(const struct fake *fake)
{
    kill(fake->pid, SIGKILL);
    assert_int_equal(waitpid(fake->pid, NULL, 0), fake->pid);
    unlink(fake->path);
    assert_int_equal(rmdir(fake->folder), 0);
}

#define GREETING "0001 BIRD 2.0.12 ready.\n"

static void test_questions(void **state)
{
    (void)state;
    static const char *const whole[] = { GREETING, "1002-a\n b\n0000 \n", "9001 syntax error\n",
                                         NULL };
    struct err err;
    struct fake fake = { .says = whole };
    fake_start(&fake);
    struct bird_ask *ask = bird_ask_open(fake.path, PATIENT_MS, &err);
    assert_non_null(ask);
    assert_string_equal(bird_ask_version(ask), "2.0.12");
    const struct bird_reply *reply = bird_ask(ask, "show protocols", &err);
    assert_non_null(reply);
    assert_int_equal(reply->count, 3);
    assert_string_equal(reply->lines[1].text, "b");
    reply = bird_ask(ask, "bogus", &err);
    assert_non_null(reply);
    assert_int_equal(reply->code, 9001);
    assert_null(bird_ask(ask, "show status", &err)); /* it has hung up */
    bird_ask_close(ask);
    fake_end(&fake);
}

static void test_no_for_an_answer(void **state)
{
    (void)state;
    static const char *const whole[] = { GREETING, "0000 \n", "9001 syntax error\n", NULL };
    struct err err;
    struct fake fake = { .says = whole, .stays = true };
    fake_start(&fake);
    struct bird_ask *ask = bird_ask_open(fake.path, PATIENT_MS, &err);
    assert_non_null(ask);
    assert_null(bird_ask(ask, "show\nprotocols", &err)); /* would be two, with two replies */
    assert_string_equal(err.msg, "a control character in a command to BIRD");
    assert_non_null(bird_ask_yes(ask, "show protocols", &err));
    assert_null(bird_ask_yes(ask, "bogus", &err));
    assert_string_equal(err.msg, "bogus: syntax error");
    bird_ask_close(ask);
    fake_end(&fake);
}

static void test_somebody_else(void **state)
{
    (void)state;
    static const char *const whole[] = { "2200 welcome to something else\n", NULL };
    struct err err;
    struct fake fake = { .says = whole, .stays = true };
    fake_start(&fake);
    assert_null(bird_ask_open(fake.path, PATIENT_MS, &err));
    assert_non_null(strstr(err.msg, "which is not BIRD's way"));
    fake_end(&fake);
}

/* One that hangs up at once is asked for again, and the next one greets. */
static void test_waits_for_bird(void **state)
{
    (void)state;
    static const char *const whole[] = { GREETING, NULL };
    struct err err;
    struct fake fake = { .says = whole, .refusals = 1, .stays = true };
    fake_start(&fake);
    struct bird_ask *ask = bird_ask_await(fake.path, PATIENT_MS, HASTY_MS, &err);
    assert_non_null(ask);
    assert_null(bird_ask(ask, "show status", &err));
    assert_string_equal(err.msg, "BIRD did not answer within 50 ms");
    bird_ask_close(ask);
    fake_end(&fake);
    assert_null(bird_ask_await(fake.path, HASTY_MS, HASTY_MS, &err));
    assert_int_equal(errno, ENOENT);
}

static void test_silence(void **state)
{
    (void)state;
    static const char *const mute[] = { "", NULL };
    static const char *const half[] = { GREETING, "1002-half a reply\n", NULL };
    struct err err;
    struct fake fake = { .says = mute, .stays = true };
    fake_start(&fake);
    assert_null(bird_ask_open(fake.path, HASTY_MS, &err));
    assert_string_equal(err.msg, "BIRD did not answer within 50 ms");
    fake_end(&fake);

    fake = (struct fake){ .says = half, .stays = true };
    fake_start(&fake);
    struct bird_ask *ask = bird_ask_open(fake.path, WAITING_MS, &err);
    assert_non_null(ask);
    assert_null(bird_ask(ask, "show protocols", &err));
    assert_string_equal(err.msg, "BIRD did not answer within 3000 ms");
    bird_ask_close(ask);
    fake_end(&fake);
}

static void test_nobody(void **state)
{
    (void)state;
    struct err err;
    assert_null(bird_ask_open("/nonexistent/bird.ctl", PATIENT_MS, &err));
    assert_int_equal(errno, ENOENT);
    assert_non_null(strstr(err.msg, "No such file"));
    bird_ask_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),     cmocka_unit_test(test_no_for_an_answer),
        cmocka_unit_test(test_somebody_else), cmocka_unit_test(test_waits_for_bird),
        cmocka_unit_test(test_silence),       cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests_name("bird_ask", tests, NULL, NULL);
}
