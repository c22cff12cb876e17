/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff.c - the longest common subsequence of lines, by the textbook's table: configurations have
 * hundreds of lines, not millions. What is the same at both ends is left out of the table. */
#include "anycastctl/cli/diff.h"

#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3, TABLE_MAX = 16 * 1024 * 1024 };

struct line {
    const char *text;
    size_t length;
};

struct lines {
    size_t count;
    struct line *items;
};

/* One line of the result: ' ' in both, '-' in a only, '+' in b only. */
struct edit {
    char kind;
    struct line line;
    size_t at_a, at_b; /* lines before it */
};

struct script {
    size_t count;
    struct edit *edits;
};

static struct lines split(const char *text)
{
    struct lines lines = { 0 };
    size_t room = 1;
    for (const char *at = text; at && *at; at++)
        room += *at == '\n';
    lines.items = mem_calloc(room, sizeof *lines.items);
    while (text && *text) {
        size_t length = strcspn(text, "\n");
        lines.items[lines.count++] = (struct line){ text, length };
        text += length + (text[length] == '\n');
    }
    return lines;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void add(struct script *script, char kind, const struct line *line, size_t at_a, size_t at_b)
{
    script->edits[script->count++] = (struct edit){ kind, *line, at_a, at_b };
}

/* The part [from, to_a) of a and [from, to_b) of b, which differs at both of its ends. */
struct middle {
    size_t from, to_a, to_b;
};

static struct middle find_middle(const struct lines *a, const struct lines *b)
{
    struct middle m = { 0, a->count, b->count };
    while (m.from < m.to_a && m.from < m.to_b && same(&a->items[m.from], &b->items[m.from]))
        m.from++;
    while (m.to_a > m.from && m.to_b > m.from &&
           same(&a->items[m.to_a - 1], &b->items[m.to_b - 1])) {
        m.to_a--;
        m.to_b--;
    }
    return m;
}

/* length[i][j]: of the longest common subsequence of what follows. NULL: too large. */
static uint32_t *fill_table(const struct lines *a, const struct lines *b, const struct middle *m)
{
    const size_t rows = m->to_a - m->from, columns = m->to_b - m->from, width = columns + 1;
    if ((rows + 1) > TABLE_MAX / width)
        return NULL;
    uint32_t *length = mem_calloc((rows + 1) * width, sizeof *length);
    for (size_t i = rows; i-- > 0;)
        for (size_t j = columns; j-- > 0;) {
            const uint32_t down = length[(i + 1) * width + j], right = length[i * width + j + 1];
            length[i * width + j] = same(&a->items[m->from + i], &b->items[m->from + j])
                                        ? length[(i + 1) * width + j + 1] + 1
                                    : down > right ? down
                                                   : right;
        }
    return length;
}

static void walk(const struct lines *a, const struct lines *b, const struct middle *m,
                 struct script *script)
{
    const size_t width = m->to_b - m->from + 1;
    uint32_t *length = fill_table(a, b, m);
    size_t i = m->from, j = i;
    while (i < m->to_a || j < m->to_b) {
        const uint32_t *here = length ? &length[(i - m->from) * width + (j - m->from)] : NULL;
        if (here && i < m->to_a && j < m->to_b && same(&a->items[i], &b->items[j])) {
            add(script, ' ', &a->items[i], i, j);
            i++, j++;
        } else if (i < m->to_a && (!here || j == m->to_b || here[width] >= here[1])) {
            add(script, '-', &a->items[i], i, j);
            i++;
        } else {
            add(script, '+', &b->items[j], i, j);
            j++;
        }
    }
    free(length);
}

static struct script compare(const struct lines *a, const struct lines *b)
{
    struct script script = { 0, mem_calloc(a->count + b->count, sizeof *script.edits) };
    const struct middle m = find_middle(a, b);
    for (size_t i = 0; i < m.from; i++)
        add(&script, ' ', &a->items[i], i, i);
    walk(a, b, &m, &script);
    for (size_t i = m.to_a; i < a->count; i++)
        add(&script, ' ', &a->items[i], i, i - m.to_a + m.to_b);
    return script;
}

/* ---- hunks ---- */

/* The end of the hunk around a change: where more than twice the context is the same, or all ends.
 */
static size_t hunk_end(const struct script *script, size_t change)
{
    size_t last = change;
    for (size_t i = change; i < script->count && i - last <= (size_t)2 * CONTEXT + 1; i++)
        if (script->edits[i].kind != ' ')
            last = i;
    return last + CONTEXT + 1 < script->count ? last + CONTEXT + 1 : script->count;
}

/* "12,3": the first line, and how many; of none, the one before. */
static void print_range(FILE *out, char sign, size_t before, size_t count)
{
    fprintf(out, "%c%zu,%zu ", sign, count ? before + 1 : before, count);
}

static void print_hunk(FILE *out, const struct script *script, size_t from, size_t to)
{
    size_t count_a = 0, count_b = 0;
    for (size_t i = from; i < to; i++) {
        count_a += script->edits[i].kind != '+';
        count_b += script->edits[i].kind != '-';
    }
    fputs("@@ ", out);
    print_range(out, '-', script->edits[from].at_a, count_a);
    print_range(out, '+', script->edits[from].at_b, count_b);
    fputs("@@\n", out);
    for (size_t i = from; i < to; i++)
        fprintf(out, "%c%.*s\n", script->edits[i].kind, (int)script->edits[i].line.length,
                script->edits[i].line.text);
}

static bool print_script(FILE *out, const struct script *script, const char *name_a,
                         const char *name_b)
{
    bool any = false;
    for (size_t i = 0; i < script->count;) {
        if (script->edits[i].kind == ' ') {
            i++;
            continue;
        }
        if (!any)
            fprintf(out, "--- %s\n+++ %s\n", name_a, name_b);
        any = true;
        const size_t end = hunk_end(script, i);
        print_hunk(out, script, i > CONTEXT ? i - CONTEXT : 0, end);
        i = end;
    }
    return any;
}

bool diff_texts(FILE *out, const char *name_a, const char *a, const char *name_b, const char *b)
{
    struct lines lines_a = split(a), lines_b = split(b);
    struct script script = compare(&lines_a, &lines_b);
    bool any = print_script(out, &script, a ? name_a : "/dev/null", b ? name_b : "/dev/null");
    free(script.edits);
    free(lines_a.items);
    free(lines_b.items);
    return any;
}
