/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.c - the reader and runner of case files. Hides how cmocka is given tests at run time. */
#include "tests/unit/cases.h"

#include "common/dnsmsg.h"
#include "tests/unit/reply.h"
#include "tests/unit/zonetext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ZONES_MAX = 16, CASES_MAX = 256, LINE_BYTES = 4096, TEXT_BYTES = 16384 };

struct one_case {
    struct suite *suite;
    char *title, *question, *expected;
};

struct suite {
    cases_respond *respond;
    const struct zone_set *zones;
    struct zone_entry entries[ZONES_MAX];
    struct dname apexes[ZONES_MAX];
    struct prefix prefixes[ZONES_MAX];
    size_t zone_count, case_count;
    struct one_case cases[CASES_MAX];
};

static bool read_line(FILE *file, char line[LINE_BYTES])
{
    if (!fgets(line, LINE_BYTES, file))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

/* Lines up to one that equals `end`, as one text. */
static char *read_text(FILE *file, const char *end)
{
    char line[LINE_BYTES], text[TEXT_BYTES];
    size_t len = 0;
    text[0] = '\0';
    while (read_line(file, line) && strcmp(line, end) != 0) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n", line);
        assert_true(len < sizeof(text));
    }
    return strdup(text);
}

static void read_zone(struct suite *suite, FILE *file, char *argument)
{
    size_t i = suite->zone_count++;
    assert_true(i < ZONES_MAX);
    char *missing = strstr(argument, " missing");
    if (missing)
        *missing = '\0';
    assert_int_equal(dname_from_text(argument, &suite->apexes[i], NULL), 0);
    struct zone_entry *entry = &suite->entries[i];
    entry->apex = suite->apexes[i].wire;
    entry->state = missing ? ZONE_FAILED : ZONE_SERVING;
    if (missing)
        return;
    char *text = read_text(file, "end");
    entry->zone = zone_from_text(argument, text);
    free(text);
}

static void read_transfer(struct suite *suite, const char *argument)
{
    char zone[256], prefix[64];
    struct dname name;
    assert_int_equal(sscanf(argument, "%255s %63s", zone, prefix), 2);
    assert_int_equal(dname_from_text(zone, &name, NULL), 0);
    for (size_t i = 0; i < suite->zone_count; i++) {
        if (!dname_equal(suite->apexes[i].wire, name.wire))
            continue;
        assert_int_equal(prefix_parse(prefix, &suite->prefixes[i], NULL), 0);
        suite->entries[i].allow_transfer = &suite->prefixes[i];
        suite->entries[i].allow_transfer_count = 1;
        return;
    }
    fail_msg("transfer %s: no such zone", argument);
}

static void read_case(struct suite *suite, FILE *file, const char *title)
{
    char line[LINE_BYTES];
    assert_true(suite->case_count < CASES_MAX);
    struct one_case *one = &suite->cases[suite->case_count++];
    if (!read_line(file, line) || strncmp(line, "> ", 2) != 0)
        fail_msg("case %s: a line with \"> \" must follow", title);
    *one = (struct one_case){ suite, strdup(title), strdup(line + 2), read_text(file, "") };
}

static void read_suite(struct suite *suite, const char *name)
{
    char path[4096], line[LINE_BYTES];
    const char *source = getenv("PROXIMA_SRCDIR");
    snprintf(path, sizeof(path), "%s/tests/unit/cases/%s", source ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s (PROXIMA_SRCDIR names the source folder)", path);
    while (read_line(file, line)) {
        if (strncmp(line, "zone ", 5) == 0)
            read_zone(suite, file, line + 5);
        else if (strncmp(line, "transfer ", 9) == 0)
            read_transfer(suite, line + 9);
        else if (strncmp(line, "case ", 5) == 0)
            read_case(suite, file, line + 5);
        else if (line[0] && line[0] != '#')
            fail_msg("%s: what is \"%s\"?", name, line);
    }
    fclose(file);
    suite->zones = zone_set_new(suite->entries, suite->zone_count);
    for (size_t i = 0; i < suite->zone_count; i++)
        if (suite->entries[i].zone)
            zone_release(suite->entries[i].zone); /* the set has its own */
}

static void free_cases(struct suite *suite)
{
    for (size_t i = 0; i < suite->case_count; i++) {
        free(suite->cases[i].title);
        free(suite->cases[i].question);
        free(suite->cases[i].expected);
    }
}

static void run_case(void **state)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    const struct one_case *one = *state;
    struct ask ask;
    ask_from_text(&ask, one->question);
    struct cases_reply reply = one->suite->respond(one->suite->zones, &ask, out);
    char *got = reply.instead ? strdup(reply.instead) : reply_text(out, reply.len);
    bool equal = strcmp(got, one->expected) == 0;
    if (!equal)
        print_error("> %s\n--- expected\n%s--- got\n%s", one->question, one->expected, got);
    free(got);
    assert_true(equal);
    assert_true(reply.instead || reply_well_formed(out, reply.len));
    assert_true(reply.len <= ask.cap);
}

int cases_run(const char *file, cases_respond *respond)
{
    static struct suite suite;
    static struct CMUnitTest tests[CASES_MAX];
    suite = (struct suite){ .respond = respond };
    read_suite(&suite, file);
    for (size_t i = 0; i < suite.case_count; i++)
        tests[i] = (struct CMUnitTest){
            .name = suite.cases[i].title,
            .test_func = run_case,
            .initial_state = &suite.cases[i],
        };
    int failed = _cmocka_run_group_tests(file, tests, suite.case_count, NULL, NULL);
    free_cases(&suite);
    zone_set_free(suite.zones);
    return failed;
}

const struct zone_set *cases_zones(const char *file)
{
    static struct suite suite;
    suite = (struct suite){ 0 };
    read_suite(&suite, file);
    free_cases(&suite);
    return suite.zones;
}
