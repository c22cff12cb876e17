/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_key.c - names ready for look-up: case, suffixes, and a hash that spreads. */
#include "dnsd/zone/key.h"

#include "tests/unit/dnametext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct name_key key_of(const char *text)
{
    const struct dname name = dname_of(text);
    struct name_key key;
    name_key_init(&key, name.wire);
    return key;
}

static void test_root(void **state)
{
    (void)state;
    const struct name_key key = key_of(".");
    assert_int_equal(key.len, 1);
    assert_int_equal(key.labels, 0);
    assert_int_equal(*name_key_suffix(&key, 0), 0);
    assert_int_equal(key.hash[0], key_of("example.").hash[1]);
}

static void test_every_suffix_is_a_key_of_its_own(void **state)
{
    (void)state;
    static const char *const suffixes[] = { "a.long-label-of-more-than-16.c.example.",
                                            "long-label-of-more-than-16.c.example.", "c.example.",
                                            "example.", "." };
    const struct name_key key = key_of(suffixes[0]);
    assert_int_equal(key.labels, 4);
    for (unsigned skip = 0; skip <= 4; skip++) {
        const struct name_key suffix = key_of(suffixes[skip]);
        assert_int_equal(key.hash[skip], suffix.hash[0]);
        assert_int_equal(key.len - key.offset[skip], suffix.len);
        assert_memory_equal(name_key_suffix(&key, skip), suffix.wire, suffix.len);
    }
}

/* All bytes, at all places of a word. */
static void test_lower_case_is_ascii_only(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++)
        for (unsigned at = 1; at < 20; at++) {
            uint8_t name[22] = { 20 }, want[22] = { 20 };
            memset(name + 1, 'Q', 20);
            memset(want + 1, 'q', 20);
            name[at] = (uint8_t)c;
            want[at] = (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
            struct name_key key, lower;
            name_key_init(&key, name);
            name_key_init(&lower, want);
            assert_memory_equal(key.wire, want, sizeof want);
            assert_int_equal(key.hash[0], lower.hash[0]);
        }
}

static void test_wildcard_hash(void **state)
{
    (void)state;
    const struct name_key key = key_of("a.b.example.");
    assert_int_equal(name_key_wildcard_hash(&key, 1), key_of("*.b.example.").hash[0]);
    assert_int_equal(name_key_wildcard_hash(&key, 3), key_of("*.").hash[0]);
}

static void test_longest(void **state)
{
    (void)state;
    char text[512] = "";
    for (int i = 0; i < DNAME_LABELS_MAX; i++)
        strcat(text, "x.");
    const struct name_key key = key_of(text);
    assert_int_equal(key.labels, DNAME_LABELS_MAX);
    assert_int_equal(key.len, DNAME_MAX);
    assert_int_equal(key.offset[DNAME_LABELS_MAX], DNAME_MAX - 1);
    assert_int_equal(key.hash[126], key_of("x.").hash[0]);
}

/* Where labels are cut counts: the same bytes in other labels are another name. */
static void test_cuts_count(void **state)
{
    (void)state;
    static const char *const names[] = { "ab.", "a.b.", "ba.",   "b.a.",   "a\\.b.",  "a\\001b.",
                                         "aa.", "aaa.", "aaaa.", "aaaaa.", "a\\000.", "\\000a." };
    const size_t count = sizeof names / sizeof names[0];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (key_of(names[i]).hash[0] == key_of(names[j]).hash[0])
                fail_msg("%s and %s have the same hash", names[i], names[j]);
}

static int u64_cmp(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Names that differ little, as in generated zones: no two hashes are equal, and of half-full tables
 * the longest run stays short; both ends of the hash are used. */
static void assert_spreads(const char *before, const char *behind)
{
    enum { NAMES = 1 << 16, SLOTS = 2 * NAMES };
    static uint64_t hashes[NAMES];
    static uint8_t low[SLOTS], high[SLOTS];
    unsigned low_max = 0, high_max = 0;
    memset(low, 0, sizeof low);
    memset(high, 0, sizeof high);
    for (unsigned i = 0; i < NAMES; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s%u%s", before, i, behind);
        hashes[i] = key_of(text).hash[0];
        const unsigned in_low = ++low[hashes[i] % SLOTS], in_high = ++high[hashes[i] >> 47];
        low_max = in_low > low_max ? in_low : low_max;
        high_max = in_high > high_max ? in_high : high_max;
    }
    qsort(hashes, NAMES, sizeof hashes[0], u64_cmp);
    for (unsigned i = 1; i < NAMES; i++)
        assert_true(hashes[i - 1] != hashes[i]);
    /* Chance gives 6 or 7 names in the fullest of 131,072 slots. */
    if (low_max > 10 || high_max > 10)
        fail_msg("%s…%s: %u and %u names in one slot", before, behind, low_max, high_max);
}

static void test_hash_spreads(void **state)
{
    (void)state;
    assert_spreads("", ".example.");
    assert_spreads("host-", ".example.");
    assert_spreads("", ".a-label-of-many-bytes-that-fills-words.example.");
    assert_spreads("a-label-of-many-bytes-", "-in-the-middle-of-it.example.");
    assert_spreads("a.", ".in-addr.arpa.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_every_suffix_is_a_key_of_its_own),
        cmocka_unit_test(test_lower_case_is_ascii_only),
        cmocka_unit_test(test_wildcard_hash),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_cuts_count),
        cmocka_unit_test(test_hash_spreads),
    };
    return cmocka_run_group_tests_name("zone_key", tests, NULL, NULL);
}
