/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrtype.c - the names of RR types. The one file of this folder that knows libknot. */
#include "dnsd/zone/rrtype.h"

#include "common/dnsmsg.h"

#include <libknot/descriptor.h>
#include <stdio.h>
#include <strings.h>

char *rrtype_text(uint16_t type, char out[RRTYPE_TEXT_MAX])
{
    if (knot_rrtype_to_string(type, out, RRTYPE_TEXT_MAX) <= 0)
        snprintf(out, RRTYPE_TEXT_MAX, "TYPE%u", type);
    return out;
}

/* IANA's registry, as far as libknot does not go. */
static const struct {
    uint16_t type;
    const char *name;
} others[] = {
    { 3, "MD" },        { 4, "MF" },       { 7, "MB" },    { 8, "MG" },      { 9, "MR" },
    { 10, "NULL" },     { 11, "WKS" },     { 19, "X25" },  { 20, "ISDN" },   { 22, "NSAP" },
    { 23, "NSAP-PTR" }, { 24, "SIG" },     { 26, "PX" },   { 27, "GPOS" },   { 30, "NXT" },
    { 31, "EID" },      { 32, "NIMLOC" },  { 34, "ATMA" }, { 38, "A6" },     { 40, "SINK" },
    { 55, "HIP" },      { 56, "NINFO" },   { 57, "RKEY" }, { 58, "TALINK" }, { 66, "DSYNC" },
    { 67, "HHIT" },     { 68, "BRID" },    { 258, "AVC" }, { 259, "DOA" },   { 260, "AMTRELAY" },
    { 261, "RESINFO" }, { 262, "WALLET" }, { 263, "CLA" }, { 264, "IPN" },   { 32768, "TA" },
    { 32769, "DLV" },
};

uint16_t rrtype_from_text(const char *name)
{
    uint16_t type;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcasecmp(name, others[i].name) == 0)
            return others[i].type;
    if (knot_rrtype_from_string(name, &type) || rrtype_is_meta(type))
        return 0;
    return type;
}

bool rrtype_is_meta(uint16_t type)
{
    return type == 0 || type == DNS_TYPE_OPT || (type >= 128 && type <= 255);
}
