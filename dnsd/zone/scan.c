/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan.c - master files through libzscanner: the one file that knows it. Hides its states, its
 * reading of TTLs, and turns its codes into sentences.
 *
 * What it does not do for us: it knows no TTL stated last, only a default; so the default is a mark
 * that no file may contain (larger than RFC 2181 allows), and whoever gets it gets the last one
 * instead. A bad TTL or class it calls an unsupported type; the text tells what was meant. */
#include "dnsd/zone/scan.h"

#include "common/dnsmsg.h"
#include "common/mem.h"

#include <libzscanner/scanner.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TTL_MARK UINT32_C(0xffffffef)

struct scan {
    zs_scanner_t zs; /* 206 KB */
    struct scan_ttl ttl;
    const char *text, *end;
    bool lost;
};

struct scan *scan_new(const struct scan_settings *settings)
{
    struct scan *scan = mem_alloc(sizeof *scan);
    scan->ttl = settings->ttl;
    scan->text = settings->text;
    scan->end = settings->text + settings->len;
    scan->lost = false;
    zs_scanner_t *zs = &scan->zs;
    /* Neither can fail but for want of memory; the origin "." parses. */
    const uint32_t ttl = scan->ttl.has_default ? scan->ttl.default_s : TTL_MARK;
    if (zs_init(zs, ".", DNS_CLASS_IN, ttl) ||
        zs_set_input_string(zs, settings->text, settings->len))
        abort();
    zs->zone_origin_length = (uint32_t)dname_len(settings->origin);
    memcpy(zs->zone_origin, settings->origin, zs->zone_origin_length);
    free(zs->path);
    zs->path = mem_strdup(settings->folder);
    return scan;
}

void scan_free(struct scan *scan)
{
    if (!scan)
        return;
    zs_deinit(&scan->zs);
    free(scan);
}

struct scan_ttl scan_ttl(const struct scan *scan)
{
    return scan->ttl;
}

static enum scan_kind problem_at(struct scan_item *item)
{
    item->record = (struct zone_record){ 0 };
    return SCAN_PROBLEM;
}

/* The TTL of a record that states none. */
static int inherit_ttl(struct scan *scan, const struct zone_record *record, uint32_t *ttl,
                       struct err *err)
{
    if (scan->ttl.has_last) {
        *ttl = scan->ttl.last_s;
        return 0;
    }
    /* As in files from before RFC 2308: the MINIMUM, at the end of the RDATA. */
    if (record->type == DNS_TYPE_SOA && record->rdlength >= 4) {
        *ttl = wire_peek_u32(record->rdata + record->rdlength - 4);
        return 0;
    }
    return err_set(err, "the record has no TTL: state one, or begin the file with $TTL");
}

static enum scan_kind on_record(struct scan *scan, struct scan_item *item)
{
    const zs_scanner_t *zs = &scan->zs;
    item->record = (struct zone_record){
        .owner = zs->r_owner,
        .type = zs->r_type,
        .rdlength = (uint16_t)zs->r_data_length,
        .rdata = zs->r_data,
    };
    uint32_t ttl = zs->r_ttl;
    if (ttl == TTL_MARK && inherit_ttl(scan, &item->record, &ttl, &item->problem))
        return problem_at(item);
    if (ttl > INT32_MAX) {
        err_set(&item->problem, "TTL %u is larger than 2147483647 seconds (RFC 2181 8)", ttl);
        return problem_at(item);
    }
    scan->ttl.has_last = true;
    scan->ttl.last_s = item->record.ttl = ttl;
    return SCAN_RECORD;
}

static enum scan_kind on_include(struct scan *scan, struct scan_item *item)
{
    item->path = scan->zs.include_filename;
    /* The origin as text: the file's second word, or the one in force. */
    if (dname_from_text((const char *)scan->zs.buffer, &item->origin, &item->problem))
        return problem_at(item);
    return SCAN_INCLUDE;
}

/* Where the scanner stands in the text; it feeds itself a last newline from elsewhere. */
static const char *position(const struct scan *scan)
{
    const char *at = scan->zs.input.current;
    return at >= scan->text && at <= scan->end ? at : scan->end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '\n';
}

/* The word at which the scanner stumbled, or the last one before, printable and cut. After an
 * error its buffer holds the rest of the line from there, and a NUL. */
static void stumbled_word(const struct scan *scan, char word[64])
{
    const uint32_t rest = scan->zs.buffer_length ? scan->zs.buffer_length - 1 : 0;
    const char *from = position(scan), *to;
    from -= (size_t)(from - scan->text) < rest ? (size_t)(from - scan->text) : rest;
    while (from > scan->text && (from == scan->end || is_blank(*from)) && from[-1] != '\n')
        from--;
    for (to = from; to < scan->end && !is_blank(*to); to++)
        continue;
    while (from > scan->text && !is_blank(from[-1]))
        from--;
    size_t n = 0;
    for (; from < to && n < 63; from++)
        word[n++] = *from >= ' ' && *from <= '~' ? *from : '?';
    word[n] = '\0';
}

static bool is_class(const char *word)
{
    return !strcasecmp(word, "CH") || !strcasecmp(word, "HS") || !strcasecmp(word, "CS") ||
           !strcasecmp(word, "ANY") || !strcasecmp(word, "NONE") || !strncasecmp(word, "CLASS", 5);
}

/* Between owner and RDATA, the scanner knows "unsupported type" only. */
static void explain_type(const char *word, struct err *err)
{
    if (is_class(word))
        err_set(err, "class %s: only zones of class IN can be served", word);
    else if (word[0] >= '0' && word[0] <= '9')
        err_set(err, "TTL \"%s\" is not a time", word);
    else
        err_set(err, "unknown record type \"%s\"", word);
}

static void explain(const struct scan *scan, struct err *err)
{
    const int code = scan->zs.error.code;
    char word[64];
    stumbled_word(scan, word);
    if (code == ZS_UNSUPPORTED_TYPE)
        explain_type(word, err);
    else if (code == ZS_BAD_TTL)
        err_set(err, "$TTL \"%s\" is not a time", word);
    else if (code == ZS_UNCLOSED_MULTILINE)
        err_set(err, "the file ends within parentheses");
    else if (word[0])
        err_set(err, "%s at \"%s\"", zs_strerror(code), word);
    else
        err_set(err, "%s", zs_strerror(code));
}

/* Most errors leave the scanner at the next line. What breaks a directive it calls fatal, but only
 * a wrong $ORIGIN makes nonsense of what follows; and of unbalanced parentheses nobody knows where
 * they were meant to end. */
static enum scan_kind on_error(struct scan *scan, struct scan_item *item)
{
    zs_scanner_t *zs = &scan->zs;
    explain(scan, &item->problem);
    switch (zs->error.code) {
    case ZS_BAD_ORIGIN:
    case ZS_UNCOVERED_STATE:
    case ZS_UNCLOSED_MULTILINE:
    case ZS_LEFT_PARENTHESIS:
    case ZS_RIGHT_PARENTHESIS:
        scan->lost = true;
        return SCAN_LOST;
    default:
        zs->error.fatal = false;
        return SCAN_PROBLEM;
    }
}

enum scan_kind scan_next(struct scan *scan, struct scan_item *item)
{
    zs_scanner_t *zs = &scan->zs;
    if (scan->lost || zs_parse_record(zs))
        return SCAN_END;
    item->line = zs->line_counter;
    err_clear(&item->problem);
    scan->ttl.has_default = zs->default_ttl != TTL_MARK;
    scan->ttl.default_s = zs->default_ttl;
    switch (zs->state) {
    case ZS_STATE_DATA:
        return on_record(scan, item);
    case ZS_STATE_INCLUDE:
        return on_include(scan, item);
    case ZS_STATE_ERROR:
        return on_error(scan, item);
    default:
        return SCAN_END;
    }
}

size_t scan_clean(char *text, size_t len)
{
    static const char mark[] = { '\xef', '\xbb', '\xbf' };
    const size_t skip = len >= sizeof mark && memcmp(text, mark, sizeof mark) == 0 ? 3 : 0;
    if (!skip && !memchr(text, '\r', len))
        return len;
    size_t kept = 0;
    for (size_t i = skip; i < len; i++)
        if (text[i] != '\r' || (i + 1 < len && text[i + 1] != '\n'))
            text[kept++] = text[i];
    return kept;
}
