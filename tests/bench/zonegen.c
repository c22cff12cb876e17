/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonegen.c - writes the zones that are measured, and the queries for them: zonegen KIND FOLDER
 * [NAMES [EDITION]] makes FOLDER/zones/ORIGIN (each file named for its zone) and FOLDER/queries.
 * All is computed from numbers, so it is the same each time. EDITION counts the versions of a zone
 * and is its serial: each changes the address of every hundredth host, other ones each time; from
 * the second on, only the zone is written. */
#include "tests/bench/queries.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TYPE_A = 1,
    TYPE_MX = 15,
    LABEL_MAX = 24,
    DOMAIN_MAX = 64,
    REGISTRIES = 32,
    CORE_DIGITS = 5, /* of a label; the rest is decoration */
    RADIX = 36,
    CORE_VALUES = RADIX * RADIX * RADIX * RADIX * RADIX,
    CHANGED_ONE_IN = 100,
    BUFFER_BYTES = 1 << 20,
};

/* Each use of numbers draws from a row of its own. */
enum row { ROW_LABEL, ROW_ADDRESS, ROW_GLUE, ROW_KIND, ROW_DS, ROW_MISS, ROW_SHUFFLE, ROW_EDITION };

struct zonegen {
    const char *folder;
    uint64_t names;
    unsigned edition;
    FILE *zone, *queries;
};

static void die(const char *what)
{
    fprintf(stderr, "zonegen: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- numbers and names ------------------------------------------------------------------------ */

/* splitmix64's mixer. */
static uint64_t number(enum row row, uint64_t i)
{
    uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u + ((uint64_t)row << 56);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* A label of 5 to 16 letters and digits that no other `i` has: five digits of `i` times an odd
 * number that shares no factor with the radix, then as many random ones as the length asks for. */
static const char *label(char *out, uint64_t i)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    uint64_t core = (i * 28629151u + 7) % CORE_VALUES, more = number(ROW_LABEL, i);
    unsigned length = CORE_DIGITS + (unsigned)(more % 12);
    more /= 12;
    for (unsigned at = 0; at < length; at++) {
        uint64_t *from = at < CORE_DIGITS ? &core : &more;
        out[at] = digits[*from % RADIX];
        *from /= RADIX;
    }
    out[length] = 0;
    return out;
}

/* The text of some address in 10.0.0.0/8, in one of four buffers. */
static const char *address(uint64_t random)
{
    static char texts[4][16];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    snprintf(text, sizeof(texts[0]), "10.%u.%u.%u", (unsigned)(random & 255),
             (unsigned)(random >> 8 & 255), (unsigned)(random >> 16 & 255));
    return text;
}

/* The numbers 0 to count - 1 in random order; new. */
static uint32_t *shuffled(uint64_t count)
{
    uint32_t *order = malloc((count + 1) * sizeof(*order));
    if (!order)
        die("memory");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t j = number(ROW_SHUFFLE, i) % (i + 1);
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
    return order;
}

/* --- files ------------------------------------------------------------------------------------ */

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file)
        die(path);
    setvbuf(file, NULL, _IOFBF, BUFFER_BYTES);
    return file;
}

static void finish(FILE *file)
{
    if (file && (ferror(file) | fclose(file)))
        die("writing");
}

static void open_zone(struct zonegen *g, const char *origin)
{
    char name[300];
    snprintf(name, sizeof(name), "zones/%s", origin);
    g->zone = create(g->folder, name);
    fprintf(g->zone, "$ORIGIN %s.\n$TTL 3600\n", origin);
}

static void put_head(const struct zonegen *g)
{
    fprintf(g->zone,
            "@ 300 SOA ns1 hostmaster %u 3600 900 604800 300\n@ NS ns1\n@ NS ns2\n"
            "ns1 A 192.0.2.1\nns2 A 192.0.2.2\n",
            g->edition);
}

/* Has a name asked for, while there are queries to be written. */
static void ask(const struct zonegen *g, const char *name, uint16_t type, uint8_t kind)
{
    if (g->queries)
        queries_write(g->queries, name, type, kind);
}

/* Has a name of `origin` that does not exist asked for, where its turn has come: `share` of 100. */
static void put_miss(const struct zonegen *g, uint64_t i, unsigned share, const char *origin,
                     uint8_t mark)
{
    char name[300], decoy[LABEL_MAX];
    if (number(ROW_KIND, i) % 100 >= share)
        return;
    snprintf(name, sizeof(name), "nx-%s%" PRIu64 ".%s", label(decoy, number(ROW_MISS, i)), i,
             origin);
    ask(g, name, TYPE_A, KIND_NXDOMAIN | mark);
}

/* --- hosts: small, leaf, signed --------------------------------------------------------------- */

/* The address of host `i`: that of the last edition that changed it. */
static const char *host_address(const struct zonegen *g, uint64_t i)
{
    unsigned edition = g->edition;
    while (edition > 1 && number(ROW_EDITION, i * 1000 + edition) % CHANGED_ONE_IN)
        edition--;
    return address(number(ROW_ADDRESS, i * 1000 + edition));
}

static void make_hosts(struct zonegen *g, const char *origin, uint8_t mark)
{
    char name[300], host[LABEL_MAX];
    open_zone(g, origin);
    put_head(g);
    for (uint64_t i = 0; i < g->names; i++)
        fprintf(g->zone, "%s A %s\n", label(host, i), host_address(g, i));
    uint32_t *order = shuffled(g->names);
    for (uint64_t i = 0; i < g->names; i++) {
        snprintf(name, sizeof(name), "%s.%s", label(host, order[i]), origin);
        ask(g, name, TYPE_A, KIND_ANSWER | mark);
        put_miss(g, i, 11, origin, mark); /* 11 of 111 are 10 % */
    }
    free(order);
}

static void make_small(struct zonegen *g)
{
    make_hosts(g, "small.test", 0);
}

static void make_leaf(struct zonegen *g)
{
    make_hosts(g, "leaf.test", 0);
}

static void make_signed(struct zonegen *g)
{
    make_hosts(g, "signed.test", KIND_SIGNED);
}

/* --- tld: delegations ------------------------------------------------------------------------- */

/* Most use the name servers of a hoster; few hosters have most of the customers. */
static void put_hosted(const struct zonegen *g, const char *child, uint64_t i)
{
    uint64_t random = number(ROW_GLUE, i);
    unsigned hoster = 1 +
                      (unsigned)(5000.0 * (double)(random % 1000) * (double)(random / 1000 % 1000) *
                                 (double)(random / 1000000 % 1000) / 1e9);
    fprintf(g->zone, "%s NS ns1.hoster%u.net.\n%s NS ns2.hoster%u.net.\n", child, hoster, child,
            hoster);
}

/* Some have their own, with glue. */
static void put_own(const struct zonegen *g, const char *child, uint64_t i)
{
    uint64_t random = number(ROW_GLUE, i);
    fprintf(g->zone, "%s NS ns1.%s\n%s NS ns2.%s\nns1.%s A %s\nns2.%s A %s\n", child, child, child,
            child, child, address(random), child, address(random >> 8));
    if (random >> 32 & 1)
        fprintf(g->zone, "ns1.%s AAAA 2001:db8:%x::1\n", child, (unsigned)(random >> 40 & 0xffff));
}

static void put_ds(const struct zonegen *g, const char *child, uint64_t i)
{
    fprintf(g->zone, "%s DS %u 13 2 ", child, (unsigned)(number(ROW_DS, i) & 0xffff));
    for (uint64_t part = 1; part <= 4; part++)
        fprintf(g->zone, "%016" PRIX64, number(ROW_DS, i ^ part << 40));
    fprintf(g->zone, "\n");
}

static void make_tld(struct zonegen *g)
{
    char name[300], child[LABEL_MAX];
    open_zone(g, "tld");
    put_head(g);
    for (uint64_t i = 0; i < g->names; i++) {
        unsigned kind = (unsigned)(number(ROW_KIND, i) >> 32) % 100;
        label(child, i);
        if (kind < 15)
            put_own(g, child, i);
        else
            put_hosted(g, child, i);
        if (kind % 6 == 0)
            put_ds(g, child, i);
    }
    uint32_t *order = shuffled(g->names);
    for (uint64_t i = 0; i < g->names; i++) {
        snprintf(name, sizeof(name), "www.%s.tld", label(child, order[i]));
        ask(g, name, TYPE_A, KIND_REFERRAL);
    }
    free(order);
}

/* --- hosting: many zones of seven records ----------------------------------------------------- */

/* Customer `i`'s domain, in one of several registries. */
static const char *customer(char *out, uint64_t i)
{
    char name[LABEL_MAX];
    snprintf(out, DOMAIN_MAX, "%s.registry%u.example", label(name, i),
             (unsigned)(number(ROW_KIND, i) % REGISTRIES));
    return out;
}

static void put_customer(struct zonegen *g, uint64_t i)
{
    char origin[DOMAIN_MAX];
    open_zone(g, customer(origin, i));
    fprintf(g->zone,
            "@ 300 SOA ns1.hoster.test. hostmaster.hoster.test. 1 3600 900 604800 300\n"
            "@ NS ns1.hoster.test.\n@ NS ns2.hoster.test.\n@ A %s\n@ MX 10 mail.hoster.test.\n"
            "@ TXT \"v=spf1 -all\"\nwww A %s\n",
            address(number(ROW_ADDRESS, i)), address(number(ROW_GLUE, i)));
    finish(g->zone);
    g->zone = NULL;
}

static void make_hosting(struct zonegen *g)
{
    char origin[DOMAIN_MAX], www[DOMAIN_MAX + 4];
    for (uint64_t i = 0; i < g->names; i++)
        put_customer(g, i);
    uint32_t *order = shuffled(g->names);
    for (uint64_t i = 0; i < g->names; i++) {
        snprintf(www, sizeof(www), "www.%s", customer(origin, order[i]));
        ask(g, www, TYPE_A, KIND_ANSWER);
        if (number(ROW_GLUE, i) % 3 == 0)
            ask(g, origin, TYPE_MX, KIND_ANSWER);
        put_miss(g, i, 15, origin, 0); /* 15 of 148 are 10 % */
    }
    free(order);
}

/* --- the program ------------------------------------------------------------------------------ */

static const struct kind_of_zone {
    const char *name;
    uint64_t names;
    void (*make)(struct zonegen *g);
} zone_kinds[] = {
    { "small", 45, make_small },       { "leaf", 1000000, make_leaf },
    { "tld", 1000000, make_tld },      { "hosting", 100000, make_hosting },
    { "signed", 100000, make_signed },
};

static void make(struct zonegen *g, const struct kind_of_zone *kind)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/zones", g->folder);
    if ((mkdir(g->folder, 0755) && errno != EEXIST) || (mkdir(path, 0755) && errno != EEXIST))
        die(path);
    if (g->edition == 1)
        g->queries = create(g->folder, "queries");
    kind->make(g);
    finish(g->zone);
    finish(g->queries);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc >= 3 && argc <= 5 && i < sizeof(zone_kinds) / sizeof(*zone_kinds);
         i++) {
        if (strcmp(argv[1], zone_kinds[i].name) != 0)
            continue;
        struct zonegen g = { .folder = argv[2],
                             .names = argc > 3 ? strtoull(argv[3], NULL, 10) : zone_kinds[i].names,
                             .edition = argc > 4 ? (unsigned)atoi(argv[4]) : 1 };
        if (g.names < 1 || g.names > CORE_VALUES || !g.edition)
            break;
        make(&g, &zone_kinds[i]);
        return 0;
    }
    fprintf(stderr, "usage: zonegen small|leaf|tld|hosting|signed FOLDER [NAMES [EDITION]]\n");
    return 2;
}
