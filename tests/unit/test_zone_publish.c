/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_publish.c - the published pointer: when old values are freed, and a stress run with
 * readers on threads of their own (the thread sanitizer's food). */
#include "dnsd/zone/publish.h"

#include "common/mem.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { READERS = 3, VALUES = 2000, READS_MIN = 2000 };

/* A value that notices when it is read after its end. */
struct value {
    unsigned number;
    unsigned copy;
};

static unsigned destroyed;

static struct value *value_new(unsigned number)
{
    struct value *value = mem_alloc(sizeof *value);
    *value = (struct value){ number, number };
    return value;
}

static void value_destroy(const void *value_)
{
    struct value *value = (struct value *)value_;
    value->copy = ~value->number;
    destroyed++;
    free(value);
}

static int reset(void **state)
{
    (void)state;
    destroyed = 0;
    return 0;
}

static void test_value_is_freed_when_nobody_is_inside(void **state)
{
    (void)state;
    struct publish *publish = publish_new(2, value_destroy, value_new(1));
    publish_set(publish, value_new(2));
    assert_int_equal(destroyed, 0);
    assert_int_equal(publish_collect(publish), 0);
    assert_int_equal(destroyed, 1);
    assert_int_equal(((const struct value *)publish_current(publish))->number, 2);
    publish_free(publish);
    assert_int_equal(destroyed, 2);
}

static void test_reader_inside_keeps_its_value(void **state)
{
    (void)state;
    struct publish *publish = publish_new(2, value_destroy, value_new(1));
    const struct value *seen = publish_enter(publish, 1);
    publish_set(publish, value_new(2));
    assert_int_equal(publish_collect(publish), 1);
    assert_int_equal(seen->number, 1);
    publish_leave(publish, 1);
    assert_int_equal(publish_collect(publish), 0);
    assert_int_equal(destroyed, 1);
    publish_free(publish);
}

static void test_reader_that_entered_later_delays_nothing(void **state)
{
    (void)state;
    struct publish *publish = publish_new(2, value_destroy, value_new(1));
    publish_set(publish, value_new(2));
    const struct value *seen = publish_enter(publish, 0);
    assert_int_equal(seen->number, 2);
    assert_int_equal(publish_collect(publish), 0);
    assert_int_equal(destroyed, 1);
    publish_leave(publish, 0);
    publish_free(publish);
}

/* A reader that hangs holds what it may have seen, and everything retired after that. */
static void test_hung_reader_delays_freeing_only(void **state)
{
    (void)state;
    struct publish *publish = publish_new(2, value_destroy, value_new(1));
    publish_enter(publish, 0);
    for (unsigned i = 2; i < 12; i++) {
        publish_set(publish, value_new(i));
        assert_int_equal(((const struct value *)publish_enter(publish, 1))->number, i);
        publish_leave(publish, 1);
    }
    assert_int_equal(publish_collect(publish), 10);
    assert_int_equal(destroyed, 0);
    publish_leave(publish, 0);
    assert_int_equal(publish_collect(publish), 0);
    assert_int_equal(destroyed, 10);
    publish_free(publish);
}

static void test_free_takes_what_still_waits(void **state)
{
    (void)state;
    struct publish *publish = publish_new(0, value_destroy, value_new(1));
    publish_set(publish, value_new(2));
    publish_set(publish, value_new(3));
    publish_free(publish);
    assert_int_equal(destroyed, 3);
}

struct stress {
    struct publish *publish;
    atomic_bool stop;
    atomic_size_t next_reader;
    atomic_size_t wrong;
    atomic_size_t reads[READERS];
};

static void *stress_reader(void *arg)
{
    struct stress *stress = arg;
    const size_t me = atomic_fetch_add(&stress->next_reader, 1);
    unsigned last = 0;
    while (!atomic_load_explicit(&stress->stop, memory_order_relaxed)) {
        const struct value *value = publish_enter(stress->publish, me);
        for (int i = 0; i < 20; i++)
            if (value->number != value->copy || value->number < last)
                atomic_fetch_add(&stress->wrong, 1);
        last = value->number;
        publish_leave(stress->publish, me);
        atomic_fetch_add_explicit(&stress->reads[me], 1, memory_order_relaxed);
    }
    return NULL;
}

static bool all_have_read(struct stress *stress)
{
    for (size_t i = 0; i < READERS; i++)
        if (atomic_load(&stress->reads[i]) < READS_MIN)
            return false;
    return true;
}

static void test_readers_never_see_a_freed_value(void **state)
{
    (void)state;
    static struct stress stress;
    pthread_t threads[READERS];
    stress.publish = publish_new(READERS, value_destroy, value_new(1));
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, stress_reader, &stress), 0);
    unsigned number = 1;
    while (number < VALUES || !all_have_read(&stress)) {
        publish_set(stress.publish, value_new(++number));
        publish_collect(stress.publish);
    }
    atomic_store(&stress.stop, true);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(publish_collect(stress.publish), 0);
    assert_int_equal(destroyed, number - 1);
    assert_int_equal(atomic_load(&stress.wrong), 0);
    publish_free(stress.publish);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_value_is_freed_when_nobody_is_inside, reset),
        cmocka_unit_test_setup(test_reader_inside_keeps_its_value, reset),
        cmocka_unit_test_setup(test_reader_that_entered_later_delays_nothing, reset),
        cmocka_unit_test_setup(test_hung_reader_delays_freeing_only, reset),
        cmocka_unit_test_setup(test_free_takes_what_still_waits, reset),
        cmocka_unit_test_setup(test_readers_never_see_a_freed_value, reset),
    };
    return cmocka_run_group_tests_name("zone_publish", tests, NULL, NULL);
}
