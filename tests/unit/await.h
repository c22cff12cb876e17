/* SPDX-License-Identifier: GPL-3.0-or-later */
/* await.h - runs a test's loop until something has come, and not for ever. */
#ifndef PROXIMA_TESTS_AWAIT_H
#define PROXIMA_TESTS_AWAIT_H

#include "common/loop.h"
#include "common/mono.h"

#include <stdbool.h>

enum { AWAIT_MS = 20000 }; /* the machine may be busy */

struct await {
    struct ev_loop *loop;
    ev_timer tick; /* what waits for time to pass is looked at, too */
    struct mono end;
};

void await_begin(struct await *await, struct ev_loop *loop);
void await_end(struct await *await);
bool await_is_over(const struct await *await);

/* Runs `loop` until `condition` holds. After AWAIT_MS the test fails, with the words that follow: a
 * format and its values, as in fail_msg(). */
#define AWAIT_ON(loop, condition, ...)                                                             \
    do {                                                                                           \
        struct await await_;                                                                       \
        await_begin(&await_, loop);                                                                \
        while (!(condition)) {                                                                     \
            if (await_is_over(&await_)) {                                                          \
                await_end(&await_);                                                                \
                fail_msg("waited in vain: " __VA_ARGS__);                                          \
            }                                                                                      \
            ev_run(loop, EVRUN_ONCE);                                                              \
        }                                                                                          \
        await_end(&await_);                                                                        \
    } while (0)

#endif
