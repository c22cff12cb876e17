/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline.c - what the event log says of a drill. Knows the names and fields of its events. */
#include "anycastctl/drill/timeline.h"

#include "common/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static int64_t at(const json_t *event)
{
    return json_integer_value(json_object_get(event, "mono_ns"));
}

static bool is(const json_t *event, const char *name)
{
    return strcmp(text(event, "event"), name) == 0;
}

static bool concerns(const json_t *event, const json_t *subject)
{
    return strcmp(text(event, "service"), text(subject, "service")) == 0 &&
           json_integer_value(json_object_get(event, "family")) ==
               json_integer_value(json_object_get(subject, "family"));
}

static double ms_since(int64_t later, int64_t earlier)
{
    return (double)(later - earlier) / 1e6;
}

/* The first event since `since` called `name` about `subject` whose `key` is `value`. */
static const json_t *find(const struct timeline *t, int64_t since, const char *name,
                          const json_t *subject, const char *key, const char *value)
{
    const json_t *event;
    size_t i;
    json_array_foreach(t->events, i, event)
        if (at(event) >= since && is(event, name) && concerns(event, subject) &&
            strcmp(text(event, key), value) == 0)
            return event;
    return NULL;
}

/* --- detect ----------------------------------------------------------------------------------- */

static bool is_bad_news(const json_t *event)
{
    if (is(event, "health"))
        return strcmp(text(event, "class"), "good") != 0;
    if (is(event, "level"))
        return strcmp(text(event, "to"), "normal") != 0;
    return is(event, "bird-down");
}

static double detected_ms(const struct timeline *t)
{
    const json_t *event;
    size_t i;
    json_array_foreach(t->events, i, event)
        if (at(event) >= t->begun_ns && is_bad_news(event))
            return ms_since(at(event), t->begun_ns);
    return NAN;
}

/* --- withdraw, restore ------------------------------------------------------------------------ */

/* When BIRD confirmed `level` for the last of all subjects. */
static double confirmed_ms(const struct timeline *t, int64_t since, const char *level)
{
    const json_t *subject;
    size_t i;
    double last = NAN;
    json_array_foreach(t->subjects, i, subject) {
        const json_t *event = find(t, since, "confirmed", subject, "level", level);
        if (!event)
            return NAN;
        last = fmax(last, ms_since(at(event), since));
    }
    return last;
}

bool timeline_withdrawn(const struct timeline *t)
{
    return !isnan(confirmed_ms(t, t->begun_ns, "withdrawn"));
}

bool timeline_changed(const struct timeline *t)
{
    const json_t *event;
    size_t i;
    json_array_foreach(t->events, i, event)
        if (at(event) >= t->begun_ns && is(event, "level"))
            return true;
    return false;
}

static bool has_changed(const struct timeline *t, const json_t *subject)
{
    const json_t *event;
    size_t i;
    json_array_foreach(t->events, i, event)
        if (at(event) >= t->begun_ns && is(event, "level") && concerns(event, subject))
            return true;
    return false;
}

/* The last of all subjects that changed is at normal again. */
static double restored_ms(const struct timeline *t)
{
    const json_t *subject;
    size_t i;
    double last = NAN;
    if (!t->over_ns)
        return NAN;
    json_array_foreach(t->subjects, i, subject) {
        if (!has_changed(t, subject))
            continue;
        const json_t *event = find(t, t->begun_ns, "confirmed", subject, "level", "normal");
        const json_t *after = find(t, t->over_ns, "confirmed", subject, "level", "normal");
        if (!event)
            return NAN;
        /* one that was back before the failure was over by our book needed no time */
        last = fmax(last, after ? ms_since(at(after), t->over_ns) : 0);
    }
    return last;
}

/* --- proof ------------------------------------------------------------------------------------ */

static double proven_after_ms(const json_t *proof)
{
    const json_t *step;
    size_t i;
    double last = NAN;
    json_array_foreach(json_object_get(proof, "steps"), i, step) {
        bool outside = strcmp(text(step, "step"), "export") == 0 ||
                       strcmp(text(step, "step"), "glass") == 0;
        if (outside && strcmp(text(step, "state"), "proven") == 0)
            last = fmax(last, json_number_value(json_object_get(step, "ms")));
        else if (outside && strcmp(text(step, "state"), "not_yet") == 0)
            return NAN;
    }
    return last;
}

/* A ladder's times count from the decision, which is the event "level" with the same change. */
static double proven_ms(const struct timeline *t)
{
    const json_t *subject;
    size_t i;
    double last = NAN;
    json_array_foreach(t->subjects, i, subject) {
        const json_t *level = find(t, t->begun_ns, "level", subject, "to", "withdrawn");
        const json_t *proof = find(t, t->begun_ns, "proof", subject, "to", "withdrawn");
        double after = proof ? proven_after_ms(proof) : NAN;
        if (!level || isnan(after))
            return NAN;
        last = fmax(last, ms_since(at(level), t->begun_ns) + after);
    }
    return last;
}

void timeline_measure(const struct timeline *t, struct figures *figures)
{
    figures->of[FIGURE_DETECT] = detected_ms(t);
    figures->of[FIGURE_WITHDRAW] = confirmed_ms(t, t->begun_ns, "withdrawn");
    figures->of[FIGURE_PROOF] = proven_ms(t);
    figures->of[FIGURE_RESTORE] = restored_ms(t);
}

/* --- in words --------------------------------------------------------------------------------- */

static char *words_about(const json_t *event, const char *what, const char *detail)
{
    json_int_t family = json_integer_value(json_object_get(event, "family"));
    return mem_printf("%s IPv%d: %s%s%s", text(event, "service"), (int)family, what,
                      *detail ? ": " : "", detail);
}

static char *words_level(const json_t *event)
{
    char *change = mem_printf("%s > %s", text(event, "from"), text(event, "to"));
    char *reason = mem_printf("%s, %s", text(event, "reason"), text(event, "cause"));
    char *words = words_about(event, change, reason);
    free(change);
    free(reason);
    return words;
}

static char *words_health(const json_t *event)
{
    char *what = mem_printf("health %s", text(event, "cause"));
    char *words = words_about(event, what, text(event, "evidence"));
    free(what);
    return words;
}

static char *words_confirmed(const json_t *event)
{
    char *what = mem_printf("BIRD confirms %s", text(event, "level"));
    char *words = words_about(event, what, "");
    free(what);
    return words;
}

static char *words_proof(const json_t *event)
{
    char *what = mem_printf("proof of %s: %s, %lld steps proven, %lld not", text(event, "to"),
                            text(event, "end"),
                            (long long)json_integer_value(json_object_get(event, "proven")),
                            (long long)json_integer_value(json_object_get(event, "unproven")));
    char *words = words_about(event, what, "");
    free(what);
    return words;
}

static char *words_detail(const json_t *event)
{
    const char *detail = text(event, "detail");
    return mem_printf("%s%s%s", text(event, "event"), *detail ? ": " : "", detail);
}

static char *words_order(const json_t *event)
{
    return mem_printf("%s: order %s", text(event, "service"), text(event, "order"));
}

char *timeline_words(const json_t *event)
{
    static const struct {
        const char *name;
        char *(*words)(const json_t *event);
    } table[] = {
        { "level", words_level },         { "health", words_health },
        { "confirmed", words_confirmed }, { "proof", words_proof },
        { "bird-down", words_detail },    { "bird-up", words_detail },
        { "start", words_detail },        { "stop", words_detail },
        { "order", words_order },         { "order-expired", words_order },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (is(event, table[i].name))
            return table[i].words(event);
    return NULL;
}
