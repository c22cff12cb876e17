/* SPDX-License-Identifier: GPL-3.0-or-later */
/* casefile.c - the reader of case files. Knows the lines; hides that zones are loaded later. */
#include "tests/unit/casefile.h"

#include "tests/unit/zonetext.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct casefile *file;
    FILE *in;
    const char *path;
    char *line; /* the current one, without its end */
    size_t cap;
    unsigned number;
};

static int broken(const struct reading *reading, struct err *err, const char *what)
{
    return err_set(err, "%s:%u: %s: %s", reading->path, reading->number, reading->line, what);
}

static bool next_line(struct reading *reading)
{
    if (getline(&reading->line, &reading->cap, reading->in) < 0)
        return false;
    reading->number++;
    reading->line[strcspn(reading->line, "\n")] = '\0';
    return true;
}

/* Lines up to one that equals `end`, or the end of the file where `end` is empty, as one text;
 * NULL: there is no such end. */
static char *read_text(struct reading *reading, const char *end)
{
    char *text = NULL;
    size_t size = 0;
    bool ended = false;
    FILE *out = open_memstream(&text, &size);
    while (!ended && next_line(reading)) {
        ended = strcmp(reading->line, end) == 0;
        if (!ended)
            fprintf(out, "%s\n", reading->line);
    }
    fclose(out);
    if (ended || *end == '\0')
        return text;
    free(text);
    return NULL;
}

static enum report_zone_state state_of(const char *word)
{
    enum report_zone_state state = 0;
    while (state < REPORT_ZONE_STATE_COUNT && strcmp(word, report_zone_state_name(state)) != 0)
        state++;
    return strcmp(word, "missing") == 0 ? ZONE_FAILED : state;
}

/* After cases, a zone begins a new set. */
static void add_zone(struct casefile *file)
{
    size_t cases = file->case_count;
    if (cases && file->cases[cases - 1].set.to == file->zone_count)
        file->set.from = file->zone_count;
    file->set.to = ++file->zone_count;
}

static int read_zone(struct reading *reading, struct err *err)
{
    char name[DNAME_TEXT_MAX], word[16] = "";
    if (reading->file->zone_count == CASEFILE_ZONES_MAX)
        return broken(reading, err, "too many zones");
    struct casefile_zone *zone = &reading->file->zones[reading->file->zone_count];
    if (sscanf(reading->line, "zone %1008s %15s", name, word) < 1 ||
        dname_from_text(name, &zone->apex, NULL))
        return broken(reading, err, "\"zone NAME\" is expected");
    add_zone(reading->file);
    zone->state = *word ? state_of(word) : ZONE_SERVING;
    if (zone->state == REPORT_ZONE_STATE_COUNT)
        return broken(reading, err, "behind its name, a zone's state is expected");
    if (zone->state == ZONE_FAILED || zone->state == ZONE_EXPIRED)
        return 0;
    zone->text = read_text(reading, "end");
    return zone->text ? 0 : broken(reading, err, "a zone without \"end\"");
}

static int read_transfer(struct reading *reading, struct err *err)
{
    char name[DNAME_TEXT_MAX], prefix[64];
    struct dname apex;
    if (sscanf(reading->line, "transfer %1008s %63s", name, prefix) != 2 ||
        dname_from_text(name, &apex, NULL))
        return broken(reading, err, "\"transfer ZONE PREFIX\" is expected");
    const struct casefile_set set = reading->file->set;
    for (size_t i = set.from; i < set.to; i++) {
        struct casefile_zone *zone = &reading->file->zones[i];
        if (!dname_equal(zone->apex.wire, apex.wire))
            continue;
        zone->has_transferee = true;
        return prefix_parse(prefix, &zone->transferee, err);
    }
    return broken(reading, err, "no such zone above");
}

/* Titles go into XML as they are. */
static int read_case(struct reading *reading, struct err *err)
{
    const char *title = reading->line + strlen("case ");
    if (reading->file->case_count == CASEFILE_CASES_MAX)
        return broken(reading, err, "too many cases");
    if (strpbrk(title, "<>&\"") || *title == '\0')
        return broken(reading, err, "a title is wanted, without < > & \"");
    struct casefile_case *one = &reading->file->cases[reading->file->case_count++];
    one->set = reading->file->set;
    one->title = strdup(title);
    if (!next_line(reading) || strncmp(reading->line, "> ", 2) != 0)
        return broken(reading, err, "\"> QUERY\" is expected");
    one->question = strdup(reading->line + 2);
    one->reply = read_text(reading, "");
    return *one->reply ? 0 : broken(reading, err, "a reply is expected");
}

static int read_lines(struct reading *reading, struct err *err)
{
    int rc = 0;
    while (rc == 0 && next_line(reading)) {
        if (strncmp(reading->line, "zone ", 5) == 0)
            rc = read_zone(reading, err);
        else if (strncmp(reading->line, "transfer ", 9) == 0)
            rc = read_transfer(reading, err);
        else if (strncmp(reading->line, "case ", 5) == 0)
            rc = read_case(reading, err);
        else if (reading->line[0] && reading->line[0] != '#')
            rc = broken(reading, err, "not understood");
    }
    return rc;
}

int casefile_read(struct casefile *file, const char *path, struct err *err)
{
    char whole[4096];
    const char *source = getenv("PROXIMA_SRCDIR");
    snprintf(whole, sizeof(whole), "%s%s%s", source && *path != '/' ? source : "",
             source && *path != '/' ? "/" : "", path);
    struct reading reading = { .file = file, .path = path, .in = fopen(whole, "r") };
    if (!reading.in)
        return err_set(err, "%s: %s (PROXIMA_SRCDIR names the source folder)", whole,
                       strerror(errno));
    int rc = read_lines(&reading, err);
    fclose(reading.in);
    free(reading.line);
    return rc;
}

void casefile_free(struct casefile *file)
{
    for (size_t i = 0; i < file->zone_count; i++)
        free(file->zones[i].text);
    for (size_t i = 0; i < file->case_count; i++) {
        free(file->cases[i].title);
        free(file->cases[i].question);
        free(file->cases[i].reply);
    }
    *file = (struct casefile){ 0 };
}

const struct zone_set *casefile_zones(const struct casefile *file, struct casefile_set set)
{
    struct zone_entry entries[CASEFILE_ZONES_MAX] = { 0 };
    char name[DNAME_TEXT_MAX];
    const size_t count = set.to - set.from;
    for (size_t i = 0; i < count; i++) {
        const struct casefile_zone *from = &file->zones[set.from + i];
        dname_to_text(from->apex.wire, name);
        entries[i] = (struct zone_entry){
            .apex = from->apex.wire,
            .state = from->state,
            .zone = from->text ? zone_from_text(name, from->text) : NULL,
            .allow_transfer = &from->transferee,
            .allow_transfer_count = from->has_transferee,
        };
    }
    const struct zone_set *zones = zone_set_new(entries, count);
    for (size_t i = 0; i < count; i++)
        zone_release(entries[i].zone); /* the set has its own */
    return zones;
}
