/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_orders.c - what operators order: whether it may be, what it changes, when it ends. */
#include "anycastctl/controller_state.h"

#include <stdio.h>

static void store_orders(struct controller *c)
{
    keeper_put(c->keeper, orders_text(&c->orders, c->settings));
}

void controller_expire_orders(struct controller *c)
{
    int64_t now = controller_now().unix_ms;
    for (unsigned s = 0; s < c->settings->service_count; s++)
        if (orders_expire(&c->orders, s, now)) {
            events_order(c, s, "order-expired");
            store_orders(c);
        }
}

static void give_order(struct controller *c, unsigned service, const struct serve_order *given)
{
    int64_t now = controller_now().unix_ms;
    struct order *order = &c->orders.of[service];
    *order = (struct order){ .intent = given->intent, .force = given->force, .since_unix_ms = now };
    if (given->for_ms > 0 && given->intent != INTENT_AUTO)
        order->until_unix_ms = now + given->for_ms;
    snprintf(order->reason, sizeof order->reason, "%s", given->reason);
    snprintf(order->by, sizeof order->by, "%s", given->by);
    events_order(c, service, "order");
}

static bool is_about(const struct serve_order *given, unsigned service)
{
    return given->service == SERVE_ALL_SERVICES || given->service == (int)service;
}

/* All of it or nothing is refused. */
static int check_order(const struct controller *c, const struct serve_order *given, struct err *err)
{
    const bool leaves = given->intent == INTENT_DRAIN || given->intent == INTENT_WITHDRAWN;
    const struct mono now = mono_now();
    if (given->intent == INTENT_FORCED && given->for_ms <= 0)
        return err_set(err, "a forced announcement needs an end: say for how long");
    for (unsigned s = 0; leaves && !given->force && s < c->settings->service_count; s++)
        if (is_about(given, s) && floor_check_order(c, s, now, err) < 0)
            return err_wrap(err, "refused");
    return 0;
}

int controller_order(void *arg, const struct serve_order *given, struct err *err)
{
    struct controller *c = arg;
    if (check_order(c, given, err) < 0)
        return -1;
    for (unsigned s = 0; s < c->settings->service_count; s++)
        if (is_about(given, s))
            give_order(c, s, given);
    controller_step(c);
    store_orders(c);
    return 0;
}

int controller_stored(void *arg, struct err *why)
{
    const struct controller *c = arg;
    return keeper_problem(c->keeper, why) ? -1 : 0;
}
