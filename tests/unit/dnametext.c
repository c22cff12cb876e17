/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnametext.c - a name, or the end of the test. */
#include "tests/unit/dnametext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct dname dname_of(const char *text)
{
    struct dname name;
    struct err err;
    if (dname_from_text(text, &name, &err))
        fail_msg("%s: %s", text, err.msg);
    return name;
}
