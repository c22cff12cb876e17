/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan.c - master files through libzscanner: the one file that knows it. Hides its states, its
 * reading of TTLs, and turns its codes into sentences.
 *
 * What it does not do for us: it knows no TTL stated last, only a default; so the default is a mark
 * that no file may contain (larger than RFC 2181 allows), and whoever gets it gets the last one
 * instead. A relative $ORIGIN it refuses, and a relative origin of an $INCLUDE; we complete them.
 * Errors it names by grammar; explain.h looks at the words. */
#include "dnsd/zone/scan.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/clean.h"
#include "dnsd/zone/explain.h"
#include "dnsd/zone/origin.h"

#include <libzscanner/scanner.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TTL_MARK UINT32_C(0xffffffef)

/* What of a scanner makes it a new one: all but its large buffers, which it writes before it reads
 * them. */
enum {
    HEAD_BYTES = offsetof(zs_scanner_t, buffer),
    TAIL_AT = offsetof(zs_scanner_t, last_window),
    TAIL_BYTES = offsetof(zs_scanner_t, r_data) - TAIL_AT,
};

struct scan {
    zs_scanner_t zs; /* 206 KB */
    uint8_t new_head[HEAD_BYTES], new_tail[TAIL_BYTES];
    struct scan_ttl ttl;
    const char *text, *end;
    const char *from;      /* where the last item began, or before */
    uint64_t problem_line; /* of the last item; 0: it was none */
    bool lost, seen_record, used_last_ttl;
};

static struct dname origin_in_force(const zs_scanner_t *zs)
{
    struct dname origin = { .len = (uint8_t)zs->zone_origin_length };
    memcpy(origin.wire, zs->zone_origin, origin.len);
    return origin;
}

/* Makes the scanner a new one that begins at `from`. */
static void begin(struct scan *scan, const char *from, const struct dname *origin, uint32_t ttl)
{
    zs_scanner_t *zs = &scan->zs;
    memcpy(zs, scan->new_head, HEAD_BYTES);
    memcpy((uint8_t *)zs + TAIL_AT, scan->new_tail, TAIL_BYTES);
    if (zs_set_input_string(zs, from, (size_t)(scan->end - from)))
        abort(); /* it could only be NULL */
    memcpy(zs->zone_origin, origin->wire, origin->len);
    zs->zone_origin_length = origin->len;
    zs->default_ttl = ttl;
}

static void set_owner(zs_scanner_t *zs, const uint8_t *owner, uint32_t len)
{
    memcpy(zs->r_owner, owner, len);
    zs->r_owner_length = len;
}

struct scan *scan_new(void)
{
    struct scan *scan = mem_zalloc(sizeof *scan);
    /* Cannot fail but for want of memory: the origin "." parses. */
    if (zs_init(&scan->zs, ".", DNS_CLASS_IN, TTL_MARK))
        abort();
    free(scan->zs.path);
    scan->zs.path = NULL;
    memcpy(scan->new_head, &scan->zs, HEAD_BYTES);
    memcpy(scan->new_tail, (const uint8_t *)&scan->zs + TAIL_AT, TAIL_BYTES);
    return scan;
}

void scan_begin(struct scan *scan, const char *text, size_t len, const char *folder,
                const struct scan_context *context)
{
    scan->ttl = context->ttl;
    scan->text = scan->from = text;
    scan->end = text + len;
    scan->problem_line = 0;
    scan->lost = scan->seen_record = scan->used_last_ttl = false;
    scan->zs.path = (char *)folder;
    begin(scan, text, &context->origin, scan->ttl.has_default ? scan->ttl.default_s : TTL_MARK);
    set_owner(&scan->zs, context->owner.wire, context->owner.len);
}

void scan_free(struct scan *scan)
{
    if (!scan)
        return;
    scan->zs.path = NULL; /* borrowed */
    zs_deinit(&scan->zs);
    free(scan);
}

struct scan_context scan_context(const struct scan *scan)
{
    const zs_scanner_t *zs = &scan->zs;
    struct scan_context context = { .origin = origin_in_force(zs), .ttl = scan->ttl };
    context.owner.len = (uint8_t)zs->r_owner_length;
    memcpy(context.owner.wire, zs->r_owner, context.owner.len);
    return context;
}

bool scan_has_used_last_ttl(const struct scan *scan)
{
    return scan->used_last_ttl;
}

bool scan_has_seen_record(const struct scan *scan)
{
    return scan->seen_record;
}

/* The TTL of a record that states none. */
static int inherit_ttl(struct scan *scan, const struct zone_record *record, uint32_t *ttl,
                       struct err *err)
{
    scan->used_last_ttl |= !scan->seen_record;
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

/* Where the scanner stands. It feeds itself a last newline from elsewhere: then at the end. */
static const char *position(const struct scan *scan)
{
    const char *at = scan->zs.input.current;
    return at >= scan->text && at <= scan->end ? at : scan->end;
}

/* Counted here: the scanner miscounts where a quoted text goes over several lines. */
static uint64_t line_of(const struct scan *scan, const char *at)
{
    uint64_t line = 1;
    const char *p = scan->text;
    while ((p = memchr(p, '\n', (size_t)(at - p))) && p++ < at)
        line++;
    return line;
}

static enum scan_kind on_bad_escape(struct scan *scan, struct scan_item *item, const char *at)
{
    scan->problem_line = line_of(scan, at);
    err_set(&item->problem, "\"%.4s\" is no byte: escapes end with \\255", at);
    return SCAN_PROBLEM;
}

static enum scan_kind on_record(struct scan *scan, struct scan_item *item)
{
    const zs_scanner_t *zs = &scan->zs;
    const char *bad_escape = clean_bad_escape(scan->from, position(scan));
    if (bad_escape)
        return on_bad_escape(scan, item, bad_escape);
    item->record = (struct zone_record){
        .owner = zs->r_owner,
        .type = zs->r_type,
        .rdlength = (uint16_t)zs->r_data_length,
        .rdata = zs->r_data,
    };
    uint32_t ttl = zs->r_ttl;
    if (ttl == TTL_MARK && inherit_ttl(scan, &item->record, &ttl, &item->problem))
        return SCAN_PROBLEM;
    if (ttl > INT32_MAX) {
        if (ttl == zs->default_ttl) /* once is enough */
            scan->zs.default_ttl = INT32_MAX;
        err_set(&item->problem, "TTL %u is larger than 2147483647 seconds (RFC 2181 8)", ttl);
        return SCAN_PROBLEM;
    }
    scan->seen_record = scan->ttl.has_last = true;
    scan->ttl.last_s = item->record.ttl = ttl;
    return SCAN_RECORD;
}

static enum scan_kind on_include(struct scan *scan, struct scan_item *item)
{
    item->path = scan->zs.include_filename;
    /* The origin as text: the file's second word, or the one in force. */
    if (dname_from_text((const char *)scan->zs.buffer, &item->origin, &item->problem))
        return SCAN_PROBLEM;
    return SCAN_INCLUDE;
}

/* The scanner's codes in our words; the others in its own. The vague ones it gives for a record
 * that ends too early, too. */
static const struct reason {
    int code;
    bool vague;
    const char *text;
} reasons[] = {
    { ZS_UNSUPPORTED_TYPE, true, "unknown record type" },
    { ZS_BAD_NUMBER, true, "not a number" },
    { ZS_BAD_TIME_UNIT, true, "not a time" },
    { ZS_BAD_ADDRESS_CHAR, true, "not an address" },
    { ZS_BAD_RDATA, true, "wrong record data" },
    { ZS_BAD_HEX_RDATA, true, "wrong hexadecimal data" },
    { ZS_BAD_LOC_DATA, true, "wrong location" },
    { ZS_CANNOT_TEXT_DATA, false, "this type is only known in the form of RFC 3597" },
    { ZS_BAD_TEXT_CHAR, false, "quotes that are not closed, or a byte to be escaped," },
    { ZS_BAD_DNAME_CHAR, false, "empty label, or a byte to be escaped," },
    { ZS_BAD_OWNER, true, "wrong owner" },
    { ZS_BAD_PREVIOUS_OWNER, false, "no owner, neither here nor before" },
    { ZS_LABEL_OVERFLOW, false, "label longer than 63 bytes" },
    { ZS_DNAME_OVERFLOW, false, "name longer than 255 bytes" },
    { ZS_NUMBER8_OVERFLOW, false, "larger than 255" },
    { ZS_NUMBER16_OVERFLOW, false, "larger than 65535" },
    { ZS_NUMBER32_OVERFLOW, false, "larger than 4294967295" },
    { ZS_BAD_RDATA_LENGTH, false, "not as many bytes as stated" },
    { ZS_BAD_REST, false, "unexpected text" },
    { ZS_DOS_NEWLINE, false, "a CR within the line" },
    { ZS_BAD_INCLUDE_FILENAME, false, "$INCLUDE takes a file name: wrong" },
    { ZS_BAD_INCLUDE_ORIGIN, false, "$INCLUDE takes a file and one domain name: wrong" },
    { ZS_LEFT_PARENTHESIS, false, "parenthesis within parentheses" },
    { ZS_RIGHT_PARENTHESIS, false, "closing parenthesis without an opening one" },
};

static struct reason reason_for(int code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].code == code)
            return reasons[i];
    return (struct reason){ .code = code, .text = zs_strerror(code) };
}

static const char *line_end(const struct scan *scan, const char *at)
{
    const char *end = memchr(at, '\n', (size_t)(scan->end - at));
    return end ? end : scan->end;
}

/* The next byte that is neither blank nor in a comment. */
static const char *skip_blanks(const struct scan *scan, const char *p)
{
    while (p < scan->end && strchr(" \t\n();", *p))
        p = *p == ';' ? line_end(scan, p) : p + 1;
    return p;
}

/* A directive ends with its line, or with the one of its closing parenthesis. */
static const char *skip_directive(const struct scan *scan, const char *p)
{
    for (bool open = false; p < scan->end && (open || *p != '\n'); p++)
        if (*p == ';')
            p = line_end(scan, p) - 1;
        else if (*p == '\\')
            p++;
        else if (*p == '(' || *p == ')')
            open = *p == '(';
    return p < scan->end ? p : scan->end;
}

/* Where the last item, a record, begins: behind what the scanner read over to find it. */
static const char *record_start(const struct scan *scan)
{
    const char *p = skip_blanks(scan, scan->from);
    while (p < scan->end && *p == '$')
        p = skip_blanks(scan, skip_directive(scan, p));
    return p;
}

uint64_t scan_line(const struct scan *scan)
{
    if (scan->problem_line)
        return scan->problem_line;
    const bool is_record = scan->zs.state == ZS_STATE_DATA;
    return line_of(scan, is_record ? record_start(scan) : position(scan));
}

/* Where the scanner stumbled: after an error its buffer holds the rest of the line from there, and
 * a NUL. When it is out of its states it does not say where it stands: by its count of lines. */
static const char *stumbled_at(const struct scan *scan)
{
    const zs_scanner_t *zs = &scan->zs;
    const size_t rest = zs->buffer_length ? zs->buffer_length - 1 : 0;
    const char *at = position(scan);
    if (zs->error.code == ZS_UNCOVERED_STATE) {
        for (uint64_t line = line_of(scan, at); line < zs->line_counter; line++)
            at = line_end(scan, at) < scan->end ? line_end(scan, at) + 1 : scan->end;
        at = line_end(scan, at);
    }
    return rest < (size_t)(at - scan->text) ? at - rest : scan->text;
}

static void describe(const struct scan *scan, struct err *err)
{
    const struct reason reason = reason_for(scan->zs.error.code);
    const struct stumble stumble = {
        .text = scan->text,
        .end = scan->end,
        .at = stumbled_at(scan),
        .reason = reason.text,
        .vague = reason.vague,
        .type_wanted = reason.code == ZS_UNSUPPORTED_TYPE,
        .in_parentheses = scan->zs.multiline,
    };
    explain(&stumble, err);
}

/* Begins anew with the line behind `at`. */
static void begin_behind(struct scan *scan, const char *at, const struct dname *origin)
{
    zs_scanner_t *zs = &scan->zs;
    const char *end = line_end(scan, at);
    const uint64_t line = line_of(scan, end) + 1;
    const uint32_t ttl = zs->default_ttl, owner_len = zs->r_owner_length;
    uint8_t owner[sizeof zs->r_owner];
    memcpy(owner, zs->r_owner, owner_len);
    begin(scan, end < scan->end ? end + 1 : end, origin, ttl);
    set_owner(zs, owner, owner_len);
    zs->line_counter = line;
}

/* The line in which the scanner stumbled. */
static const char *stumbled_line(const struct scan *scan)
{
    const char *line = stumbled_at(scan);
    while (line > scan->text && line[-1] != '\n')
        line--;
    return line;
}

static bool is_at_origin(const struct scan *scan)
{
    static const char directive[] = "$ORIGIN";
    const char *line = stumbled_line(scan);
    const size_t len = sizeof directive - 1;
    return (size_t)(scan->end - line) >= len && strncasecmp(line, directive, len) == 0;
}

/* Perhaps the scanner does not like an $ORIGIN only because it is relative. It has half overwritten
 * the origin in force by then, so all is told again from `origin`, that of the last item, which
 * ended at `from`. True: it was so, and the scanner can go on. */
static bool recover_origin(struct scan *scan, struct dname *origin, const char *from)
{
    const char *at = stumbled_at(scan);
    if (!is_at_origin(scan) || origin_follow(origin, from, line_end(scan, at)))
        return false;
    begin_behind(scan, at, origin);
    return true;
}

/* A relative path begins at the folder. */
static bool complete_path(zs_scanner_t *zs)
{
    if (zs->include_filename[0] == '/')
        return true;
    char *path = mem_printf("%s/%s", zs->path, zs->include_filename);
    const size_t size = strlen(path) + 1;
    const bool fits = size <= sizeof zs->include_filename;
    if (fits)
        memcpy(zs->include_filename, path, size);
    free(path);
    return fits;
}

/* Perhaps the scanner does not like an $INCLUDE only because its origin is relative. True: it was
 * so, and is now as if the scanner had read it. */
static bool recover_include(struct scan *scan)
{
    zs_scanner_t *zs = &scan->zs;
    struct dname origin = origin_in_force(zs);
    const char *line = stumbled_line(scan);
    if (zs->error.code != ZS_BAD_INCLUDE_ORIGIN ||
        origin_of_include(&origin, line, line_end(scan, line)) || !complete_path(zs))
        return false;
    dname_to_text(origin.wire, (char *)zs->buffer);
    zs->state = ZS_STATE_INCLUDE;
    return true;
}

/* Goes on behind what was wrong: a record ends with its line, or behind its parentheses. */
static void skip_wrong(struct scan *scan)
{
    const char *at = stumbled_at(scan);
    const struct dname origin = origin_in_force(&scan->zs);
    if (scan->zs.multiline)
        at = explain_close_parenthesis(at, scan->end);
    if (at)
        begin_behind(scan, at, &origin);
}

/* The scanner overwrites the origin in force while it reads a new one; which may go on in the next
 * line, if the line's end is escaped. */
static bool is_origin_lost(const struct scan *scan)
{
    const zs_scanner_t *zs = &scan->zs;
    return is_at_origin(scan) || zs->error.code == ZS_BAD_ORIGIN ||
           !dname_valid(zs->zone_origin, zs->zone_origin_length);
}

/* After a wrong $ORIGIN nothing would make sense; and of unbalanced parentheses nobody knows where
 * they were meant to end. */
static enum scan_kind on_error(struct scan *scan, struct scan_item *item)
{
    const int code = scan->zs.error.code;
    describe(scan, &item->problem);
    scan->problem_line = line_of(scan, stumbled_at(scan));
    if (code == ZS_UNCLOSED_MULTILINE) {
        scan->problem_line = explain_open_parenthesis(scan->text, scan->end);
        err_set(&item->problem, "the parenthesis opened here is never closed");
    }
    if (code == ZS_UNCLOSED_MULTILINE || code == ZS_LEFT_PARENTHESIS ||
        code == ZS_RIGHT_PARENTHESIS || is_origin_lost(scan)) {
        scan->lost = true;
        return SCAN_LOST;
    }
    skip_wrong(scan);
    return SCAN_PROBLEM;
}

/* Parses until there is something to tell. An $INCLUDE that we follow ourselves leaves a level on
 * the scanner's call stack; the 17th would write behind it, so each one is the last it sees. */
static int parse(struct scan *scan)
{
    zs_scanner_t *zs = &scan->zs;
    for (;;) {
        struct dname origin = origin_in_force(zs);
        if (zs->state == ZS_STATE_INCLUDE)
            begin_behind(scan, position(scan), &origin);
        scan->from = position(scan);
        if (zs_parse_record(zs))
            return -1;
        if (zs->state != ZS_STATE_ERROR || recover_include(scan) ||
            !recover_origin(scan, &origin, scan->from))
            return 0;
    }
}

enum scan_kind scan_next(struct scan *scan, struct scan_item *item)
{
    const zs_scanner_t *zs = &scan->zs;
    if (scan->lost || parse(scan))
        return SCAN_END;
    scan->problem_line = 0;
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
