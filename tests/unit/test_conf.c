/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_conf.c - configuration files against a table of settings: values, defaults, includes, and
 * what is said of every kind of mistake. */
#include "common/conf.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct zone {
    char *name;
    int64_t ttl_ms;
    struct conf_strings files;
};

struct tcp {
    int64_t idle_ms;
    int64_t clients;
    bool enabled;
};

struct settings {
    char *node;
    int64_t workers;
    int64_t any;
    int64_t below;
    int64_t at_least;
    struct conf_strings listen;
    struct tcp tcp;
    struct conf_list zones;
};

static int check_tcp(void *item, struct err *err)
{
    struct tcp *tcp = item;
    if (tcp->clients > 0 && !tcp->enabled)
        return err_set(err, "%d clients, but tcp is not enabled", (int)tcp->clients);
    return 0;
}

static void default_zone(void *item)
{
    struct zone *zone = item;
    zone->ttl_ms = 3600000;
    zone->name = (char *)"nameless"; /* a constant: conf_read copies it */
}

static const struct conf_field zone_fields[] = {
    { "name", CONF_STRING, offsetof(struct zone, name), .min = 1, .max = 255 },
    { "ttl", CONF_DURATION_MS, offsetof(struct zone, ttl_ms) },
    { "files", CONF_STRING_LIST, offsetof(struct zone, files), .min = 1, .required = true },
    { NULL },
};

static const struct conf_field tcp_fields[] = {
    { "enabled", CONF_BOOL, offsetof(struct tcp, enabled) },
    { "idle", CONF_DURATION_MS, offsetof(struct tcp, idle_ms), .min = 10, .max = 300000 },
    { "clients", CONF_INT, offsetof(struct tcp, clients), .max = 1000, .check = check_tcp },
    { NULL },
};

static const struct conf_field fields[] = {
    { "node", CONF_STRING, offsetof(struct settings, node), .required = true, .max = 63 },
    { "workers", CONF_INT, offsetof(struct settings, workers), .max = 256 },
    { "any", CONF_INT, offsetof(struct settings, any) },
    { "below", CONF_INT, offsetof(struct settings, below), .min = -5 },
    { "at-least", CONF_INT, offsetof(struct settings, at_least), .min = 5 },
    { "listen", CONF_STRING_LIST, offsetof(struct settings, listen), .max = 3 },
    { "tcp", CONF_GROUP, offsetof(struct settings, tcp), .group = tcp_fields },
    { "zones", CONF_GROUP_LIST, offsetof(struct settings, zones), .group = zone_fields,
      .size = sizeof(struct zone), .init = default_zone, .max = 3 },
    { NULL },
};

/* --- files ------------------------------------------------------------------------------------ */

static char folder[] = "/tmp/test_conf.XXXXXX";

static char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put_bytes(const char *name, const void *bytes, size_t len)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static void put_file(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? mkdir(path_of("sub"), 0700) : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "main.conf", "a.inc", "sub/b.inc", "c.inc", "fifo" };
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(path_of(names[i]));
    rmdir(path_of("sub"));
    return rmdir(folder);
}

static struct settings read_good(const char *text)
{
    struct settings s = { .workers = 2 };
    struct err err = { "" };
    put_file("main.conf", text);
    if (conf_read(path_of("main.conf"), fields, &s, &err))
        fail_msg("%s", err.msg);
    return s;
}

/* Reads what is in main.conf; it must fail, with exactly `complaint` behind the folder's name. */
static void assert_complaint(const char *complaint)
{
    static const struct settings nothing;
    struct settings s = { 0 };
    struct err err = { "" };
    char expected[ERR_MAX];
    assert_int_equal(conf_read(path_of("main.conf"), fields, &s, &err), -1);
    snprintf(expected, sizeof expected, "%s/%s", folder, complaint);
    assert_string_equal(err.msg, expected);
    assert_ptr_equal(s.node, nothing.node); /* nothing is left to free */
    assert_memory_equal(&s.listen, &nothing.listen, sizeof s.listen);
    assert_memory_equal(&s.zones, &nothing.zones, sizeof s.zones);
}

/* --- values ----------------------------------------------------------------------------------- */

static void test_values(void **state)
{
    struct settings s = read_good("# a comment\n"
                                  "node = \"fra1\"; // another\n"
                                  "workers = 0x10; any = -99999999999L;\n"
                                  "below = -5; at-least = 9223372036854775807L\n"
                                  "listen = [ \"192.0.2.1\", \"2001:db8::1@5353\" ];\n"
                                  "/* and\n one more */\n"
                                  "tcp : { enabled = TRUE; idle = \"1m30s\"; clients = 7; };\n"
                                  "zones = (\n"
                                  "  { name = \"a\" \"b\"; files = (\"x\\\"y\", \"z\"); },\n"
                                  "  { files = (\"q\"); ttl = 250; }\n"
                                  ");");
    const struct zone *zones = s.zones.items;
    (void)state;
    assert_string_equal(s.node, "fra1");
    assert_int_equal(s.workers, 16);
    assert_int_equal(s.any, -99999999999);
    assert_int_equal(s.below, -5);
    assert_int_equal(s.at_least, INT64_MAX);
    assert_int_equal(s.listen.count, 2);
    assert_string_equal(s.listen.items[1], "2001:db8::1@5353");
    assert_true(s.tcp.enabled);
    assert_int_equal(s.tcp.idle_ms, 90000);
    assert_int_equal(s.tcp.clients, 7);
    assert_int_equal(s.zones.count, 2);
    assert_string_equal(zones[0].name, "ab");
    assert_int_equal(zones[0].ttl_ms, 3600000);
    assert_string_equal(zones[0].files.items[0], "x\"y");
    assert_string_equal(zones[1].name, "nameless");
    assert_int_equal(zones[1].ttl_ms, 250);
    conf_free(fields, &s);
    assert_null(s.node);
    assert_int_equal(s.zones.count, 0);
    conf_free(fields, &s); /* twice does no harm */
}

static void test_defaults_stay(void **state)
{
    struct settings s = { .node = (char *)"default", .workers = 7, .tcp.idle_ms = 5000 };
    char *listen[] = { (char *)"192.0.2.7", (char *)"192.0.2.8" };
    struct err err;
    (void)state;
    s.listen = (struct conf_strings){ 2, listen };
    put_file("main.conf", "node = \"x\"; tcp = { };");
    assert_int_equal(conf_read(path_of("main.conf"), fields, &s, &err), 0);
    assert_string_equal(s.node, "x");
    assert_int_equal(s.workers, 7);
    assert_int_equal(s.tcp.idle_ms, 5000);
    assert_int_equal(s.listen.count, 2);
    assert_string_equal(s.listen.items[1], "192.0.2.8");
    conf_free(fields, &s); /* frees copies: the constants are not ours */
    assert_string_equal(listen[1], "192.0.2.8");

    s.listen = (struct conf_strings){ 2, listen }; /* and a list in the file replaces them all */
    put_file("main.conf", "node = \"x\"; listen = ();");
    assert_int_equal(conf_read(path_of("main.conf"), fields, &s, &err), 0);
    assert_int_equal(s.listen.count, 0);
    conf_free(fields, &s);
}

static void test_empty_lists(void **state)
{
    static const char *const rows[] = { "zones = (); listen = [];", "zones = []; listen = ();" };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[100];
        snprintf(text, sizeof text, "node = \"x\"; %s", rows[i]);
        struct settings s = read_good(text);
        assert_int_equal(s.zones.count, 0);
        assert_int_equal(s.listen.count, 0);
        conf_free(fields, &s);
    }
}

/* What libconfig takes for one token or none of our business must not be taken for an integer. */
static void test_what_only_looks_like_integers(void **state)
{
    struct settings s = read_good(
        "node = \"99999999999 /* @include \\\"x\\\" # \\\\\"; # 99999999999\n"
        "// 99999999999 \"\n"
        "/* 99999999999 \" @include */\n"
        "workers = 4 # no newline behind this 99999999999");
    (void)state;
    assert_string_equal(s.node, "99999999999 /* @include \"x\" # \\");
    assert_int_equal(s.workers, 4);
    conf_free(fields, &s);
}

/* --- mistakes --------------------------------------------------------------------------------- */

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        { "", "main.conf: setting \"node\" is missing" },
        { "node=\"x\";\nwrokers = 4;",
          "main.conf:2: setting \"wrokers\": unknown; did you mean \"workers\"?" },
        { "node=\"x\";\nquux = 4;", "main.conf:2: setting \"quux\": unknown; known here are: node, "
                                    "workers, any, below, at-least, listen, tcp, zones" },
        { "node=\"x\";\n\ntcp = {\n  idel = 5;\n};",
          "main.conf:4: setting \"tcp.idel\": unknown; did you mean \"idle\"?" },
        { "node=\"x\";\nworkers = 257;",
          "main.conf:2: setting \"workers\": 257 is out of range: 0 to 256" },
        { "node=\"x\";\nworkers = -1;",
          "main.conf:2: setting \"workers\": -1 is out of range: 0 to 256" },
        { "node=\"x\";\nat-least = 4;",
          "main.conf:2: setting \"at-least\": 4 is too small: at least 5" },
        { "node=\"x\";\nbelow = 1;", "main.conf:2: setting \"below\": 1 is out of range: -5 to 0" },
        { "node=\"x\";\nworkers = \"4\";",
          "main.conf:2: setting \"workers\": must be an integer, not a text in quotes" },
        { "node=\"x\";\nworkers = 4.0;",
          "main.conf:2: setting \"workers\": must be an integer, not a number with a fraction" },
        { "node=\"x\";\nworkers = true;",
          "main.conf:2: setting \"workers\": must be an integer, not true or false" },
        { "node = 5;", "main.conf:1: setting \"node\": must be a text in quotes, not an integer" },
        { "node = (\"x\");",
          "main.conf:1: setting \"node\": must be a text in quotes, not a list" },
        { "node=\"x\"; tcp = { enabled = 1; };",
          "main.conf:1: setting \"tcp.enabled\": must be true or false, not an integer" },
        { "node=\"x\"; tcp = 5;",
          "main.conf:1: setting \"tcp\": must be a group: { … }, not an integer" },
        { "node=\"x\";\ntcp = { idle = \"5ms\"; };",
          "main.conf:2: setting \"tcp.idle\": 5ms is out of range: 10ms to 5m" },
        { "node=\"x\";\ntcp = { idle = \"5 s\"; };",
          "main.conf:2: setting \"tcp.idle\": \"5 s\" is not a duration: write a number and a unit, "
          "such as \"250ms\", \"3s\", \"5m\", \"2h\" or \"1d\"" },
        { "node=\"x\";\ntcp = { idle = true; };",
          "main.conf:2: setting \"tcp.idle\": must be a duration such as \"3s\" or an integer "
          "(milliseconds), not true or false" },
        { "node=\"x\"; listen = \"x\";",
          "main.conf:1: setting \"listen\": must be a list of texts: ( \"…\", \"…\" ), not a text in quotes" },
        { "node=\"x\"; listen = (\"x\",\n5);",
          "main.conf:2: setting \"listen\": must be a list of texts, each in quotes, not an integer" },
        { "node=\"x\"; listen = (\"a\", \"b\", \"c\", \"d\");",
          "main.conf:1: setting \"listen\": its number of texts, 4 is out of range: 0 to 3" },
        { "node=\"x\"; zones = { };",
          "main.conf:1: setting \"zones\": must be a list of groups: ( { … }, { … } ), not a group" },
        { "node=\"x\"; zones = (\n{ files = (\"q\"); },\n\"y\");",
          "main.conf:3: setting \"zones\": must be a list of groups, each in { }, not a text in quotes" },
        { "node=\"x\"; zones = (\n{ files = (\"q\"); },\n{ name = \"y\"; });",
          "main.conf:3: setting \"zones.files\" is missing" },
        { "node=\"x\"; zones = (\n{ files = (); });",
          "main.conf:2: setting \"zones.files\": its number of texts, 0 is too small: at least 1" },
        { "node=\"x\"; zones = (\n{ name = \"\"; files = (\"q\"); });",
          "main.conf:2: setting \"zones.name\": its length in bytes, 0 is out of range: 1 to 255" },
        { "node=\"x\"; tcp = {\nclients = 5; };",
          "main.conf:2: setting \"tcp.clients\": 5 clients, but tcp is not enabled" },
        { "node=\"x\";\nnode=\"y\";", "main.conf:2: duplicate setting name (here or just before)" },
        { "node=\"x\";\nworkers 4;", "main.conf:2: syntax error (here or just before)" },
        { "node=\"x\"\n\nlisten=[\"a\", 5];",
          "main.conf:3: mismatched element type in array (here or just before)" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_file("main.conf", rows[i].text);
        assert_complaint(rows[i].complaint);
    }
}

static void test_integers_that_would_wrap(void **state)
{
    static const struct {
        const char *number;
        bool fits;
        const char *complaint;
    } rows[] = {
        { "2147483647", true, NULL },
        { "2147483648", false, "2147483648 does not fit into 32 bits" },
        { "4294967297", false, "4294967297 does not fit into 32 bits" }, /* libconfig 1.5 reads 1 */
        { "99999999999", false, "99999999999 does not fit into 32 bits" },
        { "-2147483647", true, NULL },
        { "-4294967295", false, "-4294967295 does not fit into 32 bits" },
        { "+4294967297", false, "+4294967297 does not fit into 32 bits" },
        { "0x7fffffff", true, NULL },
        { "0xFFFFFFFF", false, "0xFFFFFFFF does not fit into 32 bits" },
        { "0x100000001", false, "0x100000001 does not fit into 32 bits" },
        { "99999999999L", true, NULL },
        { "99999999999LL", true, NULL },
        { "0xFFFFFFFFL", true, NULL },
        { "-9223372036854775807L", true, NULL },
        { "9223372036854775808L", false, "9223372036854775808 does not fit into 64 bits" },
        { "0xFFFFFFFFFFFFFFFFL", false, "0xFFFFFFFFFFFFFFFF does not fit into 64 bits" },
        { "18446744073709551617L", false, "18446744073709551617 does not fit into 64 bits" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[200], expected[200];
        snprintf(text, sizeof text, "node = \"x\";\nany =\n  %s;", rows[i].number);
        if (rows[i].fits) {
            struct settings s = read_good(text);
            assert_int_equal(s.any, strtoll(rows[i].number, NULL, 0));
            conf_free(fields, &s);
        } else {
            put_file("main.conf", text);
            bool wide = strstr(rows[i].complaint, "64 bits") != NULL;
            snprintf(expected, sizeof expected, "main.conf:3: %s%s", rows[i].complaint,
                     wide ? "" : ": write an L behind larger integers");
            assert_complaint(expected);
        }
    }
}

static void test_broken_text(void **state)
{
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        { "node=\"x\";\n/* foo\n\n",
          "main.conf:2: the comment that starts here with /* is not closed" },
        { "node=\"x\";\nlisten=(\"foo);\n\n",
          "main.conf:2: the text that starts here with \" is not closed" },
        { "node=\"x\\x00y\";", "main.conf:1: a text cannot contain a NUL byte" },
        { "node=\"x\";\n@incldue \"y\"",
          "main.conf:2: @ is only used in @include, at the start of a line" },
        { "node=\"x\"; @include \"y\"",
          "main.conf:1: @ is only used in @include, at the start of a line" },
        { "@include y", "main.conf:1: @include needs a file name in quotes, all on one line" },
        { "@include \"y\n\"",
          "main.conf:1: @include needs a file name in quotes, all on one line" },
        { "@include \"\"", "main.conf:1: @include needs a file name in quotes, all on one line" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_file("main.conf", rows[i].text);
        assert_complaint(rows[i].complaint);
    }
    put_bytes("main.conf", "node=\0", 6);
    assert_complaint("main.conf:1: contains NUL bytes: this is not a text file");
}

/* --- includes --------------------------------------------------------------------------------- */

static void test_includes(void **state)
{
    (void)state;
    put_file("a.inc", "node = \"from-a\";\n  @include \"sub/b.inc\"\nany = 3");
    put_file("sub/b.inc", "# found from the main file's folder, not from ours\n"
                          "@include \"c.inc\"\n");
    put_file("c.inc", "listen = [ \"c\" ]; // no newline");
    struct settings s = read_good("workers = 3;\n\t@include\t\"a.inc\"\ntcp = { idle = 20; };");
    assert_string_equal(s.node, "from-a");
    assert_int_equal(s.workers, 3);
    assert_int_equal(s.any, 3);
    assert_string_equal(s.listen.items[0], "c");
    assert_int_equal(s.tcp.idle_ms, 20);
    conf_free(fields, &s);
}

static void test_absolute_include(void **state)
{
    char text[200];
    (void)state;
    put_file("a.inc", "");
    snprintf(text, sizeof text, "@include \"%s\" node = \"behind\";", path_of("a.inc"));
    struct settings s = read_good(text);
    assert_string_equal(s.node, "behind");
    conf_free(fields, &s);
}

/* The place is the included file's; behind the include the lines are right again. */
static void test_places_with_includes(void **state)
{
    static const struct {
        const char *main_text, *a_text, *complaint;
    } rows[] = {
        { "node=\"x\";\n@include \"a.inc\"\n", "\n\nworkers = 300;",
          "a.inc:3: setting \"workers\": 300 is out of range: 0 to 256" },
        { "node=\"x\";\n@include \"a.inc\"\nworkers = 300;", "any = 1;\n\n",
          "main.conf:3: setting \"workers\": 300 is out of range: 0 to 256" },
        { "node=\"x\";\n@include \"a.inc\"\nworkers = 300;", "any = 1;",
          "main.conf:3: setting \"workers\": 300 is out of range: 0 to 256" },
        { "node=\"x\";\n@include \"a.inc\"\nworkers = 300;", "",
          "main.conf:3: setting \"workers\": 300 is out of range: 0 to 256" },
        { "node=\"x\";\n@include \"a.inc\"\n", "any = 1;\nbelow 4;",
          "a.inc:2: syntax error (here or just before)" },
        { "node=\"x\";\n@include \"a.inc\"\n", "any = 1;\nworkers = 4294967297;",
          "a.inc:2: 4294967297 does not fit into 32 bits: write an L behind larger integers" },
        { "node=\"x\";\nzones = (\n@include \"a.inc\"\n);", "{ name = \"z\";\n  fiels = (); }",
          "a.inc:2: setting \"zones.fiels\": unknown; did you mean \"files\"?" },
        { "node=\"x\";\nlisten=(\"a\n\nb\");\n@include \"a.inc\"\nworkers = 300;", "/*\n\n*/",
          "main.conf:6: setting \"workers\": 300 is out of range: 0 to 256" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_file("main.conf", rows[i].main_text);
        put_file("a.inc", rows[i].a_text);
        assert_complaint(rows[i].complaint);
    }
}

static void test_bad_includes(void **state)
{
    static const struct {
        const char *name, *complaint;
    } rows[] = {
        { "nix", "nix: No such file or directory" },
        { "sub", "sub: is a folder, not a file" }, /* libconfig 1.5 would end the process */
        { "fifo", "fifo: is something special, not a file" },
    };
    (void)state;
    assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[100], expected[200];
        snprintf(text, sizeof text, "\n@include \"%s\"\n", rows[i].name);
        snprintf(expected, sizeof expected, "main.conf:2: @include: %s/%s", folder,
                 rows[i].complaint);
        put_file("main.conf", text);
        assert_complaint(expected);
    }
    put_file("main.conf", "node=\"x\";\n@include \"main.conf\"\n");
    assert_complaint("main.conf:2: too many files include each other: does one include itself?");
}

static void test_bad_main_file(void **state)
{
    struct settings s = { 0 };
    struct err err = { "" };
    (void)state;
    unlink(path_of("main.conf"));
    assert_complaint("main.conf: No such file or directory");
    assert_int_equal(conf_read(folder, fields, &s, &err), -1);
    assert_non_null(strstr(err.msg, "is a folder, not a file"));
}

/* A list of 20,000 takes a moment only, and not 5 s. */
static void test_large(void **state)
{
    static const struct conf_field large[] = {
        { "zones", CONF_GROUP_LIST, offsetof(struct settings, zones), .group = zone_fields,
          .size = sizeof(struct zone) },
        { NULL },
    };
    enum { ZONES = 20000 };
    struct settings s = { 0 };
    struct err err = { "" };
    FILE *file = fopen(path_of("main.conf"), "w");
    (void)state;
    fputs("zones = (\n", file);
    for (int i = 0; i < ZONES; i++)
        fprintf(file, "%s{ name = \"zone%d.example\"; files = (\"z\"); }\n", i ? "," : "", i);
    fputs(");\n", file);
    fclose(file);
    assert_int_equal(conf_read(path_of("main.conf"), large, &s, &err), 0);
    assert_int_equal(s.zones.count, ZONES);
    assert_string_equal(((struct zone *)s.zones.items)[ZONES - 1].name, "zone19999.example");
    conf_free(large, &s);
}

struct layer {
    char *place;
    int64_t on, off, unsaid;
    struct conf_strings given, empty, missing;
};

static void silent_layer(void *item)
{
    *(struct layer *)item = (struct layer){ .on = -1, .off = -1, .unsaid = -1 };
}

static const struct conf_field layer_fields[] = {
    { "", CONF_PLACE, offsetof(struct layer, place) },
    { "on", CONF_SWITCH, offsetof(struct layer, on) },
    { "off", CONF_SWITCH, offsetof(struct layer, off) },
    { "unsaid", CONF_SWITCH, offsetof(struct layer, unsaid) },
    { "given", CONF_STRING_LIST, offsetof(struct layer, given) },
    { "empty", CONF_STRING_LIST, offsetof(struct layer, empty) },
    { "missing", CONF_STRING_LIST, offsetof(struct layer, missing) },
    { NULL },
};

static const struct conf_field layers[] = {
    { "layers", CONF_GROUP_LIST, 0, .group = layer_fields, .size = sizeof(struct layer),
      .init = silent_layer },
    { NULL },
};

static void test_what_was_not_said(void **state)
{
    struct conf_list list = { 0 };
    struct err err = { "" };
    char place[256];
    (void)state;
    put_file("main.conf",
             "# one\nlayers = (\n { on = true; off = false; given = [\"a\"]; empty = []; },"
             "\n { }\n);\n");
    if (conf_read(path_of("main.conf"), layers, &list, &err))
        fail_msg("%s", err.msg);
    const struct layer *layer = list.items;
    assert_int_equal(layer[0].on, 1);
    assert_int_equal(layer[0].off, 0);
    assert_int_equal(layer[0].unsaid, -1);
    assert_int_equal(layer[0].given.count, 1);
    assert_int_equal(layer[0].empty.count, 0);
    assert_non_null(layer[0].empty.items);
    assert_null(layer[0].missing.items);
    snprintf(place, sizeof place, "%s/main.conf:3", folder);
    assert_string_equal(layer[0].place, place);
    assert_int_equal(layer[1].on, -1);
    assert_null(layer[1].given.items);
    snprintf(place, sizeof place, "%s/main.conf:4", folder);
    assert_string_equal(layer[1].place, place);
    conf_free(layers, &list);
    assert_null(list.items);
}

/* The place is no setting: it is neither taken from a file nor offered. */
static void test_places_are_not_offered(void **state)
{
    struct conf_list list = { 0 };
    struct err err = { "" };
    (void)state;
    put_file("main.conf", "layers = ( { zzzzzzzz = 1; } );\n");
    assert_int_equal(conf_read(path_of("main.conf"), layers, &list, &err), -1);
    assert_non_null(strstr(err.msg, "known here are: on, off, unsaid, given, empty, missing"));
    put_file("main.conf", "layers = ( { on = 1; } );\n");
    assert_int_equal(conf_read(path_of("main.conf"), layers, &list, &err), -1);
    assert_non_null(strstr(err.msg, "must be true or false, not an integer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_defaults_stay),
        cmocka_unit_test(test_empty_lists),
        cmocka_unit_test(test_what_only_looks_like_integers),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_integers_that_would_wrap),
        cmocka_unit_test(test_broken_text),
        cmocka_unit_test(test_includes),
        cmocka_unit_test(test_absolute_include),
        cmocka_unit_test(test_places_with_includes),
        cmocka_unit_test(test_bad_includes),
        cmocka_unit_test(test_bad_main_file),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_what_was_not_said),
        cmocka_unit_test(test_places_are_not_offered),
    };
    return cmocka_run_group_tests_name("conf", tests, make_folder, remove_folder);
}
