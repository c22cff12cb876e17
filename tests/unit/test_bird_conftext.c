/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_conftext.c - bird.conf as blocks of statements: comments, includes, templates. */
#include "bird/conftext.h"

#include "common/mem.h"

#include <errno.h>
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

/* A folder with files, which the test's own names stand in. */
struct folder {
    char root[32];
};

static void put(const struct folder *folder, const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", folder->root, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static int make_folder(void **state)
{
    struct folder *folder = mem_zalloc(sizeof *folder);
    snprintf(folder->root, sizeof folder->root, "/tmp/conftext-XXXXXX");
    assert_non_null(mkdtemp(folder->root));
    char *peers = mem_printf("%s/peers", folder->root);
    assert_int_equal(mkdir(peers, 0755), 0);
    free(peers);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "peers/up.conf", "peers/down.conf", "bird.conf",
                                         "node.conf",     "inner.conf",      "passwords.conf" };
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = mem_printf("%s/%s", folder->root, names[i]);
        unlink(path);
        free(path);
    }
    char *peers = mem_printf("%s/peers", folder->root);
    rmdir(peers);
    free(peers);
    assert_int_equal(rmdir(folder->root), 0);
    free(folder);
    return 0;
}

static struct bird_conftext *read_text(const struct folder *folder, const char *text)
{
    struct err err;
    put(folder, "bird.conf", text);
    struct bird_conftext *conf = bird_conftext_read(folder->root, "/bird.conf", &err);
    if (!conf)
        fail_msg("%s", err.msg);
    return conf;
}

static void test_statements(void **state)
{
    struct bird_conftext *conf = read_text(
        *state, "router id 1.2.3.4;  # who\n"
                "protocol  bgp up{local 10.0.0.1 as 64500;/* no\n }*/ password \"a;b}#c\";\n"
                "ipv4 { import limit 10\n action block; export filter { accept; }; };\n"
                "ttl security on }\n"
                "protocol bgp other { }\n");
    size_t at = 0;
    assert_string_equal(bird_conftext_global(conf, "router id", &at), "router id 1.2.3.4");
    assert_null(bird_conftext_global(conf, "router id", &at));
    at = 0;
    assert_string_equal(bird_conftext_next(conf, "protocol bgp", &at), "up");
    assert_string_equal(bird_conftext_next(conf, "protocol bgp", &at), "other");
    assert_null(bird_conftext_next(conf, "protocol bgp", &at));
    assert_string_equal(bird_conftext_find(conf, "up", "local"), "local 10.0.0.1 as 64500");
    assert_string_equal(bird_conftext_find(conf, "up", "password"), "password \"a;b}#c\"");
    assert_string_equal(bird_conftext_find(conf, "up", "ipv4: import limit"),
                        "ipv4: import limit 10 action block");
    assert_string_equal(bird_conftext_find(conf, "up", "ipv4: export filter: accept"),
                        "ipv4: export filter: accept");
    assert_string_equal(bird_conftext_find(conf, "up", "ttl security"), "ttl security on");
    assert_null(bird_conftext_find(conf, "up", "pass"));
    assert_null(bird_conftext_find(conf, "other", "password"));
    assert_null(bird_conftext_find(conf, "unknown", "password"));
    bird_conftext_free(conf);
}

static void test_templates(void **state)
{
    struct bird_conftext *conf =
        read_text(*state, "template bgp base { password \"x\"; hold time 90; }\n"
                          "template bgp upstream from base { hold time 9; hold time 8; }\n"
                          "protocol bgp up from upstream { bfd on; }\n"
                          "template bgp loop from loop { }\nprotocol bgp turns from loop { }\n");
    assert_string_equal(bird_conftext_find(conf, "up", "password"), "password \"x\"");
    assert_string_equal(bird_conftext_find(conf, "up", "hold time"), "hold time 8");
    assert_string_equal(bird_conftext_find(conf, "up", "bfd"), "bfd on");
    assert_null(bird_conftext_find(conf, "turns", "bfd")); /* and it ends */
    bird_conftext_free(conf);
}

static void test_includes(void **state)
{
    const struct folder *folder = *state;
    put(folder, "node.conf", "define ASN = 64500;\ndefine ASN_LONG = 7;\n");
    put(folder, "inner.conf", "password \"here\";\n");
    put(folder, "peers/up.conf", "protocol bgp up { include \"../inner.conf\"; }\n");
    put(folder, "peers/down.conf", "protocol bgp down { include \"/inner.conf\"; bfd off; }\n");
    struct bird_conftext *conf = read_text(folder,
                                           "include \"node.conf\"; include \"/nobody/[n]othing\";\n"
                                           "include \"peers/*.conf\";\n");
    assert_string_equal(bird_conftext_define(conf, "ASN"), "64500");
    assert_string_equal(bird_conftext_define(conf, "ASN_LONG"), "7");
    assert_null(bird_conftext_define(conf, "AS"));
    assert_string_equal(bird_conftext_find(conf, "up", "password"), "password \"here\"");
    assert_string_equal(bird_conftext_find(conf, "down", "password"), "password \"here\"");
    assert_string_equal(bird_conftext_find(conf, "down", "bfd"), "bfd off");
    assert_string_equal(bird_conftext_find(conf, "down", "include"), "include \"/inner.conf\"");
    bird_conftext_free(conf);
}

static void test_what_cannot_be_read(void **state)
{
    struct err err;
    const struct folder *folder = *state;
    assert_null(bird_conftext_read(folder->root, "/missing.conf", &err));
    assert_int_equal(errno, ENOENT);
    assert_non_null(strstr(err.msg, "/missing.conf: No such file"));
    put(folder, "bird.conf", "include \"missing.conf\";");
    assert_null(bird_conftext_read(folder->root, "/bird.conf", &err));
    assert_non_null(strstr(err.msg, "/missing.conf: No such file"));
    put(folder, "bird.conf", "include \"bird.conf\";");
    assert_null(bird_conftext_read(folder->root, "/bird.conf", &err));
    assert_non_null(strstr(err.msg, "too many files include each other"));
}

/* What anycastctl bird-config writes is understood: who we are, and how sessions are protected. */
static void test_what_we_write(void **state)
{
    const struct folder *folder = *state;
    const char *source = getenv("PROXIMA_SRCDIR");
    char *path = mem_printf("%s/tests/data/bird-config/vultr.3.3.2", source ? source : ".");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = NULL;
    size_t cap = 0, at = 0;
    assert_true(getdelim(&text, &cap, '\0', file) > 0);
    fclose(file);
    put(folder, "passwords.conf", "define PASSWORD_up_vultr_4 = \"secret\";\n");
    struct bird_conftext *conf = read_text(folder, text);
    assert_string_equal(bird_conftext_define(conf, "NODE_ID"), "1");
    assert_string_equal(bird_conftext_define(conf, "PASSWORD_up_vultr_4"), "\"secret\"");
    assert_string_equal(bird_conftext_next(conf, "protocol bgp", &at), "up_vultr_4");
    assert_string_equal(bird_conftext_find(conf, "up_vultr_4", "password"),
                        "password PASSWORD_up_vultr_4");
    assert_string_equal(bird_conftext_find(conf, "up_vultr_4", "ipv4: export limit"),
                        "ipv4: export limit 1 action block");
    assert_string_equal(bird_conftext_find(conf, "svc_dns_6_leaving", "disabled"), "disabled yes");
    bird_conftext_free(conf);
    free(text);
    free(path);
}

/* Whatever stands there, it is read to its end. */
static void test_anything(void **state)
{
    static const char *const texts[] = { "",
                                         "}",
                                         "}}}",
                                         "{{{",
                                         "\"",
                                         "/*",
                                         "a",
                                         "protocol",
                                         "protocol bgp",
                                         "protocol bgp { ",
                                         "include",
                                         "include;",
                                         "include \"\"x;",
                                         "define",
                                         ";;;",
                                         "a { b { c { d" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err;
        put(*state, "bird.conf", texts[i]);
        struct bird_conftext *conf = bird_conftext_read(((struct folder *)*state)->root,
                                                        "/bird.conf", &err);
        if (conf)
            assert_null(bird_conftext_find(conf, "x", "y"));
        bird_conftext_free(conf);
    }
}

static void test_deep_nesting(void **state)
{
    char text[1024] = "protocol bgp up { ";
    for (int i = 0; i < 100; i++)
        strcat(text, "a { ");
    for (int i = 0; i < 100; i++)
        strcat(text, "} ");
    strcat(text, "bfd on; } protocol bgp next { password \"x\"; }");
    struct bird_conftext *conf = read_text(*state, text);
    assert_string_equal(bird_conftext_find(conf, "next", "password"), "password \"x\"");
    bird_conftext_free(conf);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_statements),    IN_FOLDER(test_templates),
        IN_FOLDER(test_includes),      IN_FOLDER(test_what_cannot_be_read),
        IN_FOLDER(test_anything),      IN_FOLDER(test_deep_nesting),
        IN_FOLDER(test_what_we_write),
    };
    return cmocka_run_group_tests_name("bird_conftext", tests, NULL, NULL);
}
