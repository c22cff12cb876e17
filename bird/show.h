/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.h - what `show status` and `show protocols` say, as structs.
 * For BIRD 2.0.12 to 3.x, which differ in columns and order. Times stay BIRD's text, for people,
 * and are compared by bird_time_same() only. Texts that are too long are cut. */
#ifndef PROXIMA_BIRD_SHOW_H
#define PROXIMA_BIRD_SHOW_H

#include "bird/reply.h"
#include "common/err.h"

#include <stdbool.h>

#define BIRD_SYMBOL_MAX 64 /* a name of BIRD's, with NUL */
#define BIRD_TIME_MAX   40

/* True for what may stand in a command as a name, and be nothing else. */
bool bird_is_symbol(const char *text);

enum bird_phase { BIRD_RUNNING, BIRD_RECONFIGURING, BIRD_SHUTTING_DOWN };

struct bird_status {
    char version[32];
    char router_id[16];
    char last_reboot[BIRD_TIME_MAX];          /* another time: BIRD was restarted */
    char last_reconfiguration[BIRD_TIME_MAX]; /* another time: it read its file again */
    enum bird_phase phase;
};

/* `show status`. */
int bird_show_status(const struct bird_reply *reply, struct bird_status *out, struct err *err);

/* Are these the same moment, as far as one can tell? BIRD 2.0.12 counts back from now each time
 * that it shows one, so they differ by microseconds from one reply to the next, and move with the
 * clock: up to a second is the same. Texts in a timeformat that we don't know must be equal. */
bool bird_time_same(const char *a, const char *b);

#define BIRD_PROTO_STATES(X)                                                                       \
    X(BIRD_PROTO_DOWN, "down")                                                                     \
    X(BIRD_PROTO_START, "start")                                                                   \
    X(BIRD_PROTO_UP, "up")                                                                         \
    X(BIRD_PROTO_STOP, "stop")                                                                     \
    X(BIRD_PROTO_FLUSH, "flush") /* on its way down: its routes are being removed */               \
    X(BIRD_PROTO_UNKNOWN, "unknown")

enum bird_proto_state {
#define BIRD_PROTO_ENUM(id, name) id,
    BIRD_PROTO_STATES(BIRD_PROTO_ENUM)
#undef BIRD_PROTO_ENUM
};
const char *bird_proto_state_name(enum bird_proto_state state);

struct bird_proto {
    char name[BIRD_SYMBOL_MAX];
    char type[BIRD_SYMBOL_MAX];  /* "Static", "BGP", "BFD", … */
    char table[BIRD_SYMBOL_MAX]; /* "master4"; "---" if it has none or several */
    enum bird_proto_state state;
    char since[BIRD_TIME_MAX];
    char info[128]; /* BGP: "Established", "Active        Socket: Connection refused" */
};

/* `show protocols`, row by row: start with *row = 0; false after the last. Which columns there are
 * is read from the heading. A reply that failed has no rows: look at bird_reply_result() first. */
bool bird_show_protocol(const struct bird_reply *reply, size_t *row, struct bird_proto *out);

#endif
