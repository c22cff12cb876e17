/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zones.c - dnsd's zones: asks dnsd itself. */
#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/show.h"

#include <string.h>

static void row_zone(struct table *table, const json_t *zone)
{
    const char *state = get_text(zone, "state");
    enum show_colour colour = strcmp(state, "serving") == 0 ? SHOW_GOOD
                              : strcmp(state, "stale") == 0 ? SHOW_DOUBTFUL
                                                            : SHOW_BAD;
    table_cell(table, SHOW_PLAIN, "%s", get_text(zone, "name"));
    table_cell(table, colour, "%s", state);
    if (get_number(zone, "serial") < 0)
        table_cell(table, SHOW_PLAIN, "-");
    else
        table_cell(table, SHOW_PLAIN, "%lld", (long long)get_number(zone, "serial"));
    table_cell(table, SHOW_PLAIN, "%lld",
               (long long)(get_number(zone, "records") < 0 ? 0 : get_number(zone, "records")));
    table_cell(table, SHOW_PLAIN, "%s", get_text(zone, "from"));
    table_cell(table, SHOW_BAD, "%s", get_text(zone, "error"));
}

int cmd_zones(const struct cli *cli)
{
    json_t *reply = cli_ask_dnsd(cli, json_pack("{s:s}", "cmd", "zones"));
    if (!reply)
        return EXIT_TROUBLE;
    if (cli->json) {
        show_json(get(reply, "zones"));
    } else {
        static const char *const names[] = { "ZONE",    "STATE", "SERIAL",
                                             "RECORDS", "FROM",  "LAST ERROR" };
        struct table *table = table_new(6);
        const json_t *zone;
        size_t i;
        for (i = 0; i < 6; i++)
            table_cell(table, SHOW_BOLD, "%s", names[i]);
        json_array_foreach(get(reply, "zones"), i, zone)
            row_zone(table, zone);
        table_print(table, cli->colour);
    }
    json_decref(reply);
    return EXIT_HEALTHY;
}
