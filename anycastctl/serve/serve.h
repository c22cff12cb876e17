/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve.h - anycastd's control socket: status, watch, orders, history, as common/ctl.h's JSON
 * lines.
 *
 * It renders the view and passes orders on; what they mean is decided behind `struct serve_ops`,
 * which the controller provides. The reply to an order waits a moment until that is stored, and
 * ends the connection (receipts.h). Runs on the controller's loop; never blocks it. */
#ifndef PROXIMA_SERVE_SERVE_H
#define PROXIMA_SERVE_SERVE_H

#include "anycastctl/model/intent.h"
#include "anycastctl/model/view.h"
#include "common/err.h"
#include "common/loop.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVE_ALL_SERVICES = -1, SERVE_HISTORY_MAX = 1000 };

struct serve_order {
    int service; /* index as in the view, or SERVE_ALL_SERVICES */
    enum intent intent;
    bool force;         /* below the floor, too */
    int64_t for_ms;     /* 0: until the next order. INTENT_FORCED needs one */
    const char *reason; /* the operator's words; "" if none. Borrowed for the call */
    const char *by;     /* who: "alice (uid 1000)", from the socket's credentials. Borrowed */
};

struct serve_ops {
    void *arg;
    /* Fills `out` with the state of this moment. */
    void (*view)(void *arg, struct node_view *out);
    /* Obeys, or refuses with the reason (-1). */
    int (*order)(void *arg, const struct serve_order *order, struct err *err);
    /* Whether what was ordered is on the disk: 0, or -1 with why not (yet). Does not wait. */
    int (*stored)(void *arg, struct err *why);
    /* The last events, oldest first: fills at most `cap` lines of JSON, borrowed until the next
     * loop turn, and returns how many. Comes from memory: never waits for a disk. */
    size_t (*history)(void *arg, const char **lines, size_t cap);
    /* The proof of one of the latest changes, as the event `proof` has it; returns new, or NULL. */
    json_t *(*proof)(void *arg, uint64_t change);
    const char *event_log; /* where all events are */
};

struct serve;

/* Listens on `path` (mode 0660). Borrows ops->arg until serve_free; copies `ops`. */
struct serve *serve_new(struct ev_loop *loop, const char *path, const struct serve_ops *ops,
                        struct err *err);
void serve_free(struct serve *serve);

/* Something in the view changed that a watching operator wants to see now (a level, a cause, BIRD's
 * connection). Cheap; may be called often: at most one line per watcher and loop turn goes out. */
void serve_changed(struct serve *serve);

#endif
