/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_query_random.c - random questions, whole and damaged, against the laws of responses. The
 * seed is printed on failure; PROXIMA_ROUNDS asks for more rounds, PROXIMA_SEED for those of a
 * failure. */
#include "tests/unit/ask.h"
#include "tests/unit/query_laws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 20000 };

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 0) : otherwise;
}

static const char *pick(unsigned *seed, const char *const *words, size_t count)
{
    return words[(size_t)rand_r(seed) % count];
}
#define PICK(words) pick(seed, words, sizeof(words) / sizeof(*(words)))

/* A question of labels that the zones use, so that all kinds of answers come. */
static void random_line(unsigned *seed, char line[512])
{
    static const char *const labels[] = { "a.",      "b.",     "ns.",      "child.",
                                          "d.",      "*.",     "",         "A.",
                                          "long.",   "ent.",   "wild.",    "insecure.",
                                          "secure.", "dname.", "wildent.", "only." };
    static const char *const ends[] = { "example.",   "example.",    "sub.example.",
                                        "gone.",      "test.",       ".",
                                        "nsec.test.", "nsec3.test.", "optout.test." };
    static const char *const types[] = { "A",   "AAAA", "NS",    "CNAME", "DNAME", "DS",     "MX",
                                         "ANY", "TXT",  "RRSIG", "HTTPS", "SOA",   "TYPE200" };
    static const char *const words[] = { "+do",
                                         "+nsid",
                                         "+edns=512",
                                         "+edns=700",
                                         "+edns=1232",
                                         "+tcp",
                                         "+rd",
                                         "+cd",
                                         "+version=1",
                                         "+tsig",
                                         "+class=3",
                                         "+option=9",
                                         "+opts=2",
                                         "+trail",
                                         "",
                                         "+expire",
                                         "+keepalive",
                                         "+zoneversion",
                                         "+cookie=2464c4abcf10c957",
                                         "+cookie=2464c4abcf10c957010000005cf79f111f8130c3eee29480",
                                         "+cookie=24",
                                         "+questions=0" };
    char name[256] = "";
    for (int n = rand_r(seed) % 5; n; n--)
        strcat(name, PICK(labels));
    if (rand_r(seed) % 30 == 0)
        for (int n = rand_r(seed) % 100; n; n--)
            strcat(name, "b.");
    const char *end = PICK(ends);
    if (strcmp(end, ".") != 0 || name[0] == '\0')
        strcat(name, end);
    int len = snprintf(line, 512, "%s %s", name, PICK(types));
    for (int n = rand_r(seed) % 4; n; n--)
        len += snprintf(line + len, 512 - (size_t)len, " %s", PICK(words));
    for (char *p = line; *p; p++) /* no empty words */
        if (p[0] == ' ' && (p[1] == ' ' || p[1] == '\0'))
            memmove(p, p + 1, strlen(p));
}

/* Flips, cuts, repeats. */
static void damage(unsigned *seed, struct ask *ask)
{
    for (int n = rand_r(seed) % 4; n && ask->len; n--) {
        size_t at = (size_t)rand_r(seed) % ask->len;
        switch (rand_r(seed) % 4) {
        case 0:
            ask->bytes[at] = (uint8_t)rand_r(seed);
            break;
        case 1:
            ask->bytes[at] ^= (uint8_t)(1u << rand_r(seed) % 8);
            break;
        case 2:
            ask->len = at;
            break;
        default:
            memmove(ask->bytes + at, ask->bytes + at / 2, ask->len - at);
        }
    }
}

static void run_round(const struct zone_set *zones, unsigned seed)
{
    char line[512];
    struct ask ask;
    unsigned state = seed;
    random_line(&state, line);
    ask_from_text(&ask, line);
    if (state % 2)
        damage(&state, &ask);
    uint8_t *exact = malloc(ask.len ? ask.len : 1); /* so that reading behind it is seen */
    memcpy(exact, ask.bytes, ask.len);
    struct query_request request = { exact, ask.len, &ask.client, ask.tcp ? QUERY_TCP : QUERY_UDP };
    size_t cap = ask.tcp ? DNS_MESSAGE_MAX : DNS_UDP_MIN + (unsigned)rand_r(&state) % 4096;
    const char *broken = query_laws(zones, &request, cap);
    free(exact);
    if (broken)
        fail_msg("PROXIMA_SEED=%u (%s): %s", seed, line, broken);
}

static void test_laws(void **state)
{
    (void)state;
    const struct zone_set *zones = query_laws_zones();
    unsigned seed = (unsigned)from_environment("PROXIMA_SEED", 1);
    unsigned long rounds = from_environment("PROXIMA_ROUNDS", ROUNDS);
    for (unsigned long i = 0; i < rounds; i++)
        run_round(zones, seed + (unsigned)i);
    zone_set_free(zones);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_laws) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
