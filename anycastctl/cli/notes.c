/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notes.c - gathers the notes of all rows, equal ones as one, and prints them. */
#include "anycastctl/cli/notes.h"

#include "anycastctl/cli/show.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

enum { FAMILIES_OF_ONE = 2 }; /* rows that one service has at the most */

/* ---- one note for all that it is about ---- */

/* `key` is what makes two notes the same one: the text without ages. Takes `text`. */
static void add(json_t *notes, const char *about, const char *key, char *text, enum show_colour as)
{
    json_t *note;
    size_t i;
    json_array_foreach(notes, i, note) {
        if (strcmp(get_text(note, "key"), key) != 0)
            continue;
        char *longer = mem_printf("%s, %s", get_text(note, "about"), about);
        json_object_set_new(note, "about", json_string(longer));
        json_object_set_new(note, "rows", json_integer(get_number(note, "rows") + 1));
        free(longer);
        free(text);
        return;
    }
    json_array_append_new(notes, json_pack("{s:s, s:s, s:s, s:i, s:i}", "about", about, "key", key,
                                           "text", text, "colour", (int)as, "rows", 1));
    free(text);
}

static void print(const json_t *notes, int64_t rows, bool colour)
{
    const json_t *note;
    size_t i;
    json_array_foreach(notes, i, note) {
        const bool all = rows > FAMILIES_OF_ONE && get_number(note, "rows") == rows;
        show_line(colour, (enum show_colour)get_number(note, "colour"), "  %s: %s",
                  all ? "all services" : get_text(note, "about"), get_text(note, "text"));
    }
}

/* ---- what there is to note ---- */

/* Healthy, and nothing to say of what comes next. */
static bool is_at_rest(const json_t *family)
{
    return strcmp(get_text(family, "reason"), "healthy") == 0;
}

static void add_health(json_t *notes, const char *about, const json_t *family)
{
    const char *text = get_text(family, "health.text");
    const char *evidence = get_text(family, "health.evidence");
    char age[SHOW_AGE_MAX];
    if (strcmp(get_text(family, "health.class"), "good") == 0)
        return;
    char *key = mem_printf("%s: %s", text, evidence);
    show_age(get_number(family, "health.age_ms"), age);
    add(notes, about, key, mem_printf("%s for %s: %s", text, age, evidence), SHOW_PLAIN);
    free(key);
}

/* Evidence, trouble, what comes next. */
static void add_family(json_t *notes, const char *service, const json_t *family)
{
    const char *problem = get_text(family, "problem"), *outlook = get_text(family, "outlook");
    char *about = mem_printf("%s IPv%d", service, (int)get_number(family, "family"));
    add_health(notes, about, family);
    if (*problem)
        add(notes, about, problem, mem_strdup(problem), SHOW_BAD);
    if (*outlook && !is_at_rest(family))
        add(notes, about, outlook, mem_strdup(outlook), SHOW_PLAIN);
    free(about);
}

/* What an intent is in words. */
static const char *intent_words(const char *intent)
{
    static const char *const table[][2] = { { "forced", "to announce" },
                                            { "drain", "to drain" },
                                            { "withdrawn", "to withdraw" } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i][0], intent) == 0)
            return table[i][1];
    return intent;
}

static void print_order(const json_t *service, bool colour)
{
    char age[SHOW_AGE_MAX], left[SHOW_AGE_MAX];
    const char *intent = get_text(service, "order.intent");
    const char *reason = get_text(service, "order.reason");
    int64_t left_ms = get_number(service, "order.left_ms");
    if (strcmp(intent, "auto") == 0)
        return;
    show_line(colour, SHOW_DOUBTFUL, "  %s: ordered %s%s by %s, %s ago%s%s, %s%s%s",
              get_text(service, "name"), intent_words(intent),
              get_bool(service, "order.force") ? " with force" : "", get_text(service, "order.by"),
              show_age(get_number(service, "order.age_ms"), age), *reason ? ": " : "", reason,
              left_ms < 0 ? "until resumed" : "ends in ",
              left_ms < 0 ? "" : show_age(left_ms, left),
              left_ms < 0 ? " (anycastctl resume)" : "");
}

void notes_print(const json_t *status, bool colour)
{
    const json_t *service, *family, *alarm;
    json_t *notes = json_array();
    int64_t rows = 0;
    size_t i, j;
    json_array_foreach(get(status, "services"), i, service) {
        print_order(service, colour);
        json_array_foreach(get(service, "families"), j, family) {
            add_family(notes, get_text(service, "name"), family);
            rows++;
        }
    }
    print(notes, rows, colour);
    json_decref(notes);
    json_array_foreach(get(status, "alarms"), i, alarm)
        show_line(colour, SHOW_BAD, "  ALARM: %s", json_string_value(alarm));
}
