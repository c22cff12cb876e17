/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h - what the host around dnsd must have, and what was found. */
#ifndef PROXIMA_MODEL_HOST_H
#define PROXIMA_MODEL_HOST_H

#define HOST_CHECKS(X)                                                                             \
    X(HOST_ADDRESSES, "addresses") /* the kernel delivers the service addresses here */            \
    X(HOST_ROUTE4, "route4")       /* there is a way to the internet, by family */                 \
    X(HOST_ROUTE6, "route6")                                                                       \
    X(HOST_DISK, "disk") /* state and events can be written */                                     \
    X(HOST_CLOCK, "clock")                                                                         \
    X(HOST_CONNTRACK, "conntrack") /* the kernel's table of connections has room */                \
    X(HOST_LOAD, "load")

enum host_check {
#define HOST_CHECK_ENUM(id, name) id,
    HOST_CHECKS(HOST_CHECK_ENUM)
#undef HOST_CHECK_ENUM
        HOST_CHECK_COUNT
};

#define HOST_STATES(X)                                                                             \
    X(HOST_OFF, "off")         /* switched off, or nothing needs it */                             \
    X(HOST_UNKNOWN, "unknown") /* not looked at yet, or it can't be seen from here */              \
    X(HOST_GOOD, "good")                                                                           \
    X(HOST_BAD, "bad")

enum host_state {
#define HOST_STATE_ENUM(id, name) id,
    HOST_STATES(HOST_STATE_ENUM)
#undef HOST_STATE_ENUM
};

enum { HOST_DETAIL_MAX = 200 };

struct host_finding {
    enum host_state state;
    char detail[HOST_DETAIL_MAX]; /* what was measured, for a person; empty where nothing was */
};

const char *host_check_name(enum host_check check);
const char *host_state_name(enum host_state state);

#endif
