/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.h - the control socket's answers: bytes in, whole replies out.
 *
 * BIRD answers each command with lines, the last of which says that it is the last:
 *     1002-device1 Device …     code and hyphen: more lines follow
 *      direct1 Direct …         leading space: more lines follow, same code
 *     0000 text                 code and space: the reply ends here
 *     +…                        asynchronous, belongs to no reply (skipped)
 * An output line that BIRD could not fit is shown as "8000-<line overflow>".
 * Codes: 0xxx action done, 1xxx table entry, 2xxx table heading, 8xxx run-time error, 9xxx syntax
 * error. Any bytes may come in: what is no line of the protocol is kept as a line with code -1. */
#ifndef PROXIMA_BIRD_REPLY_H
#define PROXIMA_BIRD_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#define BIRD_LINE_MAX 4096 /* longer lines are cut (BIRD's own limit is 1 KiB) */
#define BIRD_REPLY_BYTES_MAX                                                                       \
    4194304 /* text of one reply; what is beyond is dropped and flagged                            \
             */
#define BIRD_REPLY_LINES_MAX 65536

struct bird_line {
    int code;         /* 0..9999; -1: not a line of the protocol */
    const char *text; /* NUL-terminated, without code and newline; NULs in it became spaces */
};

struct bird_reply {
    const struct bird_line *lines; /* the final line is the last of them */
    size_t count;                  /* at least 1 */
    int code;                      /* of the final line */
    bool incomplete;               /* something was cut: overflow in BIRD, or our own limits */
};

struct bird_parser;

struct bird_parser *bird_parser_new(void); /* returns new; bird_parser_free() it */
void bird_parser_free(struct bird_parser *parser);

/* Forgets what has come in so far: for a new connection. */
void bird_parser_reset(struct bird_parser *parser);

/* Takes bytes up to the end of one reply at most, and returns how many it took (so call it until
 * all are taken). *reply is the reply that they complete, borrowed until the next call, or NULL. */
size_t bird_parser_feed(struct bird_parser *parser, const char *data, size_t len,
                        const struct bird_reply **reply);

/* What a reply means for an action, judged by every line of it. */
enum bird_result {
    BIRD_DONE,    /* it happened */
    BIRD_ALREADY, /* it was so before (0008, 0010 and nothing else) */
    BIRD_FAILED, /* any 8xxx or 9xxx line, also as a continuation before 0000; 0006 shutting down */
};
enum bird_result bird_reply_result(const struct bird_reply *reply);

/* The line to show to a person: the one that made it fail, else the first with text. Never NULL. */
const struct bird_line *bird_reply_headline(const struct bird_reply *reply);

/* True if any line has this code. */
bool bird_reply_has(const struct bird_reply *reply, int code);

#endif
