/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cause.c - the cause table. */
#include "anycastctl/model/cause.h"

static const struct {
    const char *name;
    enum cause_class class;
    const char *text;
} causes[CAUSE_COUNT] = {
#define CAUSE_ROW(id, name, class, text) [id] = { name, class, text },
    CAUSES(CAUSE_ROW)
#undef CAUSE_ROW
};

static const char *const class_names[] = {
#define CAUSE_CLASS_ROW(id, name) [id] = name,
    CAUSE_CLASSES(CAUSE_CLASS_ROW)
#undef CAUSE_CLASS_ROW
};

const char *cause_name(enum cause cause)
{
    return causes[cause].name;
}

const char *cause_text(enum cause cause)
{
    return causes[cause].text;
}

enum cause_class cause_class(enum cause cause)
{
    return causes[cause].class;
}

const char *cause_class_name(enum cause_class class)
{
    return class_names[class];
}

bool cause_is_worse(enum cause a, enum cause b)
{
    static const int weights[] = {
        [CLASS_GOOD] = 0,    [CLASS_ALARM] = 1, [CLASS_SOFT] = 2,
        [CLASS_UNKNOWN] = 3, [CLASS_WRONG] = 4, [CLASS_FATAL] = 5,
    };
    const int of_a = weights[cause_class(a)], of_b = weights[cause_class(b)];
    return of_a != of_b ? of_a > of_b : a > b;
}
