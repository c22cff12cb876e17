/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrtype.c - the names of RR types. The one file of this folder that knows libknot. */
#include "dnsd/zone/rrtype.h"

#include "common/dnsmsg.h"

#include <libknot/descriptor.h>
#include <stdio.h>

char *rrtype_text(uint16_t type, char out[RRTYPE_TEXT_MAX])
{
    if (knot_rrtype_to_string(type, out, RRTYPE_TEXT_MAX) <= 0)
        snprintf(out, RRTYPE_TEXT_MAX, "TYPE%u", type);
    return out;
}

bool rrtype_is_meta(uint16_t type)
{
    return type == 0 || type == DNS_TYPE_OPT || (type >= 128 && type <= 255);
}
