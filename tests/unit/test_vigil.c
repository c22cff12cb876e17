/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_vigil.c - starved or hung: what two looks say, what a status file says, and threads that
 * wait, that turn in an endless loop, and that get no CPU. */
#include "common/vigil.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 60 * 1000 };

static const char spoofed[] = "x\nState:\tR"; /* for a thread to be called */

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1000000000 }, ms);
}

/* ---- the rule ---- */

/* A look at a thread that last got on at `tick`. */
struct seen {
    int64_t tick, at;
    char state;
    uint64_t waits;
    double ran_ms;
    enum vigil_verdict verdict;
};

static void expect(const struct seen *rows, size_t count)
{
    struct vigil vigil = { .thread = 1 };
    for (size_t i = 0; i < count; i++) {
        const struct vigil_look look = { at(rows[i].at), rows[i].state == 'R', rows[i].waits,
                                         (int64_t)(rows[i].ran_ms * 1e6) };
        if (vigil_step(&vigil, at(rows[i].tick), look) != rows[i].verdict)
            fail_msg("row %zu", i);
    }
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        const struct seen rows[] = { __VA_ARGS__ };                                                \
        expect(rows, sizeof rows / sizeof *rows);                                                  \
    } while (0)

static void test_starved_is_who_could_run_and_may_not(void **state)
{
    (void)state;
    EXPECT({ 0, 100, 'R', 7, 50, VIGIL_EARLY }, { 0, 200, 'R', 7, 50, VIGIL_STARVED },
           { 0, 9000, 'R', 7, 69.9, VIGIL_STARVED }, { 0, 9100, 'R', 7, 70, VIGIL_HUNG });
    EXPECT({ 0, 100, 'R', 7, 50, VIGIL_EARLY }, { 0, 120, 'R', 7, 60, VIGIL_EARLY },
           { 0, 120, 'R', 7, 59.9, VIGIL_STARVED }); /* less than half of the time */
}

static void test_who_is_given_enough_hangs(void **state)
{
    (void)state;
    EXPECT({ 0, 100, 'R', 7, 50, VIGIL_EARLY }, { 0, 110, 'R', 7, 60, VIGIL_EARLY },
           { 0, 120, 'R', 7, 70, VIGIL_HUNG }, { 0, 999, 'R', 7, 71, VIGIL_HUNG });
}

static void test_who_waits_hangs(void **state)
{
    (void)state;
    EXPECT({ 0, 100, 'S', 7, 50, VIGIL_EARLY }, { 0, 159, 'S', 7, 50, VIGIL_EARLY },
           { 0, 160, 'S', 7, 50, VIGIL_HUNG }, { 0, 999, 'S', 7, 50, VIGIL_HUNG });
    EXPECT({ 0, 100, 'R', 7, 50, VIGIL_EARLY }, { 0, 200, 'R', 8, 50, VIGIL_STARVED },
           { 0, 300, 'R', 9, 50, VIGIL_HUNG }); /* again and again, in small pieces */
}

static void test_a_short_wait_is_no_change(void **state)
{
    (void)state;
    EXPECT({ 0, 100, 'S', 7, 50, VIGIL_EARLY }, { 0, 200, 'R', 7, 50, VIGIL_STARVED },
           { 0, 300, 'S', 8, 50, VIGIL_STARVED }, { 0, 359, 'S', 8, 50, VIGIL_STARVED },
           { 0, 360, 'S', 8, 50, VIGIL_HUNG });
    EXPECT({ 0, 100, 'R', 7, 50, VIGIL_EARLY }, { 0, 200, 'R', 7, 50, VIGIL_STARVED },
           { 0, 250, 'S', 8, 50, VIGIL_STARVED }, { 0, 300, 'R', 8, 50, VIGIL_STARVED });
}

static void test_who_got_on_is_judged_anew(void **state)
{
    (void)state;
    EXPECT({ 0, 100, 'R', 7, 50, VIGIL_EARLY }, { 0, 200, 'R', 7, 50, VIGIL_STARVED },
           { 150, 250, 'R', 9, 80, VIGIL_EARLY }, { 150, 350, 'R', 9, 80, VIGIL_STARVED },
           { 300, 400, 'S', 11, 81, VIGIL_EARLY }, { 300, 500, 'S', 11, 81, VIGIL_HUNG },
           { 450, 550, 'S', 13, 81, VIGIL_EARLY });
}

static void test_who_is_not_seen_hangs(void **state)
{
    (void)state;
    struct vigil vigil = { .thread = 1 };
    const struct vigil_look unseen = { .at = mono_never() }, seen = { at(200), true, 7, 50 };
    assert_int_equal(vigil_step(&vigil, at(0), unseen), VIGIL_HUNG);
    assert_int_equal(vigil_step(&vigil, at(0), seen), VIGIL_EARLY);
    assert_int_equal(vigil_step(&vigil, at(0), unseen), VIGIL_HUNG);
}

/* ---- the text ---- */

static void test_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool runnable;
        uint64_t waits;
    } rows[] = {
        { "Name:\tudp-0\nState:\tR (running)\nvoluntary_ctxt_switches:\t12\n", true, 12 },
        { "State:\tS (sleeping)\nnonvoluntary_ctxt_switches:\t9\nvoluntary_ctxt_switches:\t3\n",
          false, 3 },
        { "Name:\t) R (\nState:\tT (stopped)\nvoluntary_ctxt_switches:\t0\n", false, 0 },
        { "Name:\tx\\nState:\tR\nState:\tD (disk sleep)\nvoluntary_ctxt_switches:\t5", false, 5 },
    };
    static const char *const lacking[] = {
        "",
        "State:\tR (running)\n",
        "State:\tR\nnonvoluntary_ctxt_switches:\t9\n",
        "voluntary_ctxt_switches:\t9\n",
        "State:\tR\nvoluntary_ctxt_switches:\t\n",
        "State:\tR\nvoluntary_ctxt_switches:\tmany\n",
        "State\tR\nvoluntary_ctxt_switches\t9\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vigil_look look = { .runnable = !rows[i].runnable };
        assert_int_equal(vigil_parse(rows[i].text, &look), 0);
        assert_int_equal(look.runnable, rows[i].runnable);
        assert_int_equal(look.waits, rows[i].waits);
    }
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
        struct vigil_look look;
        assert_int_equal(vigil_parse(lacking[i], &look), -1);
    }
}

/* ---- threads ---- */

/* A thread that first waits for a byte, then turns until it is told to end. */
struct patient {
    pthread_t thread;
    int pipe[2];
    _Atomic pid_t tid;
    atomic_bool turns, end;
};

static void *live(void *arg)
{
    struct patient *patient = arg;
    char byte;
    prctl(PR_SET_NAME, spoofed);
    atomic_store(&patient->tid, gettid());
    (void)!read(patient->pipe[0], &byte, 1);
    atomic_store(&patient->turns, true);
    while (!atomic_load(&patient->end))
        ;
    return NULL;
}

static void start(struct patient *patient)
{
    *patient = (struct patient){ .tid = 0 };
    assert_int_equal(pipe(patient->pipe), 0);
    assert_int_equal(pthread_create(&patient->thread, NULL, live, patient), 0);
    while (!atomic_load(&patient->tid))
        sched_yield();
}

static void wake(struct patient *patient)
{
    assert_int_equal(write(patient->pipe[1], "", 1), 1);
}

static void end(struct patient *patient)
{
    atomic_store(&patient->end, true);
    pthread_join(patient->thread, NULL);
    close(patient->pipe[0]);
    close(patient->pipe[1]);
}

/* The verdict that comes in the end. */
static void await(struct vigil *vigil, struct mono tick, enum vigil_verdict verdict)
{
    const struct mono deadline = mono_add_ms(mono_now(), DEADLINE_MS);
    while (vigil_look(vigil, tick, mono_now()) != verdict) {
        assert_true(mono_before(mono_now(), deadline));
        sched_yield();
    }
}

static void test_one_that_waits_hangs(void **state)
{
    (void)state;
    struct patient patient;
    start(&patient);
    struct vigil vigil = vigil_over_thread(patient.tid, patient.thread);
    assert_int_equal(vigil_look(&vigil, at(0), at(100)), VIGIL_EARLY);
    await(&vigil, at(0), VIGIL_HUNG); /* once it has come to the wait */
    for (int i = 0; i < 100; i++)
        assert_int_equal(vigil_look(&vigil, at(0), mono_now()), VIGIL_HUNG);
    wake(&patient);
    end(&patient);
}

static void test_an_endless_loop_hangs(void **state)
{
    (void)state;
    struct patient patient;
    start(&patient);
    wake(&patient);
    while (!atomic_load(&patient.turns))
        sched_yield();
    struct vigil vigil = vigil_over_thread(patient.tid, patient.thread);
    await(&vigil, at(0), VIGIL_HUNG);
    assert_int_equal(vigil_look(&vigil, at(0), mono_now()), VIGIL_HUNG);
    assert_int_equal(vigil_look(&vigil, at(1), mono_now()), VIGIL_EARLY); /* it got on */
    end(&patient);
}

static void test_one_that_nobody_knows_hangs(void **state)
{
    (void)state;
    struct vigil none = { 0 }, wrong = vigil_over_process(getpid());
    wrong.thread = 1; /* init's, and no thread of ours */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(vigil_look(&none, at(0), at(i)), VIGIL_HUNG);
        assert_int_equal(vigil_look(&wrong, at(0), at(i)), VIGIL_HUNG);
    }
}

static void test_a_stopped_process_hangs(void **state)
{
    (void)state;
    const pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
    struct vigil vigil = vigil_over_process(pid);
    assert_int_equal(vigil_look(&vigil, at(0), at(0)), VIGIL_EARLY);
    assert_int_equal(vigil_look(&vigil, at(0), at(100)), VIGIL_HUNG);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(vigil_look(&vigil, at(0), at(200)), VIGIL_HUNG);
}

/* ---- one that gets no CPU ---- */

static int take_scheduler(int policy)
{
    const struct sched_param parameter = { .sched_priority = policy == SCHED_FIFO };
    return pthread_setschedparam(pthread_self(), policy, &parameter);
}

/* Both of us on one CPU, which the patient gets only when we give it up: for it is of the class
 * that runs last, and we are of the one that runs first. */
static bool take_the_cpu(const struct patient *patient, cpu_set_t *before)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    assert_int_equal(sched_getaffinity(0, sizeof *before, before), 0);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, before))
            CPU_SET(cpu, &one);
    return sched_setaffinity(patient->tid, sizeof one, &one) == 0 &&
           sched_setaffinity(0, sizeof one, &one) == 0 && take_scheduler(SCHED_FIFO) == 0;
}

static void test_one_without_a_cpu_is_starved(void **state)
{
    (void)state;
    struct patient patient;
    cpu_set_t before;
    start(&patient);
    struct vigil vigil = vigil_over_thread(patient.tid, patient.thread);
    await(&vigil, at(0), VIGIL_HUNG); /* it waits */
    const bool taken = take_the_cpu(&patient, &before);
    enum vigil_verdict verdict = VIGIL_EARLY;
    if (taken) {
        wake(&patient);
        vigil_look(&vigil, at(1), mono_now());
        const struct mono until = mono_add_ms(mono_now(), 2 * VIGIL_ENOUGH_MS);
        while (mono_before(mono_now(), until))
            verdict = vigil_look(&vigil, at(1), mono_now());
        take_scheduler(SCHED_OTHER);
        assert_int_equal(verdict, VIGIL_STARVED);
        await(&vigil, at(1), VIGIL_HUNG); /* given enough, and it does not get on */
    } else {
        wake(&patient);
    }
    sched_setaffinity(0, sizeof before, &before);
    end(&patient);
    if (!taken)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starved_is_who_could_run_and_may_not),
        cmocka_unit_test(test_who_is_given_enough_hangs),
        cmocka_unit_test(test_who_waits_hangs),
        cmocka_unit_test(test_a_short_wait_is_no_change),
        cmocka_unit_test(test_who_got_on_is_judged_anew),
        cmocka_unit_test(test_who_is_not_seen_hangs),
        cmocka_unit_test(test_the_text),
        cmocka_unit_test(test_one_that_waits_hangs),
        cmocka_unit_test(test_an_endless_loop_hangs),
        cmocka_unit_test(test_one_that_nobody_knows_hangs),
        cmocka_unit_test(test_a_stopped_process_hangs),
        cmocka_unit_test(test_one_without_a_cpu_is_starved),
    };
    return cmocka_run_group_tests_name("vigil", tests, NULL, NULL);
}
