/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - whether all parts of this node stand as they should: each check in a line, with the
 * remedy. */
#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/show.h"
#include "common/ctl.h"
#include "common/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct checks {
    json_t *rows;
    unsigned failed;
};

/* Notes one check: `remedy` is what to do where it failed. */
static void note(struct checks *checks, bool ok, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void note(struct checks *checks, bool ok, const char *what, const char *fmt, ...)
{
    char detail[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    checks->failed += !ok;
    json_t *row = json_pack("{s:s, s:b, s:s}", "check", what, "ok", ok, "detail", detail);
    if (row)
        json_array_append_new(checks->rows, row);
}

static json_t *ask(struct checks *checks, const char *name, const char *path, const char *command)
{
    struct err err;
    json_t *reply = ctl_call(name, path, json_pack("{s:s}", "cmd", command), CALL_TIMEOUT_MS, &err);
    char *what = mem_printf("%s answers on its control socket", name);
    note(checks, reply != NULL, what, "%s", reply ? path : err.msg);
    free(what);
    return reply;
}

static void check_dnsd(struct checks *checks, const json_t *status)
{
    bool reports = get_bool(status, "dnsd.connected");
    note(checks, reports, "dnsd reports to anycastd", "%s",
         reports ? get_text(status, "dnsd.state")
                 : "no report comes in: is report_socket the same in dnsd.conf and anycastd.conf?");
    if (!reports)
        return;
    const char *here = get_text(status, "node"), *there = get_text(status, "dnsd.node");
    note(checks, strcmp(here, there) == 0, "dnsd and anycastd have the same node name",
         "anycastd: %s, dnsd: %s", here, there);
}

static void check_watched(struct checks *checks, const json_t *status)
{
    const json_t *zone;
    size_t i;
    json_array_foreach(get(status, "dnsd.watched"), i, zone) {
        bool serving = strcmp(get_text(zone, "state"), "serving") == 0;
        char *what = mem_printf("zone %s, which probes ask for, is served", get_text(zone, "name"));
        note(checks, serving, what, "%s, serial %lld%s", get_text(zone, "state"),
             (long long)get_number(zone, "serial"), serving ? "" : " (see anycastctl zones)");
        free(what);
    }
}

static void check_bird(struct checks *checks, const json_t *status)
{
    const json_t *session;
    size_t i;
    bool connected = get_bool(status, "bird.connected");
    note(checks, connected, "BIRD answers on its control socket", "%s%s",
         connected ? "version " : get_text(status, "bird.problem"),
         connected ? get_text(status, "bird.version") : "");
    if (connected)
        note(checks, json_array_size(get(status, "bird.sessions")) > 0, "BIRD has BGP sessions",
             "%zu in its configuration", json_array_size(get(status, "bird.sessions")));
    json_array_foreach(get(status, "bird.sessions"), i, session) {
        char *what = mem_printf("BGP session %s is established", get_text(session, "name"));
        note(checks, get_bool(session, "established"), what, "%s since %s",
             get_text(session, "info"), get_text(session, "since"));
        free(what);
    }
}

/* "up, up2"; the caller frees. */
static char *join(const json_t *names)
{
    const json_t *name;
    size_t i;
    char *all = mem_strdup("");
    json_array_foreach(names, i, name) {
        char *longer = mem_printf("%s%s%s", all, i ? ", " : "", json_string_value(name));
        free(all);
        all = longer;
    }
    return all;
}

/* Where BIRD has no BGP session at all, it announces by other means, or not yet: see check_bird. */
static void check_exports(struct checks *checks, const char *what, const json_t *family,
                          bool has_sessions)
{
    const json_t *exports = get(family, "exports");
    const char *problem = get_text(family, "exports_problem");
    char *names = join(exports);
    const size_t count = json_array_size(exports);
    if (*problem)
        note(checks, false, what, "%s", problem);
    else if (json_is_array(exports))
        note(checks, true, what, "exported to %zu of %lld sessions%s%s", count,
             (long long)get_number(family, "exports_of"), count ? ": " : "", names);
    else
        note(checks, !has_sessions, what, "not known: %s",
             has_sessions ? "BIRD was not asked yet, or did not say"
                          : "no BGP session to ask about");
    free(names);
}

static void check_services(struct checks *checks, const json_t *status)
{
    const json_t *service, *family;
    size_t i, j;
    const bool has_sessions = json_array_size(get(status, "bird.sessions")) > 0;
    json_array_foreach(get(status, "services"), i, service) {
        json_array_foreach(get(service, "families"), j, family) {
            const char *problem = get_text(family, "problem");
            const char *evidence = get_text(family, "health.evidence");
            char *name = mem_printf("service %s, IPv%d", get_text(service, "name"),
                                    (int)get_number(family, "family"));
            char *what = mem_printf("%s: BIRD does as decided", name);
            note(checks, !*problem, what, "%s", *problem ? problem : get_text(family, "actual"));
            free(what);
            what = mem_printf("%s: healthy", name);
            note(checks, strcmp(get_text(family, "health.class"), "good") == 0, what, "%s%s%s",
                 get_text(family, "health.text"), *evidence ? ": " : "", evidence);
            free(what);
            what = mem_printf("%s: heard by the neighbours", name);
            check_exports(checks, what, family, has_sessions);
            free(what);
            free(name);
        }
    }
}

static void check_host(struct checks *checks, const json_t *status)
{
    const json_t *row;
    size_t i;
    json_array_foreach(get(status, "host"), i, row) {
        const char *state = get_text(row, "state");
        char *what = mem_printf("host: %s", get_text(row, "check"));
        if (strcmp(state, "off") != 0)
            note(checks, strcmp(state, "bad") != 0, what, "%s",
                 strcmp(state, "unknown") == 0 ? "can't be seen from here"
                                               : get_text(row, "detail"));
        free(what);
    }
    json_array_foreach(get(status, "checks"), i, row) {
        char *what = mem_printf("external check %s passes", get_text(row, "name"));
        note(checks, strcmp(get_text(row, "state"), "passes") == 0, what, "%s",
             get_text(row, "detail"));
        free(what);
    }
}

/* Where no other site is asked for, it does not matter whether they are seen. */
static void check_fleet(struct checks *checks, const json_t *status)
{
    const bool live = get_bool(status, "fleet.live");
    if (get_number(status, "fleet.min_sites") > 0)
        note(checks, live, "the other sites can be seen", "%s",
             live ? "and what each of them announces" : get_text(status, "fleet.problem"));
    if (get_bool(status, "dry_run"))
        note(checks, false, "what is decided is done", "this is a dry run");
}

static void check_guard(struct checks *checks, const json_t *status)
{
    note(checks, get_bool(status, "guard.connected"), "the guard has anycastd's lease", "%s",
         get_bool(status, "guard.connected") ? "connected"
                                             : "is anycastguard running? try systemctl "
                                               "status anycastguard");
    note(checks, get_bool(status, "guard.bird_connected"), "the guard could act", "%s",
         get_bool(status, "guard.bird_connected") ? "connected to BIRD"
                                                  : "it has no connection to BIRD");
}

static void print_checks(const struct cli *cli, const struct checks *checks)
{
    struct table *table = table_new(3);
    const json_t *row;
    size_t i;
    json_array_foreach(checks->rows, i, row) {
        bool ok = get_bool(row, "ok");
        table_cell(table, ok ? SHOW_GOOD : SHOW_BAD, "%s", ok ? "ok" : "FAILED");
        table_cell(table, SHOW_PLAIN, "%s", get_text(row, "check"));
        table_cell(table, SHOW_PLAIN, "%s", get_text(row, "detail"));
    }
    table_print(table, cli->colour);
    show_line(cli->colour, checks->failed ? SHOW_BAD : SHOW_GOOD, "%zu checks, %u failed",
              json_array_size(checks->rows), checks->failed);
}

int cmd_check(const struct cli *cli)
{
    struct checks checks = { .rows = json_array() };
    json_t *status = ask(&checks, "anycastd", cli->socket, "status");
    json_t *zones = ask(&checks, "dnsd", cli->dnsd_socket, "zones");
    if (status) {
        check_dnsd(&checks, status);
        check_watched(&checks, status);
        check_bird(&checks, status);
        check_services(&checks, status);
        check_fleet(&checks, status);
        check_guard(&checks, status);
        check_host(&checks, status);
    }
    if (cli->json)
        show_json(checks.rows);
    else
        print_checks(cli, &checks);
    json_decref(status);
    json_decref(zones);
    json_decref(checks.rows);
    return checks.failed ? EXIT_UNHEALTHY : EXIT_HEALTHY;
}
