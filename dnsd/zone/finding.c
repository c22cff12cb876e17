/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.c - the text of a finding, and who hears it. */
#include "dnsd/zone/finding.h"

#include "common/dname.h"
#include "dnsd/zone/rrtype.h"

#include <stdarg.h>
#include <stdio.h>

bool findings_note(struct findings *findings, enum check_id check)
{
    const enum check_level level = check_level(findings->policy, check);
    if (level == CHECK_OFF)
        return false;
    findings->verdict.found |= check_bit(check);
    findings->errors += level == CHECK_ERROR;
    findings->verdict.warnings += level == CHECK_WARNING;
    return true;
}

void findings_tell(struct findings *findings, enum check_id check, const uint8_t *owner,
                   struct zone_finding finding, const char *fmt, ...)
{
    char what[ERR_MAX], name[DNAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
    struct err text;
    if (!findings_note(findings, check))
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    err_set(&text, "%.300s %s: %s", dname_to_text(owner, name),
            rrtype_text(finding.about.type, type), what);
    finding.check = check;
    finding.is_error = check_level(findings->policy, check) == CHECK_ERROR;
    finding.text = text.msg;
    if (finding.is_error && findings->errors == 1)
        err_set(findings->err, "%s [%s]", text.msg, check_rows[check].name);
    if (findings->find)
        findings->find(findings->arg, &finding);
}
