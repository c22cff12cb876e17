/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nearest.c - mistyped names. Knows the distance of two words. */
#include "common/nearest.h"

#include <string.h>

enum {
    LONGEST = 40, /* longer names are near to none */
};

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* How many insertions, deletions and replacements make `a` of `b` (Levenshtein). */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[LONGEST + 1]; /* row[j]: from the first i bytes of `a` to the first j of `b` */
    size_t len = strlen(b);
    for (unsigned j = 0; j <= len; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= len; j++) {
            unsigned replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least_of(replaced, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[len];
}

/* More than a third of the letters wrong is no typing mistake; two letters swapped count as two. */
struct nearest nearest_to(const char *name)
{
    return (struct nearest){ .name = name, .least = (unsigned)strlen(name) / 3 + 2 };
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    if (strlen(nearest->name) > LONGEST || strlen(candidate) > LONGEST)
        return;
    unsigned d = distance(nearest->name, candidate);
    if (d < nearest->least) {
        nearest->least = d;
        nearest->best = candidate;
    }
}
