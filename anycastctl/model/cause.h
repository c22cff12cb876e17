/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cause.h - what can be wrong with a service in one address family, and what each cause may do.
 *
 * The table is total: everything that anycastd senses is mapped to one of these, and the class
 * alone decides how far the policy may go. A cause that is probably true at every site (a zone gone
 * stale, a dead primary) never withdraws: sites that all withdraw are an outage. */
#ifndef PROXIMA_MODEL_CAUSE_H
#define PROXIMA_MODEL_CAUSE_H

#include <stdbool.h>

/* In rising order of what the class may do. */
#define CAUSE_CLASSES(X)                                                                           \
    X(CLASS_GOOD, "good")                                                                          \
    X(CLASS_UNKNOWN,                                                                               \
      "unknown")            /* no evidence yet: keeps what is announced, announces nothing new */  \
    X(CLASS_ALARM, "alarm") /* told, not acted upon: counts as good for the level */               \
    X(CLASS_SOFT, "soft")   /* at most backup */                                                   \
    X(CLASS_WRONG, "wrong") /* withdraw if the floor holds, else backup */                         \
    X(CLASS_FATAL, "local-fatal") /* withdraw at once */

enum cause_class {
#define CAUSE_CLASS_ENUM(id, name) id,
    CAUSE_CLASSES(CAUSE_CLASS_ENUM)
#undef CAUSE_CLASS_ENUM
};

/* Within a class the worse ones stand later: where several hold at once the last in the list is
 * named. anycastd(8) has a row for each. */
#define CAUSES(X)                                                                                  \
    X(CAUSE_NONE, "ok", CLASS_GOOD, "answering, and everything agrees")                            \
    X(CAUSE_UNKNOWN, "unknown", CLASS_UNKNOWN, "no evidence yet")                                  \
    X(CAUSE_CHECK_ALARM, "check_alarm", CLASS_ALARM, "an external check fails")                    \
    X(CAUSE_LOAD_HIGH, "load_high", CLASS_ALARM, "the processors are overloaded")                  \
    X(CAUSE_LIMIT_HIT, "limit_hit", CLASS_ALARM, "a session's limit on prefixes is reached")       \
    X(CAUSE_OVERLOAD, "overload", CLASS_ALARM, "queries are dropped for want of capacity")         \
    X(CAUSE_CHECK_SOFT, "check_soft", CLASS_SOFT, "an external check fails")                       \
    X(CAUSE_DISK_FULL, "disk_full", CLASS_SOFT, "a disk is full, or cannot be written")            \
    X(CAUSE_ZONE_EXPIRING, "zone_expiring", CLASS_SOFT, "a zone expires soon")                     \
    X(CAUSE_SIGNATURES_EXPIRING, "signatures_expiring", CLASS_SOFT,                                \
      "signatures of a zone have expired, or expire soon")                                         \
    X(CAUSE_CLOCK_WRONG, "clock_wrong", CLASS_SOFT, "the clock is wrong")                          \
    X(CAUSE_ZONE_STALE, "zone_stale", CLASS_SOFT,                                                  \
      "a zone is stale, expired or could not be loaded")                                           \
    X(CAUSE_CONNTRACK_FULL, "conntrack_full", CLASS_SOFT,                                          \
      "the kernel's table of connections is full: it drops packets")                               \
    X(CAUSE_NO_DEFAULT_ROUTE, "no_default_route", CLASS_SOFT,                                      \
      "answers have no way out: there is no route to the internet")                                \
    X(CAUSE_REPORT_SILENT, "report_silent", CLASS_SOFT, "dnsd answers, but does not report")       \
    X(CAUSE_TCP_SILENT, "tcp_silent", CLASS_SOFT, "no answer over TCP")                            \
    X(CAUSE_ISOLATED, "isolated", CLASS_SOFT, "no provider hears what is announced")               \
    X(CAUSE_CHECK_WRONG, "check_wrong", CLASS_WRONG, "an external check fails")                    \
    X(CAUSE_UDP_SILENT, "udp_silent", CLASS_WRONG, "no answer over UDP")                           \
    X(CAUSE_WORKER_STARVED, "worker_starved", CLASS_WRONG, "a dnsd worker gets no CPU")            \
    X(CAUSE_DNSD_STARVED, "dnsd_starved", CLASS_WRONG,                                             \
      "dnsd gets no CPU: no report and no answer")                                                 \
    X(CAUSE_ANSWER_WRONG, "answer_wrong", CLASS_WRONG, "answers are wrong")                        \
    X(CAUSE_DNSD_STARTING, "dnsd_starting", CLASS_FATAL,                                           \
      "dnsd is starting, and cannot answer yet")                                                   \
    X(CAUSE_PORT_CLOSED, "port_closed", CLASS_FATAL, "nothing listens on the service address")     \
    X(CAUSE_ADDRESS_MISSING, "address_missing", CLASS_FATAL,                                       \
      "the service address is not configured")                                                     \
    X(CAUSE_WORKER_HUNG, "worker_hung", CLASS_FATAL, "a dnsd worker hangs")                        \
    X(CAUSE_DNSD_HUNG, "dnsd_hung", CLASS_FATAL, "dnsd hangs: no report and no answer")            \
    X(CAUSE_DNSD_DEAD, "dnsd_dead", CLASS_FATAL, "dnsd is not running")

enum cause {
#define CAUSE_ENUM(id, name, class, text) id,
    CAUSES(CAUSE_ENUM)
#undef CAUSE_ENUM
        CAUSE_COUNT
};

const char *cause_name(enum cause cause); /* "dnsd_dead" */
const char *cause_text(enum cause cause); /* "dnsd is not running" */
enum cause_class cause_class(enum cause cause);
const char *cause_class_name(enum cause_class class); /* "local-fatal" */

/* True if `a` is told rather than `b` where both hold. Doubt about everything weighs more than a
 * soft cause, which has to rest on something, and less than what is known to be wrong. */
bool cause_is_worse(enum cause a, enum cause b);

#endif
