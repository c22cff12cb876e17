/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain.h - private: from the place where the scanner stumbled to a sentence that says what is
 * wrong. The scanner knows grammar; this looks at the words. */
#ifndef PROXIMA_ZONE_EXPLAIN_H
#define PROXIMA_ZONE_EXPLAIN_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stumble {
    const char *text, *end; /* of the whole file */
    const char *at;         /* the byte that the scanner did not like, or `end` */
    const char *reason;     /* what the scanner calls it */
    bool vague;             /* it calls a record that ends too early so as well */
    bool type_wanted;       /* it read as far as the type, or what stands before */
    bool in_parentheses;
};

void explain(const struct stumble *stumble, struct err *err);

/* The first closing parenthesis from `from` on that is neither quoted nor in a comment, or NULL. */
const char *explain_close_parenthesis(const char *from, const char *end);

/* The line of the last opening parenthesis: the one that the end of the text finds open. */
uint64_t explain_open_parenthesis(const char *text, const char *end);

#endif
