/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dnsd_conf.c - dnsd.conf: what a file gives, what is made of it, what a reload may change. */
#include "dnsd/ops/conf.h"

#include "tests/unit/textfile.h"

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

static struct dnsd_conf *read_text(const char *text, struct err *err)
{
    textfile_write(text);
    err_clear(err);
    return dnsd_conf_read(textfile_path(), err);
}

static struct dnsd_conf *read_good(const char *text)
{
    struct err err;
    struct dnsd_conf *conf = read_text(text, &err);
    if (!conf)
        fail_msg("%s", err.msg);
    return conf;
}

static void test_defaults(void **state)
{
    (void)state;
    char text[ADDR_TEXT_MAX];
    struct dnsd_conf *conf = read_good("node = \"fra1\";");
    assert_string_equal(conf->node, "fra1");
    assert_int_equal(conf->listen.count, 2);
    assert_string_equal(addr_text(&conf->addrs[0], text), "0.0.0.0@53");
    assert_string_equal(addr_text(&conf->addrs[1], text), "::@53");
    assert_int_equal(conf->workers, 0);
    assert_string_equal(conf->control_socket, PROXIMA_RUNDIR "/dnsd.sock");
    assert_string_equal(conf->report_socket, PROXIMA_RUNDIR "/report.sock");
    assert_string_equal(conf->zone_dir, PROXIMA_SYSCONFDIR "/zones");
    assert_string_equal(conf->image_dir, PROXIMA_STATEDIR "/images");
    assert_int_equal(conf->zones.count, 0);
    assert_string_equal(conf->version, "");
    assert_int_equal(conf->guard.cookies, GUARD_COOKIES_ON);
    assert_int_equal(conf->guard.secrets.count, 0);
    assert_int_equal(conf->guard.rrl.mode, RRL_OFF);
    assert_int_equal(conf->udp.payload_max, 1232);
    assert_true(conf->udp.dont_fragment);
    assert_int_equal(conf->tcp.segment_max, 1220);
    assert_int_equal(conf->anycast.count, 0);
    assert_int_equal(conf->tcp.idle_timeout_ms, 10000);
    assert_int_equal(conf->stop_timeout_ms, 600000);
    assert_int_equal(conf->log_threshold, LOG_INFO);
    dnsd_conf_free(conf);
}

static void test_paths_become_absolute(void **state)
{
    (void)state;
    struct dnsd_conf *conf = read_good(
        "node = \"a\"; run_dir = \"run\"; control_socket = \"/x/c\"; zone_dir = \"z\"; state_dir = \"s\";"
        "zones = ( { name = \"a.test\"; file = \"a\"; },"
        "          { name = \"b.test\"; file = \"/y/b\"; } );");
    assert_string_equal(conf->control_socket, "/x/c");
    assert_string_equal(conf->report_socket, "/tmp/run/report.sock");
    assert_string_equal(conf->image_dir, "/tmp/s/images");
    assert_string_equal(conf->sources[0].file, "/tmp/z/a");
    assert_string_equal(conf->sources[1].file, "/y/b");
    dnsd_conf_free(conf);
}

static void test_no_images_without_a_state_folder(void **state)
{
    (void)state;
    struct dnsd_conf *conf = read_good("node = \"a\"; state_dir = \"\";");
    assert_null(conf->image_dir);
    dnsd_conf_free(conf);
}

static void test_zones_have_their_own_transfer_lists(void **state)
{
    (void)state;
    char text[ADDR_TEXT_MAX];
    struct dnsd_conf *conf = read_good(
        "node = \"a\"; zones = ("
        " { name = \"a.test\"; file = \"a\"; allow_transfer = [ \"192.0.2.0/24\", \"::1\" ]; },"
        " { name = \"b.test\"; file = \"b\"; },"
        " { name = \".\"; file = \"c\"; allow_transfer = [ \"198.51.100.7\" ]; } );");
    const struct zone_source *sources = conf->sources;
    assert_int_equal(sources[0].allow_transfer_count, 2);
    assert_string_equal(prefix_text(&sources[0].allow_transfer[1], text), "::1/128");
    assert_int_equal(sources[1].allow_transfer_count, 0);
    assert_int_equal(sources[2].allow_transfer_count, 1);
    assert_string_equal(prefix_text(&sources[2].allow_transfer[0], text), "198.51.100.7/32");
    assert_int_equal(sources[2].name.len, 1);
    dnsd_conf_free(conf);
}

static void test_zones_have_their_own_checks(void **state)
{
    (void)state;
    struct dnsd_conf *conf = read_good(
        "node = \"a\"; signature_warning = \"2h\"; checks = [ \"missing-glue=error\", \"missing-host=off\" ];"
        " zones = ( { name = \"a.test\"; file = \"a\"; },"
        " { name = \"b.test\"; file = \"b\"; checks = [ \"missing-host=warning\" ]; } );");
    const struct check_policy *a = conf->sources[0].policy, *b = conf->sources[1].policy;
    assert_int_equal(check_level(a, CHECK_MISSING_GLUE), CHECK_ERROR);
    assert_int_equal(check_level(a, CHECK_MISSING_HOST), CHECK_OFF);
    assert_int_equal(check_level(b, CHECK_MISSING_GLUE), CHECK_ERROR);
    assert_int_equal(check_level(b, CHECK_MISSING_HOST), CHECK_WARNING);
    assert_int_equal(a->signature_warning_s, 7200);
    assert_int_equal(b->signature_warning_s, 7200);
    assert_ptr_equal(dnsd_conf_policy(conf, conf->sources[1].name.wire), b);
    assert_ptr_equal(dnsd_conf_policy(conf, (const uint8_t *)""), &conf->policy);
    dnsd_conf_free(conf);
}

/* --- folders of zones --- */

static char folder[64];
static const char *const folder_files[] = { "b.test.zone", "a.test.zone", "A.Test.zone",
                                            "..zone",      ".zone",       ".b.zone",
                                            "x..y.zone",   "notes.txt",   "0\\0471.c.test.zone" };
enum { FOLDER_FILES = sizeof folder_files / sizeof *folder_files };

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/test_dnsd_conf-folder-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    for (size_t i = 0; i < FOLDER_FILES; i++) {
        char file[256];
        snprintf(file, sizeof file, "%s/%s", folder, folder_files[i]);
        FILE *made = fopen(file, "w");
        if (!made || fclose(made))
            return -1;
    }
    char below[256];
    snprintf(below, sizeof below, "%s/sub.test.zone", folder);
    return mkdir(below, 0700);
}

static int remove_folder(void **state)
{
    (void)state;
    char file[256];
    for (size_t i = 0; i < FOLDER_FILES; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, folder_files[i]);
        unlink(file);
    }
    snprintf(file, sizeof file, "%s/sub.test.zone", folder);
    return rmdir(file) | rmdir(folder);
}

static const struct zone_source *find_source(const struct dnsd_conf *conf, const char *name)
{
    struct dname wanted;
    assert_int_equal(dname_from_text(name, &wanted, NULL), 0);
    for (size_t i = 0; i < conf->source_count; i++)
        if (dname_equal(conf->sources[i].name.wire, wanted.wire))
            return &conf->sources[i];
    return NULL;
}

/* With `before`, then the folder and what is in it. */
static struct dnsd_conf *read_with_folder(const char *before, const char *below,
                                          const char *settings, struct err *err)
{
    char text[1024];
    snprintf(text, sizeof text, "node = \"a\"; %s zone_folders = ( { folder = \"%s%s\"; %s } );",
             before, folder, below, settings);
    return read_text(text, err);
}

static void test_folder_of_zones(void **state)
{
    (void)state;
    struct err err;
    struct dnsd_conf *conf =
        read_with_folder("zones = ( { name = \"B.test\"; file = \"/listed\"; } );", "",
                         "allow_transfer = [ \"::1\" ];", &err);
    assert_non_null(conf);
    /* Once b.test, which is listed; one of the two spellings of a.test; 0/1.c.test. */
    assert_int_equal(conf->source_count, 3);
    assert_string_equal(find_source(conf, "b.test")->file, "/listed");
    assert_int_equal(find_source(conf, "b.test")->allow_transfer_count, 0);
    assert_non_null(find_source(conf, "a.test"));
    const struct zone_source *escaped = find_source(conf, "0\\0471.c.test");
    assert_non_null(strstr(escaped->file, "/0\\0471.c.test.zone"));
    assert_int_equal(escaped->allow_transfer_count, 1);
    dnsd_conf_free(conf);
}

static void test_folder_without_zones(void **state)
{
    (void)state;
    struct err err;
    assert_null(read_with_folder("", "", "suffix = \".db\";", &err));
    assert_non_null(strstr(err.msg, "has no zone NAME.db"));
    assert_null(read_with_folder("", "/none", "", &err));
    assert_non_null(strstr(err.msg, "/none: No such file or directory"));
}

static void assert_size(const struct bucket_size *size, uint32_t rate, uint32_t burst_ms)
{
    struct bucket_size expected = bucket_size(rate, burst_ms);
    assert_memory_equal(size, &expected, sizeof expected);
}

static void test_rate_limits(void **state)
{
    (void)state;
    char text[ADDR_TEXT_MAX];
    struct dnsd_conf *conf = read_good(
        "node = \"a\"; rrl = { mode = \"log-only\"; rate = 30; nxdomain_rate = 7; error_rate = 0;"
        " burst = \"1500ms\"; slip = 3; ipv4_prefix = 20; ipv6_prefix = 48;"
        " exempt = [ \"192.0.2.0/24\", \"2001:db8::1\" ]; };");
    const struct rrl_rules *rules = &conf->guard.rrl;
    assert_int_equal(rules->mode, RRL_LOG_ONLY);
    assert_size(&rules->size[RRL_DATA], 30, 1500);
    assert_size(&rules->size[RRL_NODATA], 30, 1500);
    assert_size(&rules->size[RRL_REFERRAL], 30, 1500);
    assert_size(&rules->size[RRL_NXDOMAIN], 7, 1500);
    assert_size(&rules->size[RRL_ERROR], 0, 0);
    assert_size(&rules->size[RRL_ALL], 0, 0);
    assert_int_equal(rules->slip, 3);
    assert_int_equal(rules->ipv4_bits, 20);
    assert_int_equal(rules->ipv6_bits, 48);
    assert_int_equal(rules->exempt_count, 2);
    assert_string_equal(prefix_text(&rules->exempt[1], text), "2001:db8::1/128");
    dnsd_conf_free(conf);
}

static void test_the_addresses_of_ones_own_are_not_limited(void **state)
{
    (void)state;
    char text[ADDR_TEXT_MAX];
    struct dnsd_conf *conf = read_good("node = \"a\"; rrl = { exempt = [ \"192.0.2.0/24\" ]; };"
                                       "listen = [ \"198.51.100.53@5353\", \"::\", \"::1\" ];");
    const struct rrl_rules *rules = &conf->guard.rrl;
    assert_int_equal(rules->exempt_count, 3);
    assert_string_equal(prefix_text(&rules->exempt[0], text), "192.0.2.0/24");
    assert_string_equal(prefix_text(&rules->exempt[1], text), "198.51.100.53/32");
    assert_string_equal(prefix_text(&rules->exempt[2], text), "::1/128");
    dnsd_conf_free(conf);
}

static void test_anycast_addresses(void **state)
{
    (void)state;
    char text[ADDR_TEXT_MAX];
    struct dnsd_conf *conf =
        read_good("node = \"a\"; anycast = [ \"192.0.2.0/24\", \"2001:db8::53\" ];");
    assert_int_equal(conf->anycast.count, 2);
    assert_string_equal(prefix_text(&conf->anycast_prefixes[0], text), "192.0.2.0/24");
    assert_string_equal(prefix_text(&conf->anycast_prefixes[1], text), "2001:db8::53/128");
    dnsd_conf_free(conf);
}

static void test_mistakes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "workers = 1;", "node" },
        { "node = \"\";", "node" },
        { "node = \"a b\";", "letters, digits" },
        { "node = \"a\";\nlisten = [ \"192.0.2.300\" ];", ":2: setting \"listen\"" },
        { "node = \"a\";\nlisten = [ ];", ":2: setting \"listen\"" },
        { "node = \"a\"; listen = [ \"::1\", \"::1@53\" ];", "stands there twice" },
        { "node = \"a\"; workers = 257;", "workers" },
        { "node = \"a\"; udp = { payload_max = 511; };", "udp.payload_max" },
        { "node = \"a\"; tcp = { segment_max = 1441; };", "tcp.segment_max" },
        { "node = \"a\"; tcp = { segment_max = 535; };", "tcp.segment_max" },
        { "node = \"a\";\nanycast = [ \"192.0.2.53/24\" ];", ":2: setting \"anycast\"" },
        { "node = \"a\"; tcp = { idle_timeout = \"1h\"; };", "tcp.idle_timeout" },
        { "node = \"a\"; log_level = \"loud\";", "debug, info" },
        { "node = \"a\";\ncookies = { mode = \"yes\"; };", ":2: setting \"cookies.mode\"" },
        { "node = \"a\"; cookies = { secret_file = \"/does/not/exist\"; };",
          "setting \"cookies.secret_file\": /does/not/exist: " },
        { "node = \"a\"; rrl = { mode = \"yes\"; };", "off, log-only or on" },
        { "node = \"a\"; rrl = { rate = 100001; };", "rrl.rate" },
        { "node = \"a\"; rrl = { nodata_rate = -1; };", "rrl.nodata_rate" },
        { "node = \"a\"; rrl = { burst = \"61s\"; };", "rrl.burst" },
        { "node = \"a\"; rrl = { ipv6_prefix = 65; };", "rrl.ipv6_prefix" },
        { "node = \"a\"; rrl = { exempt = [ \"192.0.2.1/24\" ]; };", "192.0.2.0/24" },
        { "node = \"a\"; report_channel = \"a..b\";", "empty label" },
        { "node = \"a\"; report_channel = \".\";", "agent domain" },
        { "node = \"a\"; zones = ( { name = \"a\"; } );", "file" },
        { "node = \"a\"; zones = ( { name = \"a..b\"; file = \"f\"; } );", "empty label" },
        { "node = \"a\"; zones = ( { name = \"a\"; file = \"f\"; },\n"
          " { name = \"b\"; file = \"f\"; }, { name = \"A.\"; file = \"f\"; } );",
          "zone A. stands there twice" },
        { "node = \"a\"; zones = ( { name = \"a\"; file = \"f\";"
          " allow_transfer = [ \"192.0.2.1/24\" ]; } );",
          "192.0.2.0/24" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err;
        assert_null(read_text(cases[i].text, &err));
        if (!strstr(err.msg, cases[i].part))
            fail_msg("no \"%s\" in: %s", cases[i].part, err.msg);
    }
}

static void test_what_a_reload_cannot_change_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *names;
    } cases[] = {
        { "node = \"a\";", "" },
        { "node = \"a\"; zone_dir = \"z\"; log_level = \"debug\"; stop_timeout = \"1s\";"
          " cookies = { mode = \"off\"; }; rrl = { mode = \"on\"; };"
          " zones = ( { name = \"a\"; file = \"f\"; } );",
          "" },
        { "node = \"b\"; workers = 3; version = \"x\"; report_channel = \"a\";",
          "node workers version report_channel " },
        { "node = \"a\"; listen = [ \"0.0.0.0\" ];", "listen " },
        { "node = \"a\"; listen = [ \"0.0.0.0\", \"::@54\" ];", "listen " },
        { "node = \"a\"; listen = [ \"0.0.0.0\", \"::\" ];", "" },
        { "node = \"a\"; udp = { send_buffer_bytes = 5000; }; tcp = { idle_timeout = \"9s\"; };",
          "udp tcp " },
        { "node = \"a\"; state_dir = \"/s\";", "state_dir " },
        { "node = \"a\"; run_dir = \"/r\";", "run_dir control_socket report_socket " },
    };
    struct dnsd_conf *first = read_good("node = \"a\";");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *names[DNSD_CONF_FIELDS_MAX];
        char text[200] = "";
        struct dnsd_conf *now = read_good(cases[i].text);
        size_t count = dnsd_conf_restart_needed(first, now, names);
        for (size_t n = 0; n < count; n++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", names[n]);
        assert_string_equal(text, cases[i].names);
        dnsd_conf_free(now);
    }
    dnsd_conf_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_paths_become_absolute),
        cmocka_unit_test(test_no_images_without_a_state_folder),
        cmocka_unit_test(test_zones_have_their_own_transfer_lists),
        cmocka_unit_test(test_zones_have_their_own_checks),
        cmocka_unit_test_setup_teardown(test_folder_of_zones, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_folder_without_zones, make_folder, remove_folder),
        cmocka_unit_test(test_rate_limits),
        cmocka_unit_test(test_the_addresses_of_ones_own_are_not_limited),
        cmocka_unit_test(test_anycast_addresses),
        cmocka_unit_test(test_mistakes_are_told),
        cmocka_unit_test(test_what_a_reload_cannot_change_is_named),
    };
    return cmocka_run_group_tests_name("dnsd_conf", tests, textfile_setup, textfile_teardown);
}
