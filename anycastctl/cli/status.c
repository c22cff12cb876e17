/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status.c - status and watch. Knows what matters first; the daemon knows what is true. */
#include "anycastctl/cli/status.h"

#include "anycastctl/cli/cli.h"
#include "anycastctl/cli/notes.h"
#include "anycastctl/cli/show.h"
#include "common/ctl.h"

#include <stdio.h>
#include <string.h>

static enum show_colour level_colour(const char *level)
{
    if (strcmp(level, "normal") == 0)
        return SHOW_GOOD;
    return strcmp(level, "withdrawn") == 0 ? SHOW_BAD : SHOW_DOUBTFUL;
}

static enum show_colour class_colour(const char *class)
{
    if (strcmp(class, "good") == 0)
        return SHOW_GOOD;
    return strcmp(class, "local-fatal") == 0 || strcmp(class, "wrong") == 0 ? SHOW_BAD
                                                                            : SHOW_DOUBTFUL;
}

/* What is announced: what BIRD does, and what it should do where that is something else. */
static void cell_level(struct table *table, const json_t *family)
{
    const char *actual = get_text(family, "actual"), *decided = get_text(family, "decided");
    const bool mistaken = *get_text(family, "exports_problem");
    if (!*actual)
        table_cell(table, SHOW_BAD, "unknown (wanted: %s)", *decided ? decided : "not yet known");
    else if (*decided && strcmp(actual, decided) != 0)
        table_cell(table, SHOW_BAD, "%s (wanted: %s)", actual, decided);
    else if (mistaken)
        table_cell(table, SHOW_BAD, "%s (%s)", actual,
                   strcmp(actual, "withdrawn") == 0 ? "still exported" : "not exported");
    else
        table_cell(table, level_colour(actual), "%s", actual);
}

/* Why it is at this level, in a word or two of the policy's. */
static const char *reason_words(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } table[] = {
        { "healthy", "healthy" },
        { "adopted", "found announced at start, evidence is still out" },
        { "cause", "because of its health" },
        { "falling", "failing, not yet often enough to act" },
        { "rising", "healthy again, being observed" },
        { "hold", "healthy again, in its hold time" },
        { "flap_budget", "healthy again, but it changed too often lately" },
        { "floor", "would withdraw, but too few other sites are known to announce" },
        { "settle", "about to withdraw, and gives the other sites time to see it" },
        { "turn", "about to withdraw, after another site" },
        { "operator", "ordered by the operator" },
        { "stopping", "dnsd is stopping in order" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].reason, reason) == 0)
            return table[i].words;
    return reason;
}

/* Where dnsd does not tell the services' queries apart, there is only the node's. */
static void cell_rate(struct table *table, const json_t *family)
{
    const json_t *rate = get(family, "queries_per_second");
    if (json_is_number(rate))
        table_cell(table, SHOW_PLAIN, "%.0f/s", json_number_value(rate));
    else
        table_cell(table, SHOW_PLAIN, "-");
}

static void row_family(struct table *table, const char *service, const json_t *family)
{
    char age[SHOW_AGE_MAX];
    table_cell(table, SHOW_PLAIN, "%s", service);
    table_cell(table, SHOW_PLAIN, "IPv%d", (int)get_number(family, "family"));
    cell_level(table, family);
    table_cell(table, SHOW_PLAIN, "%s", show_age(get_number(family, "age_ms"), age));
    cell_rate(table, family);
    table_cell(table, class_colour(get_text(family, "health.class")), "%s",
               get_text(family, "health.cause"));
    table_cell(table, SHOW_PLAIN, "%s", reason_words(get_text(family, "reason")));
}

static void head(struct table *table)
{
    static const char *const names[] = { "SERVICE", "FAMILY", "ANNOUNCED", "SINCE",
                                         "QUERIES", "HEALTH", "WHY" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        table_cell(table, SHOW_BOLD, "%s", names[i]);
}

static void print_services(const json_t *status, bool colour)
{
    struct table *table = table_new(7);
    const json_t *service, *family;
    size_t i, j;
    head(table);
    json_array_foreach(get(status, "services"), i, service)
        json_array_foreach(get(service, "families"), j, family)
            row_family(table, get_text(service, "name"), family);
    table_print(table, colour);
}

static void row_site(struct table *table, double node_id, const json_t *service)
{
    char age[SHOW_AGE_MAX];
    table_cell(table, SHOW_PLAIN, "node %.0f", node_id);
    table_cell(table, SHOW_PLAIN, "%s", get_text(service, "name"));
    table_cell(table, SHOW_PLAIN, "IPv%d", (int)get_number(service, "family"));
    table_cell(table, level_colour(get_text(service, "level")), "%s", get_text(service, "level"));
    table_cell(table, SHOW_PLAIN, "%s", show_age(get_number(service, "age_ms"), age));
}

static void print_sites(const json_t *sites, bool colour)
{
    static const char *const names[] = { "OTHER SITE", "SERVICE", "FAMILY", "ANNOUNCED", "SINCE" };
    struct table *table = table_new(5);
    const json_t *site, *service;
    size_t i, j;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        table_cell(table, SHOW_BOLD, "%s", names[n]);
    json_array_foreach(sites, i, site)
        json_array_foreach(get(site, "services"), j, service)
            row_site(table, (double)get_number(site, "node_id"), service);
    table_print(table, colour);
}

/* Who does not ask for other sites, and sees none, need not read of them. */
static void print_fleet(const json_t *status, bool colour)
{
    const json_t *sites = get(status, "fleet.sites");
    const bool asked = get_number(status, "fleet.min_sites") > 0;
    if (json_array_size(sites) > 0)
        print_sites(sites, colour);
    else if (!asked)
        return;
    else if (get_bool(status, "fleet.live"))
        show_line(colour, SHOW_DOUBTFUL, "other sites: none announces anything");
    else
        show_line(colour, SHOW_DOUBTFUL, "other sites: not seen: %s",
                  get_text(status, "fleet.problem"));
    putchar('\n');
}

static void print_dnsd(const json_t *status, bool colour)
{
    const json_t *dnsd = get(status, "dnsd");
    char age[SHOW_AGE_MAX];
    if (!get_bool(dnsd, "connected")) {
        show_line(colour, SHOW_BAD,
                  "dnsd    does not report: is it running? try systemctl status dnsd");
        return;
    }
    int64_t bad = get_number(dnsd, "zones.stale") + get_number(dnsd, "zones.expired") +
                  get_number(dnsd, "zones.failed");
    int64_t rate = get_number(dnsd, "queries_per_second");
    char rate_text[32] = "?";
    if (rate >= 0)
        snprintf(rate_text, sizeof rate_text, "%lld", (long long)rate);
    show_line(
        colour, bad ? SHOW_DOUBTFUL : SHOW_PLAIN,
        "dnsd    %s, version %s; zones: %lld serving, %lld stale, %lld expired, %lld failed; "
        "%s queries/s; reported %s ago",
        get_text(dnsd, "state"), get_text(dnsd, "version"),
        (long long)get_number(dnsd, "zones.serving"), (long long)get_number(dnsd, "zones.stale"),
        (long long)get_number(dnsd, "zones.expired"), (long long)get_number(dnsd, "zones.failed"),
        rate_text, show_age(get_number(dnsd, "report_age_ms"), age));
}

static void print_bird(const json_t *status, bool colour)
{
    const json_t *bird = get(status, "bird"), *session;
    size_t i, up = 0, count = json_array_size(get(bird, "sessions"));
    if (!get_bool(bird, "connected")) {
        show_line(colour, SHOW_BAD, "BIRD    not connected: %s", get_text(bird, "problem"));
        return;
    }
    json_array_foreach(get(bird, "sessions"), i, session)
        up += get_bool(session, "established");
    show_line(colour, up == count && count ? SHOW_PLAIN : SHOW_BAD,
              "BIRD    version %s; %zu of %zu BGP sessions established", get_text(bird, "version"),
              up, count);
    json_array_foreach(get(bird, "sessions"), i, session)
        if (!get_bool(session, "established"))
            show_line(colour, SHOW_BAD, "        %s: %s, since %s", get_text(session, "name"),
                      get_text(session, "info"), get_text(session, "since"));
}

static void print_guard(const json_t *status, bool colour)
{
    if (get_bool(status, "dry_run"))
        show_line(colour, SHOW_PLAIN, "guard   is not told anything in a dry run");
    else if (!get_bool(status, "guard.connected"))
        show_line(
            colour, SHOW_BAD,
            "guard   not connected: if anycastd dies now, nobody withdraws: try systemctl status "
            "anycastguard");
    else if (!get_bool(status, "guard.bird_connected"))
        show_line(colour, SHOW_BAD, "guard   has the lease, but no connection to BIRD");
    else
        show_line(colour, SHOW_PLAIN, "guard   has the lease, and could act");
}

/* "disk, clock, load": what of the host is in this state. */
static void list_host(const json_t *host, const char *state, char *out, size_t cap)
{
    const json_t *row;
    size_t i, len = 0;
    *out = '\0';
    json_array_foreach(host, i, row)
        if (strcmp(get_text(row, "state"), state) == 0 && len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len ? ", " : "",
                                    get_text(row, "check"));
}

static void print_host(const json_t *status, bool colour)
{
    const json_t *host = get(status, "host"), *row;
    char good[128], unknown[128];
    size_t i;
    list_host(host, "good", good, sizeof good);
    list_host(host, "unknown", unknown, sizeof unknown);
    if (*good || *unknown)
        show_line(colour, SHOW_PLAIN, "host    good: %s%s%s", *good ? good : "nothing",
                  *unknown ? "; not known: " : "", unknown);
    json_array_foreach(host, i, row)
        if (strcmp(get_text(row, "state"), "bad") == 0)
            show_line(colour, SHOW_BAD, "host    %s: %s", get_text(row, "check"),
                      get_text(row, "detail"));
}

static void print_check(const json_t *check, bool colour)
{
    const char *state = get_text(check, "state");
    char age[SHOW_AGE_MAX];
    const char *words = strcmp(state, "fails") == 0     ? "fails"
                        : strcmp(state, "not_run") == 0 ? "cannot be run"
                                                        : "has not ended yet";
    if (strcmp(state, "passes") == 0)
        return;
    show_line(colour, strcmp(state, "awaited") == 0 ? SHOW_DOUBTFUL : SHOW_BAD,
              "checks  %s (%s) %s for %s: %s", get_text(check, "name"), get_text(check, "class"),
              words, show_age(get_number(check, "age_ms"), age), get_text(check, "detail"));
}

static void print_checks(const json_t *status, bool colour)
{
    const json_t *checks = get(status, "checks"), *check;
    size_t i, passing = 0, count = json_array_size(checks);
    json_array_foreach(checks, i, check)
        passing += strcmp(get_text(check, "state"), "passes") == 0;
    if (count)
        show_line(colour, passing == count ? SHOW_PLAIN : SHOW_DOUBTFUL, "checks  %zu of %zu pass",
                  passing, count);
    json_array_foreach(checks, i, check)
        print_check(check, colour);
}

/* "dns IPv4, dns IPv6": what a looking glass does, or does not, see a route to. */
static void list_sights(const json_t *sees, bool route, char *out, size_t cap)
{
    const json_t *row;
    size_t i, len = 0;
    *out = '\0';
    json_array_foreach(sees, i, row) {
        const json_t *seen = get(row, "route");
        if (len < cap && (route ? json_is_true(seen) : json_is_false(seen)))
            len += (size_t)snprintf(out + len, cap - len, "%s%s IPv%d", len ? ", " : "",
                                    get_text(row, "service"), (int)get_number(row, "family"));
    }
}

static void print_glasses(const json_t *status, bool colour)
{
    const json_t *glasses = get(status, "looking_glasses"), *glass;
    char routes[512], none[512];
    size_t i;
    json_array_foreach(glasses, i, glass) {
        const char *problem = get_text(glass, "problem"), *name = get_text(glass, "name");
        list_sights(get(glass, "sees"), true, routes, sizeof routes);
        list_sights(get(glass, "sees"), false, none, sizeof none);
        if (*problem)
            show_line(colour, SHOW_DOUBTFUL, "glass   %s does not tell: %s", name, problem);
        else if (*routes || *none)
            show_line(colour, SHOW_PLAIN, "glass   %s sees %s%s%s", name,
                      *routes ? routes : "nothing of us", *routes && *none ? ", not " : "",
                      *routes ? none : "");
    }
}

/* Health has nothing against it: what is not announced as usual has been ordered so. */
static bool is_ordered(const json_t *status)
{
    const json_t *service, *family;
    size_t i, j;
    bool ordered = false;
    json_array_foreach(get(status, "services"), i, service)
        json_array_foreach(get(service, "families"), j, family) {
            const bool normal = strcmp(get_text(family, "actual"), "normal") == 0;
            const bool told = strcmp(get_text(service, "order.intent"), "auto") != 0;
            if (strcmp(get_text(family, "health.class"), "good") != 0 || (!normal && !told))
                return false;
            ordered = ordered || !normal;
        }
    return ordered && json_array_size(get(status, "alarms")) == 0;
}

static void print_headline(const json_t *status, bool colour)
{
    const bool healthy = get_bool(status, "healthy"), ordered = !healthy && is_ordered(status);
    show_line(colour,
              healthy   ? SHOW_GOOD
              : ordered ? SHOW_DOUBTFUL
                        : SHOW_BAD,
              "%s: %s", get_text(status, "node"),
              healthy   ? "healthy, everything announced"
              : ordered ? "AWAY BY ORDER, or on the way; healthy"
                        : "NOT HEALTHY");
}

int status_print(const json_t *status, bool colour)
{
    bool healthy = get_bool(status, "healthy");
    char age[SHOW_AGE_MAX];
    print_headline(status, colour);
    if (get_bool(status, "dry_run"))
        show_line(colour, SHOW_BAD,
                  "DRY RUN: what is decided below is not done; BIRD and the intent folder are not "
                  "touched");
    putchar('\n');
    print_services(status, colour);
    notes_print(status, colour);
    putchar('\n');
    print_fleet(status, colour);
    print_dnsd(status, colour);
    print_bird(status, colour);
    print_guard(status, colour);
    print_host(status, colour);
    print_checks(status, colour);
    print_glasses(status, colour);
    show_line(colour, SHOW_PLAIN, "anycastd version %s, up %s", get_text(status, "version"),
              show_age(get_number(status, "uptime_ms"), age));
    return healthy ? EXIT_HEALTHY : EXIT_UNHEALTHY;
}

static int show_status(const struct cli *cli, const json_t *status)
{
    if (!cli->json)
        return status_print(status, cli->colour);
    show_json(status);
    return get_bool(status, "healthy") ? EXIT_HEALTHY : EXIT_UNHEALTHY;
}

int cmd_status(const struct cli *cli)
{
    json_t *status = cli_ask_anycastd(cli, json_pack("{s:s}", "cmd", "status"));
    if (!status)
        return EXIT_TROUBLE;
    int code = show_status(cli, status);
    json_decref(status);
    return code;
}

/* --json: one line a status, for a program that reads along; on a terminal: the table, in place. */
static bool watch_line(void *arg, const json_t *status)
{
    const struct cli *cli = arg;
    if (cli->json) {
        json_dumpf(status, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        fputs(cli->colour ? "\033[H\033[2J" : "\n", stdout);
        status_print(status, cli->colour);
    }
    return fflush(stdout) == 0;
}

int cmd_watch(const struct cli *cli)
{
    struct err err;
    struct cli copy = *cli;
    if (ctl_stream("anycastd", cli->socket, json_pack("{s:s}", "cmd", "watch"), watch_line, &copy,
                   &err))
        return cli_trouble(&err);
    err_set(&err, "anycastd ended");
    return cli_trouble(&err);
}
