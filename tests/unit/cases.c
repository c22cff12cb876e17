/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.c - the runner of case files. Knows when two replies are the same; hides how cmocka is
 * given tests at run time. */
#include "tests/unit/cases.h"

#include "common/dnsmsg.h"
#include "tests/unit/casefile.h"
#include "tests/unit/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct suite {
    cases_respond *respond;
    enum cases_order order;
    const struct zone_set *zones; /* of the latest case */
    struct casefile_set set;
    struct casefile file;
};

struct one_case {
    struct suite *suite;
    const struct casefile_case *text;
};

/* How many words the lines have in common of which the order says nothing: the name of a section;
 * in the answer section owner, TTL and type too. 0: there are none. */
static unsigned common_words(const char *line)
{
    if (strncmp(line, "an ", 3) == 0)
        return 4;
    return strncmp(line, "ns ", 3) == 0 || strncmp(line, "ar ", 3) == 0 ? 1 : 0;
}

static bool same_set(const char *a, const char *b)
{
    size_t len = 0;
    for (unsigned words = common_words(a); words; words--)
        len += strcspn(a + len, " ") + 1;
    return len && strncmp(a, b, len) == 0;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of a reply, with those sorted that may stand in any order. Takes the text. */
static char *sorted(char *text)
{
    enum { LINES_MAX = 4096 };
    static char *lines[LINES_MAX];
    size_t count = 0, size = 0;
    for (char *line = strtok(text, "\n"); line && count < LINES_MAX; line = strtok(NULL, "\n"))
        lines[count++] = line;
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && same_set(lines[start], lines[end]);)
            end++;
        qsort(&lines[start], end - start, sizeof(*lines), compare_lines);
    }
    char *result = NULL;
    FILE *out = open_memstream(&result, &size);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s\n", lines[i]);
    fclose(out);
    free(text);
    return result;
}

/* "wire" and the message's bytes, each line of 32. */
static char *wire_text(const uint8_t *message, size_t len)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s%02x", i % 32 ? "" : i ? "\nwire " : "wire ", message[i]);
    fputc('\n', out);
    fclose(out);
    return text;
}

static char *got_text(const struct one_case *one, const struct cases_reply *reply,
                      const uint8_t *out)
{
    if (reply->instead)
        return strdup(reply->instead);
    if (strncmp(one->text->reply, "wire ", 5) == 0)
        return wire_text(out, reply->len);
    return reply_text(out, reply->len);
}

/* Line by line, as cmocka cuts long messages. Lines of `text` that are not the `other`'s are
 * marked. */
static void print_lines(const char *title, const char *text, const char *other)
{
    print_error("--- %s\n", title);
    while (*text) {
        int len = (int)strcspn(text, "\n");
        bool is_same = strncmp(text, other, (size_t)len + 1) == 0;
        print_error("%c %.*s\n", is_same ? ' ' : '!', len, text);
        text += len + 1;
        const char *next = strchr(other, '\n');
        other = next ? next + 1 : other;
    }
}

/* Cases come in the order of their sets. */
static const struct zone_set *zones_for(struct suite *suite, const struct casefile_case *one)
{
    if (suite->zones && suite->set.from == one->set.from && suite->set.to == one->set.to)
        return suite->zones;
    zone_set_free(suite->zones);
    suite->set = one->set;
    suite->zones = NULL; /* loading may end the test */
    return suite->zones = casefile_zones(&suite->file, one->set);
}

static void run_case(void **state)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    const struct one_case *one = *state;
    struct suite *suite = one->suite;
    struct ask ask;
    ask_from_text(&ask, one->text->question);
    struct cases_reply reply = suite->respond(zones_for(suite, one->text), &ask, out);
    char *expected = strdup(one->text->reply), *got = got_text(one, &reply, out);
    if (suite->order == CASES_AS_SETS) {
        expected = sorted(expected);
        got = sorted(got);
    }
    bool equal = strcmp(got, expected) == 0;
    if (!equal) {
        print_error("> %s\n", one->text->question);
        print_lines("expected", expected, got);
        print_lines("got", got, expected);
    }
    free(expected);
    free(got);
    assert_true(equal);
    assert_true(reply.instead || reply_well_formed(out, reply.len));
    assert_true(reply.len <= ask.cap);
}

static void report_problem(void **state)
{
    fail_msg("%s", (const char *)*state);
}

static int read_cases(struct casefile *file, const char *path, struct err *err)
{
    if (casefile_read(file, path, err))
        return -1;
    return file->case_count ? 0 : err_set(err, "%s: no case in it", path);
}

int cases_run_path(const char *path, cases_respond *respond, enum cases_order order)
{
    static struct suite suite;
    static struct one_case cases[CASEFILE_CASES_MAX];
    static struct CMUnitTest tests[CASEFILE_CASES_MAX];
    struct err err = { "" };
    const char *slash = strrchr(path, '/'), *group = slash ? slash + 1 : path;
    suite = (struct suite){ .respond = respond, .order = order };
    size_t count = 1;
    tests[0] = (struct CMUnitTest){ group, report_problem, NULL, NULL, err.msg };
    if (read_cases(&suite.file, path, &err) == 0) {
        count = suite.file.case_count;
        for (size_t i = 0; i < count; i++) {
            cases[i] = (struct one_case){ &suite, &suite.file.cases[i] };
            tests[i] = (struct CMUnitTest){ cases[i].text->title, run_case, NULL, NULL, &cases[i] };
        }
    }
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    casefile_free(&suite.file);
    zone_set_free(suite.zones);
    return failed;
}

int cases_run(const char *file, cases_respond *respond)
{
    char path[256];
    snprintf(path, sizeof(path), "tests/unit/cases/%s", file);
    return cases_run_path(path, respond, CASES_EXACT);
}

char *cases_problem(const char *path)
{
    static struct casefile file;
    struct err err;
    char *problem = read_cases(&file, path, &err) ? strdup(err.msg) : NULL;
    casefile_free(&file);
    return problem;
}

const struct zone_set *cases_zones(const char *name)
{
    static struct casefile file;
    struct err err;
    char path[256];
    snprintf(path, sizeof(path), "tests/unit/cases/%s", name);
    if (casefile_read(&file, path, &err))
        fail_msg("%s", err.msg);
    const struct zone_set *zones = casefile_zones(&file, file.set);
    casefile_free(&file);
    return zones;
}
