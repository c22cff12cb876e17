/* SPDX-License-Identifier: GPL-3.0-or-later */
/* level.h - the announcement levels of a service in one address family. The numeric order is how
 * attractive the node is to routing. In BIRD each level but withdrawn is a static protocol of its
 * own; the number in the large community (ASN, 2, n) is level_community(). */
#ifndef PROXIMA_COMMON_LEVEL_H
#define PROXIMA_COMMON_LEVEL_H

#define LEVELS(X)                                                                                  \
    X(LEVEL_WITHDRAWN, "withdrawn", 0) /* not announced */                                         \
    X(LEVEL_DRAIN, "drain", 3)         /* leaving: GRACEFUL_SHUTDOWN (RFC 8326) and prepends */    \
    X(LEVEL_LEAVING, "leaving", 4)     /* wants to withdraw: backup to all but the other sites */  \
    X(LEVEL_BACKUP, "backup", 2)       /* health doubtful: announced, de-preferred */              \
    X(LEVEL_NORMAL, "normal", 1)

enum level {
#define LEVEL_ENUM(id, name, community) id,
    LEVELS(LEVEL_ENUM)
#undef LEVEL_ENUM
        LEVEL_COUNT
};

const char *level_name(enum level level);
int level_parse(const char *name, enum level *out); /* -1: no such level */
int level_community(enum level level);              /* 0..4, as listed above */

#endif
