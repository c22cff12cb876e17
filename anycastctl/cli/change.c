/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.c - all that is known of one change: why it was decided, and each step of its proof.
 * Knows where older ones are: in the event log, which is read here, not by the daemon. */
#include "anycastctl/cli/change.h"

#include "anycastctl/cli/show.h"
#include "common/level.h"
#include "common/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding it ---- */

static int parse_number(const char *text, int64_t *out, struct err *err)
{
    const char *digits = text[0] == '#' ? text + 1 : text;
    char *end;
    errno = 0;
    long long n = strtoll(digits, &end, 10);
    if (*end || end == digits || n < 1 || errno)
        return err_set(err,
                       "history %s: must be the number of a change, as `anycastctl history` "
                       "shows them: #12",
                       text);
    *out = n;
    return 0;
}

static void take_line(json_t *events, const char *line, int64_t change)
{
    json_t *event = strstr(line, "\"change\":") ? json_loads(line, 0, NULL) : NULL;
    if (event && get_number(event, "change") == change)
        json_array_append(events, event);
    json_decref(event);
}

static int read_log(const char *path, int64_t change, json_t *events, struct err *err)
{
    FILE *log = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    if (!log)
        return err_sys(err, "change %" PRId64 " is older than what anycastd remembers: %s", change,
                       path);
    while (getline(&line, &size, log) > 0)
        take_line(events, line, change);
    free(line);
    fclose(log);
    return 0;
}

/* Behind the log itself, the one that logrotate has put aside last. */
static int read_logs(const char *path, int64_t change, json_t *events, struct err *err)
{
    struct err ignored;
    if (read_log(path, change, events, err) < 0)
        return -1;
    if (json_array_size(events) > 0)
        return 0;
    char *rotated = mem_printf("%s.1", path);
    read_log(rotated, change, events, &ignored);
    free(rotated);
    if (json_array_size(events) == 0)
        return err_set(err, "no change %" PRId64 " is known, nor in %s: see anycastctl history",
                       change, path);
    return 0;
}

static const json_t *find_event(const json_t *events, const char *name)
{
    const json_t *found = NULL, *event;
    size_t i;
    json_array_foreach(events, i, event)
    {
        if (strcmp(get_text(event, "event"), name) == 0)
            found = event;
    }
    return found;
}

/* What the daemon has, completed from the log. New, or NULL with the error. */
static json_t *find_change(const struct cli *cli, int64_t change, struct err *err)
{
    json_t *reply = cli_ask_anycastd(
        cli, json_pack("{s:s, s:I}", "cmd", "history", "change", (json_int_t)change));
    if (!reply)
        return NULL;
    json_t *events = json_object_get(reply, "events");
    if (!find_event(events, "level")) {
        json_array_clear(events);
        if (read_logs(get_text(reply, "event_log"), change, events, err) < 0) {
            json_decref(reply);
            cli_trouble(err);
            return NULL;
        }
    }
    if (!json_is_object(get(reply, "proof"))) {
        const json_t *proof = find_event(events, "proof");
        if (proof)
            json_object_set(reply, "proof", (json_t *)proof);
    }
    json_object_del(reply, "event_log");
    json_object_del(reply, "ok");
    return reply;
}

/* ---- showing it ---- */

static void print_why(const struct cli *cli, const json_t *level)
{
    const char *by = get_text(level, "by"), *evidence = get_text(level, "evidence");
    show_line(cli->colour, SHOW_BOLD, "Change %" PRId64 ": %s IPv%d, %s > %s",
              get_number(level, "change"), get_text(level, "service"),
              (int)get_number(level, "family"), get_text(level, "from"), get_text(level, "to"));
    show_line(cli->colour, SHOW_PLAIN, "  at %s, %s: %s%s%s", get_text(level, "time"),
              get_text(level, "reason"), get_text(level, "cause"), *evidence ? ", " : "", evidence);
    if (*by)
        show_line(cli->colour, SHOW_PLAIN, "  order %s by %s: %s", get_text(level, "order"), by,
                  get_text(level, "order_reason"));
}

/* A step in words: what it shows of this change. */
static void cell_step(struct table *table, const json_t *step, bool gone, bool falls)
{
    const char *kind = get_text(step, "step"), *name = get_text(step, "name");
    if (strcmp(kind, "decided") == 0)
        table_cell(table, SHOW_PLAIN, "  decided");
    else if (strcmp(kind, "replied") == 0)
        table_cell(table, SHOW_PLAIN, "  BIRD has taken the command");
    else if (strcmp(kind, "read_back") == 0)
        table_cell(table, SHOW_PLAIN, "  BIRD's protocols are read back");
    else if (strcmp(kind, "export") == 0)
        table_cell(table, SHOW_PLAIN, "  %s the export%s%s", gone ? "gone from" : "in",
                   *name ? " to " : "", name);
    else if (strcmp(kind, "glass") == 0)
        table_cell(table, SHOW_PLAIN, "  looking glass%s%s %s", *name ? " " : "", name,
                   gone ? "sees it no more" : "sees it");
    else
        table_cell(table, SHOW_PLAIN, "  own query rate %s", falls ? "fell" : "rose");
}

static void cell_proof(struct table *table, const json_t *step)
{
    const char *state = get_text(step, "state"), *why = get_text(step, "why");
    const double ms = json_number_value(get(step, "ms"));
    if (strcmp(state, "proven") == 0)
        table_cell(table, SHOW_GOOD, ms < 1000 ? "%.1f ms" : "%.0f ms", ms);
    else
        table_cell(table, SHOW_DOUBTFUL, "%s%s%s",
                   strcmp(state, "unproven") == 0 ? "unproven" : "not yet", *why ? ": " : "", why);
}

static void print_proof(const struct cli *cli, const json_t *proof)
{
    enum level from = LEVEL_NORMAL, to = LEVEL_WITHDRAWN;
    level_parse(get_text(proof, "from"), &from);
    level_parse(get_text(proof, "to"), &to);
    struct table *table = table_new(2);
    const json_t *step;
    size_t i;
    json_array_foreach(get(proof, "steps"), i, step)
    {
        cell_step(table, step, to == LEVEL_WITHDRAWN, to < from);
        cell_proof(table, step);
    }
    table_print(table, cli->colour);
    show_line(cli->colour, SHOW_PLAIN, "  %s: %d proven, %d unproven", get_text(proof, "end"),
              (int)get_number(proof, "proven"), (int)get_number(proof, "unproven"));
}

int show_change(const struct cli *cli, const char *number)
{
    struct err err;
    int64_t change = 0;
    if (parse_number(number, &change, &err) < 0)
        return cli_trouble(&err);
    json_t *found = find_change(cli, change, &err);
    if (!found)
        return EXIT_TROUBLE;
    if (cli->json) {
        show_json(found);
    } else {
        const json_t *level = find_event(get(found, "events"), "level");
        print_why(cli, level ? level : get(found, "proof"));
        if (json_is_object(get(found, "proof")))
            print_proof(cli, get(found, "proof"));
        else
            show_line(cli->colour, SHOW_DOUBTFUL, "  no proof of it was recorded");
    }
    json_decref(found);
    return EXIT_HEALTHY;
}
