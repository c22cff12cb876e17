/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.c - all that is known of one change: why it was decided, and each step of its proof.
 * Older ones are in the event log, which is read here, not by the daemon. */
#include "anycastctl/cli/change.h"

#include "anycastctl/cli/eventlog.h"
#include "anycastctl/cli/show.h"
#include "common/ctl.h"
#include "common/level.h"

#include <errno.h>
#include <inttypes.h>
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

static const json_t *find_event(const json_t *events, const char *name)
{
    const json_t *found = NULL, *event;
    size_t i;
    json_array_foreach(events, i, event) {
        if (strcmp(get_text(event, "event"), name) == 0)
            found = event;
    }
    return found;
}

/* What the daemon has; where it is not there, nothing but its log's path. New. */
static json_t *ask_daemon(const struct cli *cli, int64_t change)
{
    struct err err;
    json_t *request = json_pack("{s:s, s:I}", "cmd", "history", "change", (json_int_t)change);
    json_t *reply = ctl_call("anycastd", cli->socket, request, CALL_TIMEOUT_MS, &err);
    if (reply)
        return reply;
    char *path = eventlog_without_daemon(cli, &err);
    reply = json_pack("{s:[], s:s}", "events", "event_log", path);
    free(path);
    return reply;
}

/* What the daemon has, completed from the log. New, or NULL with the error. */
static json_t *find_change(const struct cli *cli, int64_t change, struct err *err)
{
    json_t *reply = ask_daemon(cli, change);
    json_t *events = json_object_get(reply, "events");
    if (!find_event(events, "level")) {
        json_array_clear(events);
        if (eventlog_change(get_text(reply, "event_log"), change, events, err) < 0) {
            json_decref(reply);
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
        table_cell(table, SHOW_PLAIN, "  own query rate %s%s", falls ? "fell" : "rose",
                   strcmp(get_text(step, "of"), "node") == 0 ? " (the whole node's)" : "");
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
    json_array_foreach(get(proof, "steps"), i, step) {
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
        return cli_trouble(&err);
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
