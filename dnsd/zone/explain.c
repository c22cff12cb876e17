/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain.c - what was meant where a line is wrong. Knows the words of a master file: owner, TTL,
 * class, type, directives; hides how they are cut out. */
#include "dnsd/zone/explain.h"

#include "dnsd/zone/rrtype.h"

#include <string.h>
#include <strings.h>

enum { WORD_MAX = 64 }; /* shown of a word, with the NUL */

/* A piece of the text. */
struct word {
    const char *start, *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '\r';
}

static bool ends_line(const struct stumble *s, const char *p)
{
    return p >= s->end || *p == '\n' || *p == ';';
}

static const char *line_start(const struct stumble *s)
{
    const char *p = s->at;
    while (p > s->text && p[-1] != '\n')
        p--;
    return p;
}

static struct word word_from(const struct stumble *s, const char *start)
{
    struct word word = { start, start };
    while (!ends_line(s, word.end) && !is_blank(*word.end))
        word.end++;
    return word;
}

static const char *skip_blanks(const struct stumble *s, const char *p)
{
    while (!ends_line(s, p) && is_blank(*p))
        p++;
    return p;
}

/* The word at which the scanner stumbled; at the end of a line, the last one before. */
static struct word stumbled_word(const struct stumble *s, const char *line)
{
    const char *start = s->at;
    while (start > line && (ends_line(s, start) || is_blank(*start)))
        start--;
    while (start > line && !is_blank(start[-1]))
        start--;
    return word_from(s, start);
}

/* Printable, quotable and not too long. */
static char *show(struct word word, char out[WORD_MAX])
{
    size_t n = 0;
    for (const char *p = word.start; p < word.end && n < WORD_MAX - 1; p++)
        out[n++] = *p == '"' ? '\'' : *p >= ' ' && *p <= '~' ? *p : '?';
    out[n] = '\0';
    return out;
}

static bool is_time(struct word word)
{
    return word.start < word.end && *word.start >= '0' && *word.start <= '9';
}

static bool is_number(struct word word)
{
    while (word.start < word.end && *word.start >= '0' && *word.start <= '9')
        word.start++;
    return word.start == word.end;
}

static bool is_text(struct word word, const char *text)
{
    const size_t len = (size_t)(word.end - word.start);
    return len == strlen(text) && strncasecmp(word.start, text, len) == 0;
}

static bool is_other_class(struct word word)
{
    return is_text(word, "CH") || is_text(word, "HS") || is_text(word, "CS") ||
           is_text(word, "ANY") || is_text(word, "NONE") ||
           (word.end - word.start > 5 && strncasecmp(word.start, "CLASS", 5) == 0);
}

/* True if only owner, TTL and class stand before `word` in its line. */
static bool is_in_head(const struct stumble *s, const char *line, struct word word)
{
    const char *p = skip_blanks(s, is_blank(*line) ? line : word_from(s, line).end);
    while (p < word.start) {
        const struct word before = word_from(s, p);
        if (!is_time(before) && !is_text(before, "IN"))
            return false;
        p = skip_blanks(s, before.end);
    }
    return p == word.start;
}

static void explain_type(const char *name, struct err *err)
{
    const uint16_t type = rrtype_from_text(name);
    if (type)
        err_set(err, "type %s is only known in the form of RFC 3597: TYPE%u \\# …", name, type);
    else
        err_set(err, "unknown record type \"%s\"", name);
}

static void explain_head(struct word word, struct err *err)
{
    char shown[WORD_MAX];
    show(word, shown);
    if (strcasecmp(shown, "CLASS1") == 0) /* RFC 3597 5, but not for libzscanner */
        err_set(err, "class %s is only known as IN", shown);
    else if (is_other_class(word))
        err_set(err, "class %s: only zones of class IN can be served", shown);
    else if (is_number(word))
        err_set(err, "TTL %s is larger than 2147483647 seconds (RFC 2181 8)", shown);
    else if (is_time(word))
        err_set(err, "TTL \"%s\" is not a time", shown);
    else
        explain_type(shown, err);
}

static void explain_directive(const struct stumble *s, const char *line, struct word word,
                              struct err *err)
{
    const struct word directive = word_from(s, line);
    char name[WORD_MAX], shown[WORD_MAX];
    show(directive, name);
    show(word, shown);
    if (is_text(directive, "$GENERATE"))
        err_set(err, "$GENERATE is not part of RFC 1035: write the records out");
    else if (!is_text(directive, "$TTL") && !is_text(directive, "$ORIGIN") &&
             !is_text(directive, "$INCLUDE"))
        err_set(err, "unknown directive \"%s\"", name);
    else if (word.start == directive.start)
        err_set(err, "%s ends too early", name);
    else if (is_text(directive, "$TTL"))
        err_set(err, "$TTL \"%s\" is not a time", shown);
    else if (is_text(directive, "$ORIGIN"))
        err_set(err, "$ORIGIN takes one domain name: wrong at \"%s\"", shown);
    else
        err_set(err, "%s at \"%s\"", s->reason, shown);
}

/* True if the line, which is all right so far, lacks something. */
static bool ends_too_early(const struct stumble *s, struct word word)
{
    return s->vague && ends_line(s, s->at) &&
           (!s->type_wanted || is_time(word) || is_text(word, "IN"));
}

void explain(const struct stumble *s, struct err *err)
{
    const char *line = line_start(s);
    const struct word word = stumbled_word(s, line);
    char shown[WORD_MAX];
    show(word, shown);
    if (shown[0] == '\0')
        err_set(err, "%s", s->reason);
    else if (*line == '$')
        explain_directive(s, line, word, err);
    else if (ends_too_early(s, word))
        err_set(err, "the record ends too early, after \"%s\"", shown);
    else if (!s->in_parentheses && is_in_head(s, line, word))
        explain_head(word, err);
    else
        err_set(err, "%s at \"%s\"", s->reason, shown);
}

/* The next parenthesis `wanted` from `p` on that is neither quoted nor in a comment, or NULL. */
static const char *next_parenthesis(const char *p, const char *end, char wanted)
{
    bool quoted = false, comment = false;
    for (; p < end; p++) {
        if (comment)
            comment = *p != '\n';
        else if (*p == '\\')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (*p == ';')
            comment = !quoted;
        else if (*p == wanted && !quoted)
            return p;
    }
    return NULL;
}

const char *explain_close_parenthesis(const char *from, const char *end)
{
    return next_parenthesis(from, end, ')');
}

uint64_t explain_open_parenthesis(const char *text, const char *end)
{
    uint64_t line = 1;
    const char *opened = text, *p = text;
    while ((p = next_parenthesis(p, end, '(')))
        opened = p++;
    while ((text = memchr(text, '\n', (size_t)(opened - text)))) {
        line++;
        text++;
    }
    return line;
}
