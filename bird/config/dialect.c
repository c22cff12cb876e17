/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialect.c - a version's number, and what follows from it. */
#include "bird/config/dialect.h"

#include <stdio.h>
#include <string.h>

static bool at_least(const int version[3], int major, int minor, int patch)
{
    const int wanted[3] = { major, minor, patch };
    for (int i = 0; i < 3; i++)
        if (version[i] != wanted[i])
            return version[i] > wanted[i];
    return true;
}

int dialect_of(const char *text, struct dialect *out, struct err *err)
{
    int version[3] = { 0 };
    if (sscanf(text, "%d.%d.%d", &version[0], &version[1], &version[2]) < 2)
        return err_set(err, "\"%s\" is no version of BIRD: write it like 2.0.12 or 3.3", text);
    if (!at_least(version, 2, 0, 12))
        return err_set(err, "BIRD %s is too old: 2.0.12 is the first one that is supported", text);
    *out = (struct dialect){
        .typed_functions = at_least(version, 2, 14, 0),
        .names_md5 = version[0] == 2 ? at_least(version, 2, 17, 0) : at_least(version, 3, 1, 0),
        .repairs_by_scans = version[0] >= 3,
    };
    snprintf(out->version, sizeof out->version, "%.*s", (int)strspn(text, "0123456789."), text);
    return 0;
}
