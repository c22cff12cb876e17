/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_conformance.c - runs every file of this folder, from the bytes of the query to those of the
 * response, over loaded zones, without a network. */
#include "tests/unit/responder.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A text in a file of its own, and what is wrong with it; the caller frees that. */
static char *problem_of(const char *text)
{
    char path[] = "/tmp/conformance-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    char *problem = cases_problem(path);
    remove(path);
    return problem;
}

#define ZONE "zone example.\n@ SOA ns admin 1 2 3 4 5\nend\n"

/* A file that says nothing, or not what its author meant, is not passed over in silence. */
static void test_files_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } files[] = {
        { "", "no case in it" },
        { "# only a comment\n", "no case in it" },
        { ZONE, "no case in it" },
        { ZONE "case title\n> example. SOA\n\n", "a reply is expected" },
        { ZONE "case title\nexample. SOA\nREFUSED\n", "\"> QUERY\" is expected" },
        { ZONE "case\n> example. SOA\nREFUSED\n", "not understood" },
        { ZONE "case a & b\n> example. SOA\nREFUSED\n", "a title is wanted" },
        { "zone example.\n@ SOA ns admin 1 2 3 4 5\n", "a zone without \"end\"" },
        { "zone a..b\nend\n", "\"zone NAME\" is expected" },
        { "zone example. gone\n", "a zone's state is expected" },
        { "transfer example. 192.0.2.0/24\n", "no such zone" },
        { ZONE "cases\n", "not understood" },
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char *problem = problem_of(files[i].text);
        assert_non_null(problem);
        if (!strstr(problem, files[i].problem))
            fail_msg("\"%s\" does not say \"%s\"", problem, files[i].problem);
        free(problem);
    }
    assert_null(problem_of(ZONE "case title\n> example. SOA\nREFUSED\n"));
    free(cases_problem("/does/not/exist"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_files_that_are_wrong) };
    char pattern[4096];
    const char *source = getenv("PROXIMA_SRCDIR");
    snprintf(pattern, sizeof(pattern), "%s/tests/conformance/*.txt", source ? source : ".");
    glob_t found;
    if (glob(pattern, 0, NULL, &found)) {
        fprintf(stderr, "%s: nothing there (PROXIMA_SRCDIR names the source folder)\n", pattern);
        return EXIT_FAILURE;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < found.gl_pathc; i++)
        failed += cases_run_path(found.gl_pathv[i], responder, CASES_AS_SETS);
    globfree(&found);
    return failed;
}
