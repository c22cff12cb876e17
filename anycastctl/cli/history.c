/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.c - the last events of the node, one line each; change.c has all of one change. */
#include "anycastctl/cli/change.h"
#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/eventlog.h"
#include "anycastctl/cli/show.h"

#include "common/ctl.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_DEFAULT = 20 };

/* What is said in columns of its own, or to machines only. */
static bool has_column(const char *key)
{
    static const char *const keys[] = { "time",   "mono_ns", "node", "event",  "service",
                                        "family", "from",    "to",   "change", "steps" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* The rest of an event as key=value, so that nothing recorded is hidden. New memory. */
static char *remaining(const json_t *event)
{
    const char *key;
    json_t *value;
    char *text = mem_strdup("");
    json_object_foreach((json_t *)event, key, value) {
        if (has_column(key) || json_is_null(value) ||
            (json_is_string(value) && !json_string_length(value)))
            continue;
        char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        char *longer = mem_printf("%s%s%s=%s", text, *text ? " " : "", key, shown ? shown : "?");
        free(shown);
        free(text);
        text = longer;
    }
    return text;
}

static void row_event(struct table *table, const json_t *event)
{
    const char *to = get_text(event, "to"), *service = get_text(event, "service");
    int64_t family = get_number(event, "family");
    char *rest = remaining(event);
    int64_t change = get_number(event, "change");
    table_cell(table, SHOW_PLAIN, "%s", get_text(event, "time"));
    if (change > 0)
        table_cell(table, SHOW_PLAIN, "#%" PRId64, change);
    else
        table_cell(table, SHOW_PLAIN, " ");
    table_cell(table, SHOW_PLAIN, "%s", get_text(event, "event"));
    if (family > 0)
        table_cell(table, SHOW_PLAIN, "%s IPv%d", service, (int)family);
    else
        table_cell(table, SHOW_PLAIN, "%s", service);
    if (*to && strcmp(get_text(event, "reason"), "adopted") == 0) /* nothing has changed */
        table_cell(table, SHOW_PLAIN, "found %s", to);
    else if (*to)
        table_cell(table, strcmp(to, "normal") == 0 ? SHOW_GOOD : SHOW_DOUBTFUL, "%s > %s",
                   get_text(event, "from"), to);
    else
        table_cell(table, SHOW_PLAIN, " ");
    table_cell(table, SHOW_PLAIN, "%s", rest);
    free(rest);
}

/* New; NULL: the error has been printed. */
static json_t *last_events(const struct cli *cli)
{
    struct err err;
    const int last = cli->last ? cli->last : LAST_DEFAULT;
    json_t *request = json_pack("{s:s, s:i}", "cmd", "history", "last", last);
    json_t *reply = ctl_call("anycastd", cli->socket, request, CALL_TIMEOUT_MS, &err);
    if (reply) {
        json_t *events = json_incref((json_t *)get(reply, "events"));
        json_decref(reply);
        return events;
    }
    char *path = eventlog_without_daemon(cli, &err);
    json_t *events = json_array();
    if (eventlog_last(path, last, events, &err) < 0) {
        cli_trouble(&err);
        json_decref(events);
        events = NULL;
    }
    free(path);
    return events;
}

int cmd_history(const struct cli *cli)
{
    if (cli->word_count > 0)
        return show_change(cli, cli->words[0]);
    json_t *events = last_events(cli);
    if (!events)
        return EXIT_TROUBLE;
    if (cli->json) {
        show_json(events);
    } else {
        struct table *table = table_new(6);
        const json_t *event;
        size_t i;
        json_array_foreach(events, i, event)
            row_event(table, event);
        table_print(table, cli->colour);
    }
    json_decref(events);
    return EXIT_HEALTHY;
}
