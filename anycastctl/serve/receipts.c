/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receipts.c - who waits for the disk, in the order in which they came. */
#include "anycastctl/serve/receipts.h"

#include "common/mem.h"
#include "common/mono.h"

#include <stdlib.h>
#include <string.h>

struct receipt {
    struct ctl_client *client;
    struct mono until;
};

struct receipts {
    struct ev_loop *loop;
    struct receipts_ops ops;
    ev_timer look;
    unsigned count;
    struct receipt waiting[RECEIPTS_MAX];
};

static void drop(struct receipts *receipts, unsigned i)
{
    receipts->count--;
    memmove(&receipts->waiting[i], &receipts->waiting[i + 1],
            (receipts->count - i) * sizeof *receipts->waiting);
    if (receipts->count == 0)
        ev_timer_stop(receipts->loop, &receipts->look);
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct receipts *receipts = timer->data;
    struct err why;
    const bool stored = receipts->ops.stored(receipts->ops.arg, &why) == 0;
    const struct mono now = mono_now();
    while (receipts->count > 0 && (stored || !mono_before(now, receipts->waiting[0].until))) {
        struct ctl_client *client = receipts->waiting[0].client;
        drop(receipts, 0);
        ctl_push(client, receipts->ops.reply(receipts->ops.arg, stored ? NULL : why.msg), true);
    }
}

struct receipts *receipts_new(struct ev_loop *loop, const struct receipts_ops *ops)
{
    struct receipts *receipts = mem_zalloc(sizeof *receipts);
    receipts->loop = loop;
    receipts->ops = *ops;
    ev_timer_init(&receipts->look, on_look, 0, RECEIPTS_LOOK_MS / 1000.0);
    receipts->look.data = receipts;
    return receipts;
}

void receipts_free(struct receipts *receipts)
{
    if (!receipts)
        return;
    ev_timer_stop(receipts->loop, &receipts->look);
    free(receipts);
}

bool receipts_await(struct receipts *receipts, struct ctl_client *client)
{
    if (receipts->count == RECEIPTS_MAX)
        return false;
    ctl_defer(client);
    receipts->waiting[receipts->count++] =
        (struct receipt){ client, mono_add_ms(mono_now(), RECEIPTS_WAIT_MS) };
    if (!ev_is_active(&receipts->look)) {
        ev_timer_set(&receipts->look, RECEIPTS_LOOK_MS / 1000.0, RECEIPTS_LOOK_MS / 1000.0);
        ev_timer_start(receipts->loop, &receipts->look);
    }
    return true;
}

void receipts_forget(struct receipts *receipts, const struct ctl_client *client)
{
    for (unsigned i = 0; i < receipts->count; i++)
        if (receipts->waiting[i].client == client) {
            drop(receipts, i);
            return;
        }
}
