/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signedzone.c - a zone of the test data. Knows where they are. */
#include "tests/unit/signedzone.h"

#include "common/dname.h"
#include "dnsd/zone/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

const struct zone *signed_zone(const char *name)
{
    const char *source = getenv("PROXIMA_SRCDIR");
    struct err err = { "" };
    struct dname apex;
    char path[512];
    snprintf(path, sizeof path, "%s/tests/data/zones/signed/%s.zone", source ? source : ".", name);
    dname_from_text(name, &apex, NULL);
    const struct zone *zone = zone_load(apex.wire, path, NULL, NULL, &err);
    if (!zone)
        fail_msg("%s (PROXIMA_SRCDIR names the source folder)", err.msg);
    return zone;
}
