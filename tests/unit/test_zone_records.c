/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_records.c - a file that is read in pieces, by several threads, is what it is as a
 * whole: records, problems and their places. Texts are random, of all that can go over several
 * lines or change what is behind it, right and wrong; the seed is printed. */
#include "dnsd/zone/records.h"

#include "common/mem.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { TEXT_MAX = 4000, TOLD_MAX = 60000, ROUNDS = 300 };

static const uint8_t example[] = "\7example";
static unsigned random_state;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 8) % n;
}

/* --- what a reading tells -----------------------------------------------------------------------
 */

struct told {
    char text[TOLD_MAX];
    size_t len;
    struct records_reader *reader;
    bool places;       /* ask for the place of each record */
    unsigned problems; /* may be told until it is enough */
    unsigned digests, taken;
};

static void __attribute__((format(printf, 2, 3))) put(struct told *told, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    told->len += (size_t)vsnprintf(told->text + told->len, sizeof told->text - told->len, fmt,
                                   args);
    va_end(args);
    assert_true(told->len < sizeof told->text);
}

static void put_record(struct told *told, const uint8_t *owner, const struct batch_record *record,
                       size_t nth)
{
    char name[DNAME_TEXT_MAX];
    put(told, "%s %u %u", dname_to_text(owner, name), record->ttl, record->type);
    for (unsigned i = 0; i < record->rdlength; i++)
        put(told, "%s%02x", i ? "" : " ", record->rdata[i]);
    if (told->places) {
        const struct records_place place = records_place(told->reader, nth);
        put(told, " %s:%llu", place.path, (unsigned long long)place.line);
    }
    put(told, "\n");
}

/* What a record is whose owner is not in the zone. */
static enum check_level outside_is = CHECK_ERROR;

/* Says how many records it has seen. */
static void *digest(void *arg, const struct batch *batch)
{
    (void)arg;
    return mem_dup(&batch->records, sizeof batch->records);
}

static bool take(void *arg, const struct batch *batch, void *digested)
{
    struct told *told = arg;
    const struct batch_owner *owner = NULL;
    size_t nth = 0;
    while ((owner = batch_next_owner(batch, owner))) {
        const struct batch_record *record = batch_first_record(owner);
        for (unsigned i = 0; i < owner->count; i++, record = batch_record_behind(record))
            put_record(told, owner->name, record, nth++);
    }
    assert_int_equal(nth, batch->records);
    assert_int_equal(*(size_t *)digested, nth);
    free(digested);
    return true;
}

static bool take_problem(void *arg, const char *text)
{
    struct told *told = arg;
    put(told, "problem %s\n", text);
    return told->problems-- > 1;
}

static bool take_outside(void *arg, const char *text)
{
    put(arg, "outside %s\n", text);
    return true;
}

static void read_all(struct told *told, unsigned threads, size_t piece, bool places,
                     unsigned problems)
{
    const struct records_taker taker = { .arg = told,
                                         .digest = digest,
                                         .take = take,
                                         .problem = take_problem,
                                         .outside_is = outside_is,
                                         .outside = take_outside };
    struct file_list list = { 0 };
    told->len = 0;
    told->text[0] = '\0';
    told->places = places;
    told->problems = problems;
    told->reader = records_reader_new(threads);
    records_reader_tune(told->reader, piece);
    records_read(told->reader, example, files_path("zone"), &list, &taker);
    for (size_t i = 0; i < list.count; i++)
        put(told, "file %s %lld\n", list.entries[i].path, (long long)list.entries[i].identity.size);
    records_reader_free(told->reader);
    file_list_free(&list);
}

/* --- random texts -------------------------------------------------------------------------------
 */

/* Pieces of master files. Not all fit together. */
static const char *const lines[] = {
    "a 60 A 192.0.2.1\n",
    "b A 192.0.2.2\n",
    " A 192.0.2.3\n",
    "\tAAAA 2001:db8::1\n",
    "@ NS ns\n",
    "@ 30 SOA ns h (\n1 2 ; serial (\n3 4\n5 )\n",
    "@ SOA ns h 1 2 3 4 5\n",
    "t TXT \"one\" \"two;\" ; comment \"\n",
    "t TXT ( \"over\nlines\na A 1\" )\n",
    "p 5 TXT ( \"one\"\nb\n\"two\" )\n",
    "w\\.w A 192.0.2.4\n",
    "x\\\ny A 192.0.2.5\n",
    "; A comment (\n",
    "\n",
    "   \n",
    " ; blank and comment\n",
    "$TTL 300\n",
    "$TTL 1h ; comment\n",
    "$ORIGIN sub.example.\n",
    "$ORIGIN example.\n",
    "$ORIGIN deep\n",
    "*.c CNAME b\n",
    "c.example. 0 IN CNAME b.example.\r\n",
    "e A (\n192.0.2.7\n)\n",
    "f 9 IN A 192.0.2.8\n",
    "g IN 9 MX 10 mail\n",
    "$INCLUDE inner\n",
    "$INCLUDE inner sub.example.\n",
    "$include nested\n",
    "h TYPE65280 \\# 3 010203\n",
    "i TXT a(b) \"c\"\n",
};

/* And what is wrong in itself. */
static const char *const wrong[] = {
    "a A 192.0.2\n",
    "b NOTYPE x\n",
    "t TXT \"open\n",
    "u TXT ( open\n",
    "v A 192.0.2.9 )\n",
    "a. A 192.0.2.1\n",
    "$ORIGIN a..b\n",
    "$INCLUDE missing\n",
    "$TTL x\n",
    "\\300 A 192.0.2.1\n",
    "$INCLUDE zone\n",
    "w 4294967295 A 192.0.2.1\n",
    "a OPT \\# 0\n",
    "\"q\n",
    "$INCLUDE inner ..\n",
    "$NONE\n",
    "(d 7 A 192.0.2.6)\n",
    "t TXT \"over\nlines\na A 1\"\n",
};

static void make_text(char *text, unsigned parts, unsigned wrong_percent)
{
    size_t len = 0;
    if (random_below(8) == 0)
        len += (size_t)sprintf(text, "\xef\xbb\xbf");
    for (unsigned i = 0; i < parts; i++) {
        const char *part = random_below(100) < wrong_percent
                               ? wrong[random_below(sizeof wrong / sizeof *wrong)]
                               : lines[random_below(sizeof lines / sizeof *lines)];
        if (len + strlen(part) >= TEXT_MAX)
            break;
        len += (size_t)sprintf(text + len, "%s", part);
    }
    if (len && random_below(8) == 0)
        text[len - 1] = '\0'; /* no newline at the end */
}

static void write_files(char *text)
{
    make_text(text, 1 + random_below(4), 3);
    files_write("inner", text);
    make_text(text, 1 + random_below(3), 3);
    files_write("nested", text);
    make_text(text, 1 + random_below(40), random_below(2) * 5);
    files_write("zone", text);
}

/* --- tests --------------------------------------------------------------------------------------
 */

static struct told whole, pieces;

static void compare(const char *text, unsigned threads, size_t piece, bool places,
                    unsigned problems)
{
    read_all(&pieces, threads, piece, places, problems);
    if (strcmp(pieces.text, whole.text) == 0)
        return;
    printf("%s\n--- whole\n%s--- pieces of %zu, %u threads\n%s", text, whole.text, piece, threads,
           pieces.text);
    fail();
}

static void test_pieces_are_the_whole(void **state)
{
    (void)state;
    static char text[TEXT_MAX + 1];
    const char *seed = getenv("PROXIMA_SEED");
    random_state = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
    printf("seed: PROXIMA_SEED=%u\n", random_state);
    for (int i = 0; i < ROUNDS; i++) {
        write_files(text);
        const bool places = random_below(4) == 0;
        const unsigned problems = 1 + random_below(6);
        outside_is = (enum check_level)random_below(3);
        read_all(&whole, 1, SIZE_MAX, places, problems);
        for (size_t piece = 1; piece < 200; piece += 1 + random_below(40))
            compare(text, 1 + random_below(3), piece, places, problems);
    }
    outside_is = CHECK_ERROR;
}

/* A text with a problem is read again as a whole: past what was taken, and what was left out. */
static void test_problem_behind_records_that_are_left_out(void **state)
{
    (void)state;
    static const char text[] = "a 60 A 192.0.2.1\nb.other. 60 A 192.0.2.2\nc 60 A 192.0.2.3\n"
                               "d 60 A 192.0.2.4\nb NOTYPE x\ne 60 A 192.0.2.5\n";
    files_write("zone", text);
    for (outside_is = CHECK_OFF; outside_is < CHECK_ERROR; outside_is++) {
        read_all(&whole, 1, SIZE_MAX, true, 9);
        assert_int_equal(strstr(whole.text, "outside ") != NULL, outside_is == CHECK_WARNING);
        for (size_t piece = 1; piece < sizeof text; piece++)
            compare(text, 2, piece, true, 9);
    }
}

/* What an open parenthesis is said to be depends on a quote far before it. */
static void test_problem_that_depends_on_another(void **state)
{
    (void)state;
    static const char text[] =
        "a 1 A 192.0.2.1\nb 3 c \"\nn NS a\nd A 192.0.2.2\nh (\n1 2 ; (\n( 3";
    files_write("zone", text);
    read_all(&whole, 1, SIZE_MAX, false, 9);
    assert_non_null(strstr(whole.text, "the parenthesis opened here is never closed"));
    for (size_t piece = 1; piece < sizeof text; piece++)
        compare(text, 2, piece, false, 9);
}

/* So many pieces that most are scanned beside others, between directives that make it in vain. */
static void test_many_pieces(void **state)
{
    (void)state;
    char *text = mem_zalloc(200000), *to = text;
    to += sprintf(to, "$TTL 60\n@ SOA ns h 1 2 3 4 5\n");
    for (int i = 0; i < 400; i++) {
        to += sprintf(to, "n%d A 192.0.2.%d\n A 192.0.3.1\n", i, i % 256);
        if (i % 100 == 99)
            to += sprintf(to, "$ORIGIN o%d\n$TTL %d\n", i, i);
    }
    files_write("zone", text);
    read_all(&whole, 1, SIZE_MAX, true, 1);
    assert_non_null(strstr(whole.text, "n399.o299.o199.o99.example. 299 1 c00002"));
    for (size_t piece = 40; piece < 4000; piece = piece * 3 / 2)
        compare(text, 2, piece, true, 1);
    free(text);
}

static bool stop(void *arg, const struct batch *batch, void *digested)
{
    struct told *told = arg;
    told->taken++;
    (void)batch;
    free(digested);
    return told->taken < 3;
}

static void count_drop(void *digested)
{
    free(digested);
}

/* Who has enough gets no more; what was digested in vain is dropped (or leaks). */
static void test_taker_has_enough(void **state)
{
    (void)state;
    struct told told = { .taken = 0 };
    struct file_list list = { 0 };
    const struct records_taker taker = { .arg = &told,
                                         .digest = digest,
                                         .take = stop,
                                         .problem = take_problem,
                                         .drop = count_drop,
                                         .outside_is = CHECK_ERROR };
    char text[4000], *to = text;
    for (int i = 0; i < 100; i++)
        to += sprintf(to, "a%d 1 A 192.0.2.1\n", i);
    files_write("zone", text);
    struct records_reader *reader = records_reader_new(3);
    records_reader_tune(reader, 40);
    records_read(reader, example, files_path("zone"), &list, &taker);
    assert_int_equal(told.taken, 3);
    records_reader_free(reader);
    file_list_free(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pieces_are_the_whole),
        TEST(test_problem_behind_records_that_are_left_out),
        TEST(test_problem_that_depends_on_another),
        TEST(test_many_pieces),
        TEST(test_taker_has_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
