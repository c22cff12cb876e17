/* SPDX-License-Identifier: GPL-3.0-or-later */
/* orders.h - what operators ordered, service by service, kept over restarts and reboots.
 *
 * A plain value, its text form (JSON, one file in the state folder), and the rule that an order
 * ends by itself when its time is over. Time is passed in, on the wall clock, because a reboot must
 * not prolong an order. */
#ifndef PROXIMA_RECORD_ORDERS_H
#define PROXIMA_RECORD_ORDERS_H

#include "anycastctl/model/intent.h"
#include "anycastctl/model/settings.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { ORDER_REASON_MAX = 256, ORDER_BY_MAX = 64 };

struct order {
    enum intent intent;
    bool force; /* it need not keep the floor */
    int64_t since_unix_ms;
    int64_t until_unix_ms;         /* 0: until the next order */
    char reason[ORDER_REASON_MAX]; /* the operator's words */
    char by[ORDER_BY_MAX];
};

/* [service], as in the settings. All zero is: auto everywhere. */
struct orders {
    struct order of[SERVICES_MAX];
};

/* True if the order of `service` has ended by `now_unix_ms`; then it is `auto` again. */
bool orders_expire(struct orders *orders, unsigned service, int64_t now_unix_ms);

/* Reads the file at `path`. A missing one is no orders. What is there for services that are no
 * longer configured is left out. On error `out` is all auto. */
int orders_read(const char *path, const struct settings *settings, struct orders *out,
                struct err *err);

/* Their text, for keeper.h. Returns new memory. */
char *orders_text(const struct orders *orders, const struct settings *settings);

#endif
