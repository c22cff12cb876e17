/* SPDX-License-Identifier: GPL-3.0-or-later */
/* await.c - the end of a wait, and a tick so that it is seen. */
#include "tests/unit/await.h"

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
}

void await_begin(struct await *await, struct ev_loop *loop)
{
    const double tick_s = 0.01;
    *await = (struct await){ .loop = loop, .end = mono_add_ms(mono_now(), AWAIT_MS) };
    ev_timer_init(&await->tick, on_tick, tick_s, tick_s);
    ev_timer_start(loop, &await->tick);
}

void await_end(struct await *await)
{
    ev_timer_stop(await->loop, &await->tick);
}

bool await_is_over(const struct await *await)
{
    return mono_before(await->end, mono_now());
}
