/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bird_recording.h - the recorded replies of tests/data/bird, and replies from text, for tests. */
#ifndef PROXIMA_TESTS_BIRD_RECORDING_H
#define PROXIMA_TESTS_BIRD_RECORDING_H

#include "bird/reply.h"

/* The replies of a recording, in the order of tests/data/bird/README. */
enum recorded {
    R_GREETING,
    R_STATUS,
    R_PROTOCOLS,
    R_ENABLE,
    R_ENABLE_AGAIN,
    R_ENABLE_6,
    R_PROTOCOLS_SVC,
    R_ROUTE_FLEET,
    R_EXPORTED,
    R_EXPORTED_BOTH,
    R_ENABLE_DRAIN,
    R_DISABLE,
    R_EXPORTED_DRAIN,
    R_WITHDRAW,
    R_EXPORTED_NONE,
    R_DISABLE_NO_MATCH,
    R_ENABLE_UNKNOWN,
    R_EXPORTED_DOWN_SESSION,
    R_PROTOCOLS_DOWN_SESSION,
    R_CONFIGURE_STATUS,
    R_CONFIGURE_CHECK,
    R_CONFIGURE_CHECK_MISSING,
    R_BOGUS,
    R_RESTRICT,
    R_STATUS_RESTRICTED,
    R_DISABLE_RESTRICTED,
    R_COUNT
};

enum { RECORDINGS = 3 };
extern const char *const recording_version[RECORDINGS]; /* "2.0.12", … */

struct recording {
    char *bytes;
    size_t len;
};
/* Ends the test if the file can't be read. free() the bytes. */
struct recording recording_read(const char *version);

/* What the replies below come out of; it is kept until the program ends. Each is borrowed until the
 * next one. */
struct bird_parser *recording_parser(void);

const struct bird_reply *recording_reply(const char *version, enum recorded which);

/* The first reply in `text`. Fails the test if there is none. */
const struct bird_reply *reply_of(const char *text);

#endif
