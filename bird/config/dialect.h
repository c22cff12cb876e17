/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialect.h - what differs between the versions of BIRD in what bird.conf says. All else is
 * understood by 2.0.12 and by 3.x alike. */
#ifndef PROXIMA_BIRD_CONFIG_DIALECT_H
#define PROXIMA_BIRD_CONFIG_DIALECT_H

#include "common/err.h"

#include <stdbool.h>

struct dialect {
    char version[16];     /* "2.0.12" */
    bool typed_functions; /* `function f() -> bool`: since 2.14, which warns without; before, an
                             error */
    bool names_md5; /* `authentication md5`: since 2.17 and 3.1, which warn without; before, an
                       error */
    bool repairs_by_scans; /* 3.x: a kernel route that it got wrong stays so until the next scan */
};

/* "2.0.12", "2.19", "3.3.2", also with something behind it ("2.0.12-7"). Older ones than 2.0.12 are
 * an error: they have no roles (RFC 9234). */
int dialect_of(const char *version, struct dialect *out, struct err *err);

#endif
