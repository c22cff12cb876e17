/* SPDX-License-Identifier: GPL-3.0-or-later */
/* origin.c - $ORIGIN and $INCLUDE lines. Knows how a relative name is completed; hides the words of
 * the line. What the scanner takes in parentheses is not understood here. */
#include "dnsd/zone/origin.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

/* Behind a word, which may be quoted; what is escaped is part of it. */
static const char *skip_word(const char *p, const char *end)
{
    const bool quoted = p < end && *p == '"';
    for (p += quoted; p < end && (quoted ? *p != '"' : !strchr(" \t\n;", *p)); p++)
        if (*p == '\\' && p + 1 < end)
            p++;
    return p < end ? p + quoted : end;
}

/* The bytes that the scanner takes in a name, too; others are to be escaped. */
static bool is_plain(const char *name)
{
    for (; *name; name++)
        if (*name == '\\' && name[1])
            name++;
        else if (!isalnum((unsigned char)*name) && !strchr(".-_/*", *name))
            return false;
    return true;
}

static bool is_absolute(const char *name)
{
    const size_t len = strlen(name);
    return len && name[len - 1] == '.' && (len == 1 || name[len - 2] != '\\');
}

static int complete(struct dname *origin, const char *text)
{
    struct dname name;
    if (strcmp(text, "@") == 0)
        return 0;
    if (!is_plain(text) || dname_from_text(text, &name, NULL))
        return -1;
    if (!is_absolute(text)) {
        const size_t labels = name.len - 1u;
        if (labels + origin->len > DNAME_MAX)
            return -1;
        memcpy(name.wire + labels, origin->wire, origin->len);
        name.len = (uint8_t)(labels + origin->len);
    }
    *origin = name;
    return 0;
}

/* The name is all that `line` holds; a blank stands before it. */
static int apply(struct dname *origin, const char *line, const char *end)
{
    char text[DNAME_TEXT_MAX];
    const char *start = skip_blanks(line, end), *stop = skip_word(start, end);
    const char *rest = skip_blanks(stop, end);
    const size_t len = (size_t)(stop - start);
    if (start == line || len == 0 || len >= sizeof text || (rest < end && *rest != ';'))
        return -1;
    memcpy(text, start, len);
    text[len] = '\0';
    return strlen(text) == len ? complete(origin, text) : -1;
}

int origin_follow(struct dname *origin, const char *from, const char *end)
{
    static const char directive[] = "$ORIGIN";
    const size_t len = sizeof directive - 1;
    while (from < end) {
        const char *newline = memchr(from, '\n', (size_t)(end - from));
        const char *line_end = newline ? newline : end;
        if ((size_t)(line_end - from) >= len && strncasecmp(from, directive, len) == 0 &&
            apply(origin, from + len, line_end))
            return -1;
        from = newline ? newline + 1 : end;
    }
    return 0;
}

int origin_of_include(struct dname *origin, const char *line, const char *end)
{
    const char *file = skip_blanks(skip_word(line, end), end);
    return apply(origin, skip_word(file, end), end);
}
