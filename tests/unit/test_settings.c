/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_settings.c - anycastd.conf: what a file gives, and what each mistake is told. */
#include "anycastctl/model/settings.h"

#include "tests/unit/textfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define IDENTITY "node = \"fra1\"; node_id = 7;\n"
#define SERVICE                                                                                    \
    "{ name = \"dns\"; prefixes = (\"192.0.2.0/24\", \"2001:db8:53::/48\"); "                      \
    "addresses = (\"192.0.2.53\", \"2001:db8:53::53\"); zones = (\"example.com\"); }"
#define MINIMAL IDENTITY "services = (" SERVICE ");\n"

static int read_text(const char *text, struct settings *out, struct err *err)
{
    textfile_write(text);
    err_clear(err);
    return settings_read(textfile_path(), out, err);
}

static void minimal_file_gets_the_defaults(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    assert_int_equal(read_text(MINIMAL, &s, &err), 0);
    assert_string_equal(s.node, "fra1");
    assert_int_equal(s.node_id, 7);
    assert_string_equal(s.bird.socket, "/run/bird/bird.ctl");
    assert_string_equal(s.lease_socket, PROXIMA_RUNDIR "/lease.sock");
    assert_string_equal(s.bird.intent_dir, PROXIMA_RUNDIR "/intent");
    assert_int_equal(s.policy.hold_ms, 10000);
    assert_int_equal(s.drain.min_ms, 60000);
    assert_int_equal(s.drain.max_ms, 300000);
    assert_int_equal(s.drain.linger_ms, 120000);
    assert_int_equal(s.guard.lease_ms, 400);
    assert_true(s.guard.kill_bird);
    assert_int_equal(s.policy.settle_ms, 1000);
    assert_int_equal(s.asn, 0);
    assert_false(s.dry_run);
    assert_string_equal(s.host.proc, "/proc");
    assert_true(s.host.addresses && s.host.default_route && s.host.disk && s.host.clock);
    assert_false(s.host.clock_synchronised);
    settings_free(&s);
    assert_null(s.node);
}

static void relative_paths_have_their_folders(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    assert_int_equal(read_text(MINIMAL "run_dir = \"/srv/run\"; lease_socket = \"/else/l\"; "
                                       "state_dir = \"state\";",
                               &s, &err),
                     0);
    assert_string_equal(s.report_socket, "/srv/run/report.sock");
    assert_string_equal(s.lease_socket, "/else/l");
    assert_string_equal(s.bird.intent_dir, "/srv/run/intent");
    assert_string_equal(s.state_dir, "/tmp/state"); /* beside the file */
    settings_free(&s);
}

static void service_is_read_whole(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    assert_int_equal(
        read_text(
            IDENTITY
            "services = ({ name = \"tld2\"; port = 5353; fate = \"together\"; "
            "prefixes = [ \"2001:db8::/48\", \"2001:db8:1::/48\" ]; addresses = "
            "[ \"2001:db8::1\", \"2001:db8:1::2@53\" ]; zones = [ \"nl.\", \"example.com\" ]; }, " SERVICE
            ");",
            &s, &err),
        0);
    assert_int_equal(s.service_count, 2);
    const struct service *service = &s.service[0];
    assert_string_equal(service->name, "tld2");
    assert_false(service->family[FAMILY_4].enabled);
    const struct service_family *family = &service->family[FAMILY_6];
    assert_true(family->enabled);
    assert_int_equal(service->fate, FATE_TOGETHER);
    assert_int_equal(s.service[1].fate, FATE_APART);
    assert_int_equal(family->prefix_count, 2);
    assert_int_equal(family->prefix[1].bits, 48);
    assert_int_equal(family->address_count, 2);
    assert_int_equal(addr_port(&family->address[0]), 5353);
    assert_int_equal(addr_port(&family->address[1]), 53);
    assert_int_equal(service->zone_count, 2);
    char text[DNAME_TEXT_MAX];
    assert_string_equal(dname_to_text(service->zone[1].wire, text), "example.com.");
    assert_int_equal(settings_find_service(&s, "dns"), 1);
    assert_int_equal(settings_find_service(&s, "dn"), -1);
    settings_free(&s);
}

#define IN_SERVICE(text) IDENTITY "services = ({ " text " });"
#define IN_CHECKS(items) MINIMAL "checks = ( " items " );"
#define IN_DNS(prefixes, addresses)                                                                \
    IN_SERVICE("name = \"dns\"; prefixes = (" prefixes "); addresses = (" addresses                \
               "); zones = (\".\");")

static const struct {
    const char *text, *error; /* what follows the file's name */
} mistakes[] = {
    { "node_id = 1;", ": setting \"node\" is missing" },
    { "node = \"a\"; services = (" SERVICE ");", ": setting \"node_id\" is missing" },
    { IDENTITY, ": setting \"services\" is missing" },
    { MINIMAL "polcy = { };", ":3: setting \"polcy\": unknown; did you mean \"policy\"?" },
    { MINIMAL "log_level = \"loud\";",
      ":3: setting \"log_level\": \"loud\" is none of debug, info, notice, warning, error" },
    { MINIMAL "policy = { fall = 0; };",
      ":3: setting \"policy.fall\": 0 is out of range: 1 to 100" },
    { MINIMAL "asn = 0;", ":3: setting \"asn\": 0 is out of range: 1 to 4294967295" },
    { MINIMAL "policy = { settle = 0; };",
      ":3: setting \"policy.settle\": 0s is out of range: 1ms to 1m" },
    { MINIMAL "policy = { flap_cycles = 11; };",
      ":3: setting \"policy.flap_cycles\": 11 is out of range: 1 to 10" },
    { MINIMAL "drain = { min = \"2m\"; max = \"1m\"; };",
      ": drain.min (120000 ms) is more than drain.max (60000 ms)" },
    { MINIMAL "report_socket = \"/run/x\"; lease_socket = \"/run/x\";",
      ": report_socket, control_socket and lease_socket must differ: /run/x stands there twice" },
    { MINIMAL "lease_socket = \"/run/"
              "0123456789012345678901234567890123456789012345678901234567890123456789"
              "0123456789012345678901234567890123456789\";",
      ":3: setting \"lease_socket\": its length in bytes, 115 is out of range: 1 to 107" },
    { MINIMAL "run_dir = \"/run/"
              "0123456789012345678901234567890123456789012345678901234567890123456789"
              "0123456789012345678901234567890123456789\";",
      ": /run/0123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789012345678901234567890123456789/report.sock is too long for a socket's path (107 "
      "bytes)" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"telnet\"; } );",
      ":3: setting \"looking_glasses.type\": \"telnet\" is neither bird (a control socket) nor http "
      "(birdwatcher's API)" },
    { MINIMAL "looking_glasses = ( { name = \"a b\"; type = \"bird\"; } );",
      ":3: setting \"looking_glasses.name\": \"a b\" may have only letters, digits, - . and _" },
    { MINIMAL
      "looking_glasses = ( { name = \"a\"; type = \"http\"; url = \"ftp://lg/{prefix}\"; } );",
      ":3: setting \"looking_glasses.url\": \"ftp://lg/{prefix}\" begins with neither https:// nor "
      "http://" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"http\"; url = \"http://lg/\"; } );",
      ":3: setting \"looking_glasses.url\": \"http://lg/\" does not say where the prefix goes: "
      "https://lg.example/routes/prefix?prefix={prefix}" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"bird\"; socket = \"x\"; table4 = "
              "\"t all\"; } );",
      ":3: setting \"looking_glasses.table4\": \"t all\" is no name of a table in BIRD" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"http\"; } );",
      ": looking glass \"a\": type http needs a url" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"bird\"; } );",
      ": looking glass \"a\": type bird needs a socket" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"bird\"; socket = \"x\"; url = "
              "\"http://lg/{prefix}\"; } );",
      ": looking glass \"a\": type bird has no url" },
    { MINIMAL "looking_glasses = ( { name = \"a\"; type = \"bird\"; socket = \"x\"; }, { name = "
              "\"a\"; type = \"bird\"; socket = \"y\"; } );",
      ": two looking glasses are called \"a\"" },
    { IN_SERVICE(
          "name = \"my_dns\"; prefixes = (\"192.0.2.0/24\"); addresses = (\"192.0.2.1\"); zones = (\".\");"),
      ":2: setting \"services.name\": service name \"my_dns\" may have only a-z and 0-9: it becomes "
      "part of the protocols' names in BIRD" },
    { IN_DNS("\"192.0.2.0/24\"", "\"192.0.3.1\""),
      ":2: setting \"services.addresses\": address 192.0.3.1 is within none of the service's "
      "prefixes" },
    { IN_DNS("\"192.0.2.0/24\"", "\"2001:db8::1\""),
      ":2: setting \"services.addresses\": address 2001:db8::1 is within none of the service's "
      "prefixes" },
    { IN_DNS("\"192.0.2.0/24\", \"198.51.100.0/24\"", "\"192.0.2.1\""),
      ":2: setting \"services.addresses\": no address is within 198.51.100.0/24: nobody could tell "
      "whether it is answered there" },
    { IN_DNS("\"192.0.2.0/24\"", "\"192.0.2.1\", \"192.0.2.1\""),
      ":2: setting \"services.addresses\": address 192.0.2.1 stands there twice" },
    { IN_DNS("\"192.0.2.0/24\", \"192.0.2.0/24\"", "\"192.0.2.1\""),
      ":2: setting \"services.prefixes\": prefix 192.0.2.0/24 stands there twice" },
    { IN_DNS("\"10.1.0.0/16\", \"10.2.0.0/16\", \"10.3.0.0/16\", \"10.4.0.0/16\", "
             "\"10.5.0.0/16\", \"10.6.0.0/16\", \"10.7.0.0/16\", \"10.8.0.0/16\", \"10.9.0.0/16\"",
             "\"10.1.0.1\""),
      ":2: setting \"services.prefixes\": more than 8 IPv4 prefixes" },
    { IN_DNS("\"0.0.0.0/0\"", "\"192.0.2.1\""),
      ":2: setting \"services.prefixes\": 0.0.0.0/0 is every address there is: name the prefixes "
      "of the service" },
    { IN_DNS("\"192.0.2.1/24\"", "\"192.0.2.1\""),
      ":2: setting \"services.prefixes\": \"192.0.2.1/24\" has bits set behind its length: the "
      "prefix is 192.0.2.0/24" },
    { IN_SERVICE("name = \"dns\"; prefixes = (\"192.0.2.0/24\"); fate = \"alone\"; addresses = "
                 "(\"192.0.2.1\"); zones = (\".\");"),
      ":2: setting \"services.fate\": \"alone\" is neither apart (each address family is judged by "
      "itself) nor together" },
    { IN_SERVICE(
          "name = \"dns\"; prefixes = (\"192.0.2.0/24\"); addresses = (\"192.0.2.1\"); zones "
          "= (\"a.b\", \"A.b.\");"),
      ":2: setting \"services.zones\": zone \"A.b.\" stands there twice" },
    { IN_CHECKS("{ name = \"a\"; command = [ \"true\" ]; }"),
      ":3: setting \"checks.command\": \"true\" is no absolute path: it is run without a shell, and "
      "sought nowhere" },
    { IN_CHECKS("{ name = \"a b\"; command = [ \"/bin/true\" ]; }"),
      ":3: setting \"checks.name\": \"a b\" may have only letters, digits, - and _" },
    { IN_CHECKS("{ name = \"a\"; command = [ \"/bin/true\" ]; class = \"local-fatal\"; }"),
      ":3: setting \"checks.class\": \"local-fatal\" is none of alarm, soft, wrong" },
    { IN_CHECKS("{ name = \"a\"; command = [ \"/bin/true\" ]; service = \"web\"; }"),
      ": check \"a\": there is no service \"web\"" },
    { IN_CHECKS("{ name = \"a\"; command = [ \"/bin/true\" ]; }, { name = \"a\"; command = [ "
                "\"/bin/false\" ]; }"),
      ": two checks are called \"a\"" },
    { IDENTITY "services = (" SERVICE ", " SERVICE ");",
      ":2: setting \"services\": two services are called \"dns\"" },
    { IDENTITY "services = (" SERVICE
               ", { name = \"b\"; prefixes = (\"192.0.2.128/25\"); addresses "
               "= (\"192.0.2.129\"); zones = (\".\"); });",
      ":2: setting \"services\": services \"dns\" and \"b\" overlap in 192.0.2.0/24 and "
      "192.0.2.128/25: what is announced together is one service" },
};

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct settings s;
        struct err err;
        assert_int_equal(read_text(mistakes[i].text, &s, &err), -1);
        assert_int_equal(strncmp(err.msg, textfile_path(), strlen(textfile_path())), 0);
        assert_string_equal(err.msg + strlen(textfile_path()), mistakes[i].error);
    }
}

static void checks_are_read_whole(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    assert_int_equal(
        read_text(
            IN_CHECKS("{ name = \"ntp\"; command = [ \"/bin/check\", \"-x\" ]; interval = "
                      "\"1m\"; timeout = 500; class = \"wrong\"; service = \"dns\"; fall = 1; "
                      "rise = 4; }, { name = \"b\"; command = [ \"/b\" ]; }"),
            &s, &err),
        0);
    assert_int_equal(s.checks.count, 2);
    const struct command_settings *check = settings_command(&s, 0);
    assert_string_equal(check->name, "ntp");
    assert_int_equal(check->command.count, 2);
    assert_string_equal(check->command.items[1], "-x");
    assert_int_equal(check->interval_ms, 60000);
    assert_int_equal(check->timeout_ms, 500);
    assert_int_equal(check->class, CLASS_WRONG);
    assert_int_equal(check->service, 0);
    assert_int_equal(check->fall, 1);
    assert_int_equal(check->rise, 4);
    check = settings_command(&s, 1);
    assert_int_equal(check->class, CLASS_SOFT);
    assert_int_equal(check->service, -1);
    assert_int_equal(s.checks_at_once, 4);
    settings_free(&s);
}

static void times_are_adopted_and_the_rest_is_named(void **state)
{
    (void)state;
    struct settings running, fresh;
    struct err err;
    assert_int_equal(read_text(MINIMAL, &running, &err), 0);
    assert_int_equal(running.drill.detect_ms, -1);
    assert_int_equal(read_text(MINIMAL "policy = { hold = \"1m\"; }; drain = { min = 5; }; "
                                       "drill = { detect = \"400ms\"; lost = 0; };",
                               &fresh, &err),
                     0);
    assert_null(settings_adopt(&running, &fresh));
    assert_int_equal(running.drill.detect_ms, 400);
    assert_int_equal(running.drill.lost, 0);
    assert_int_equal(running.drill.restore_ms, -1);
    assert_int_equal(running.policy.hold_ms, 60000);
    assert_int_equal(running.drain.min_ms, 5);
    settings_free(&fresh);

    static const struct {
        const char *text, *name;
    } others[] = {
        { "bird = { socket = \"/other\"; };", "bird.socket" },
        { "probe = { interval = \"1s\"; };", "probe" },
        { "guard = { kill_bird = false; };", "guard" },
        { "host = { clock = false; };", "host" },
        { "checks = ({ name = \"a\"; command = [ \"/bin/true\" ]; });", "checks" },
        { "checks_at_once = 5;", "checks" },
        { "proof = { limit = \"5m\"; };", "proof" },
        { "looking_glasses = ({ name = \"a\"; type = \"bird\"; socket = \"x\"; });",
          "looking_glasses" },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", MINIMAL, others[i].text);
        assert_int_equal(read_text(text, &fresh, &err), 0);
        assert_string_equal(settings_adopt(&running, &fresh), others[i].name);
        settings_free(&fresh);
    }
    assert_int_equal(read_text(IN_DNS("\"192.0.2.0/24\"", "\"192.0.2.1\""), &fresh, &err), 0);
    assert_string_equal(settings_adopt(&running, &fresh), "services");
    settings_free(&fresh);
    settings_free(&running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minimal_file_gets_the_defaults),
        cmocka_unit_test(relative_paths_have_their_folders),
        cmocka_unit_test(service_is_read_whole),
        cmocka_unit_test(checks_are_read_whole),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(times_are_adopted_and_the_rest_is_named),
    };
    return cmocka_run_group_tests_name("settings", tests, textfile_setup, textfile_teardown);
}
