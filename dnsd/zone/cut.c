/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cut.c - finds where a record begins. Knows what goes over several lines: quotes, parentheses, an
 * escaped line's end; hides that most texts have none of them, and are read from their end. */
#include "dnsd/zone/cut.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Not a blank, which stands for the owner before, nor what is no owner. */
static bool begins_owner(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("@*_-.\\", c));
}

static bool is_plain(const char *text, size_t len)
{
    return !memchr(text, '(', len) && !memchr(text, '"', len) && !memchr(text, '\\', len);
}

static size_t cut_plain(const char *text, size_t len)
{
    const char *newline;
    for (size_t left = len - 1; (newline = memrchr(text, '\n', left));
         left = (size_t)(newline - text))
        if (begins_owner(newline[1]))
            return (size_t)(newline + 1 - text);
    return 0;
}

static const char *line_end(const char *p, const char *end)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    return newline ? newline : end;
}

/* Bytes that mean something. */
static const bool special[256] = {
    ['"'] = true,  ['('] = true,  [')'] = true, [';'] = true,
    ['\\'] = true, ['\n'] = true, ['$'] = true,
};

static size_t cut_after_all(const char *text, size_t len)
{
    const char *end = text + len, *last = text;
    bool quoted = false, open = false;
    for (const char *p = text; p < end; p++) {
        if (!special[(unsigned char)*p])
            continue;
        if (*p == '\\')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (*p == ';' || (*p == '$' && (p == text || p[-1] == '\n')))
            p = line_end(p, end) - 1;
        else if (*p == '(' || *p == ')')
            open = *p == '(';
        else if (*p == '\n' && !open && p + 1 < end && begins_owner(p[1]))
            last = p + 1;
    }
    return (size_t)(last - text);
}

size_t cut(const char *text, size_t len)
{
    return is_plain(text, len) ? cut_plain(text, len) : cut_after_all(text, len);
}
