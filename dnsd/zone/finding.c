/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.c - the text of a finding, and who hears it. */
#include "dnsd/zone/finding.h"

#include "common/dname.h"
#include "dnsd/zone/rrtype.h"

#include <stdarg.h>
#include <stdio.h>

static void tell(const struct findings *findings, const uint8_t *owner, struct zone_finding finding,
                 const char *what)
{
    char name[DNAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
    struct err text;
    err_set(&text, "%.300s %s: %s", dname_to_text(owner, name),
            rrtype_text(finding.about.type, type), what);
    if (finding.is_error && findings->errors == 1)
        err_set(findings->err, "%s", text.msg);
    finding.text = text.msg;
    if (findings->find)
        findings->find(findings->arg, &finding);
}

void findings_warn(struct findings *findings, const uint8_t *owner, struct zone_finding finding,
                   const char *fmt, ...)
{
    char what[ERR_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    tell(findings, owner, finding, what);
}

void findings_error(struct findings *findings, const uint8_t *owner, struct zone_finding finding,
                    const char *what)
{
    finding.is_error = true;
    findings->errors++;
    tell(findings, owner, finding, what);
}
