/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean.c - the text of a master file before it is scanned. Knows quotes, comments and escapes;
 * hides that most files need no change, and are only searched for the bytes that could. */
#include "dnsd/zone/clean.h"

#include "common/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t drop_mark_and_cr(char *text, size_t len)
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

static const char *line_end(const char *p, const char *end)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    return newline ? newline : end;
}

/* A byte of the text that is neither escaped nor in a comment, nor in a line of a directive. */
struct place {
    const char *start, *end; /* of the text */
    const char *at;          /* `end`: behind the last one */
    bool quoted;
};

static bool begins_directive(const struct place *place)
{
    return *place->at == '$' && (place->at == place->start || place->at[-1] == '\n');
}

/* Passes over what has no meaning here. */
static void settle(struct place *place)
{
    while (place->at < place->end && !place->quoted &&
           (*place->at == ';' || begins_directive(place)))
        place->at = line_end(place->at, place->end);
}

static struct place place_first(const char *start, const char *end)
{
    struct place place = { .start = start, .end = end, .at = start };
    settle(&place);
    return place;
}

static void place_next(struct place *place)
{
    if (*place->at == '\\' && place->end - place->at > 1)
        place->at++;
    else if (*place->at == '"')
        place->quoted = !place->quoted;
    place->at++;
    settle(place);
}

static bool is_behind_word(const char *start, const char *paren)
{
    return paren > start && !strchr(" \t\n()", paren[-1]);
}

/* Whether there is a parenthesis that could be glued to a word; quickly, and not exactly. */
static bool may_be_glued(const char *text, const char *end, char parenthesis)
{
    const char *p = text;
    while (p < end && (p = memchr(p, parenthesis, (size_t)(end - p))))
        if (is_behind_word(text, p++))
            return true;
    return false;
}

static void find_glued(struct place *place)
{
    while (place->at < place->end && (place->quoted || (*place->at != '(' && *place->at != ')') ||
                                      !is_behind_word(place->start, place->at)))
        place_next(place);
}

static size_t count_glued(const char *text, const char *end)
{
    size_t count = 0;
    struct place place = place_first(text, end);
    for (find_glued(&place); place.at < end; find_glued(&place)) {
        count++;
        place_next(&place);
    }
    return count;
}

/* A copy with a blank before each glued parenthesis. */
static char *copy_apart(const char *text, const char *end, size_t count)
{
    char *copy = mem_alloc((size_t)(end - text) + count), *to = copy;
    struct place place = place_first(text, end);
    const char *from = text;
    for (find_glued(&place); place.at < end; find_glued(&place)) {
        memcpy(to, from, (size_t)(place.at - from));
        to += place.at - from;
        *to++ = ' ';
        from = place.at;
        place_next(&place);
    }
    memcpy(to, from, (size_t)(end - from));
    return copy;
}

char *clean(char *text, size_t *len)
{
    *len = drop_mark_and_cr(text, *len);
    const char *end = text + *len;
    if (!may_be_glued(text, end, '(') && !may_be_glued(text, end, ')'))
        return text;
    const size_t count = count_glued(text, end);
    if (count == 0)
        return text;
    char *apart = copy_apart(text, end, count);
    free(text);
    *len += count;
    return apart;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_bad_escape(const char *p, const char *end)
{
    return end - p >= 4 && is_digit(p[1]) && is_digit(p[2]) && is_digit(p[3]) &&
           memcmp(p + 1, "255", 3) > 0;
}

const char *clean_bad_escape(const char *text, const char *end)
{
    if (text == end || !memchr(text, '\\', (size_t)(end - text)))
        return NULL;
    for (struct place place = place_first(text, end); place.at < end; place_next(&place))
        if (*place.at == '\\' && is_bad_escape(place.at, end))
            return place.at;
    return NULL;
}
