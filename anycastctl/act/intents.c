/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intents.c - the difference between the intent folder and what shall be in it. */
#include "anycastctl/act/intents.h"

#include "bird/intent.h"

#include <string.h>

/* What BIRD's configuration may have besides ours: enough to clear a folder in a few rounds. */
enum { FILES_MAX = 2 * INTENTS_MAX };

struct files {
    size_t count;
    struct bird_name name[FILES_MAX];
};

static bool same(const struct bird_name *a, const struct bird_name *b)
{
    return a->level == b->level && a->family == b->family && strcmp(a->service, b->service) == 0;
}

static bool has_rule(const struct intents *intents, const struct bird_name *name)
{
    for (size_t i = 0; i < intents->count; i++)
        if (same(&intents->rule[i].name, name))
            return true;
    return false;
}

static bool has_file(const struct files *files, const struct bird_name *name)
{
    for (size_t i = 0; i < files->count; i++)
        if (same(&files->name[i], name))
            return true;
    return false;
}

static int make(const char *dir, const struct bird_name *name, struct err *err)
{
    return bird_intent_prepare(dir, err) < 0 ? -1 : bird_intent_set(dir, name, err);
}

int intents_sync(const char *dir, const struct intents *intents, struct err *err)
{
    struct files files;
    int found = bird_intent_read(dir, files.name, FILES_MAX, err);
    if (found < 0)
        return -1;
    files.count = found < FILES_MAX ? (size_t)found : FILES_MAX;

    int changed = 0, failed = 0;
    for (size_t i = 0; i < files.count; i++) {
        if (has_rule(intents, &files.name[i]))
            continue;
        failed |= bird_intent_clear(dir, &files.name[i], err);
        changed++;
    }
    for (size_t i = 0; i < intents->count; i++) {
        const struct intent_rule *rule = &intents->rule[i];
        if (!rule->required || has_file(&files, &rule->name))
            continue;
        failed |= make(dir, &rule->name, err);
        changed++;
    }
    return failed ? -1 : changed;
}
