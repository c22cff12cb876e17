/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_breaker.c - who may ask for what; whom BIRD has for neighbours, and what is dropped for
 * them; the note that a successor obeys; which process is behind a socket. */
#include "anycastctl/breaker/act.h"
#include "anycastctl/breaker/breaker.h"
#include "anycastctl/breaker/conf.h"
#include "anycastctl/breaker/link.h"
#include "anycastctl/breaker/neighbours.h"
#include "anycastctl/breaker/note.h"
#include "anycastctl/breaker/process.h"
#include "bird/reply.h"
#include "common/unixsock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[32];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/breaker-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static const char *below(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* --- who, and what ---------------------------------------------------------------------------- */

static void test_only_root_and_the_group_may_ask(void **state)
{
    (void)state;
    const struct unixsock_peer root = { 1, 0, 0 }, nobody = { 1, 65534, 65534 };
    const struct unixsock_peer daemon = { 1, 1, 1 }, roots_group = { 1, 65534, 0 };
    assert_true(breaker_may_ask(&root, ""));
    assert_false(breaker_may_ask(&nobody, ""));
    assert_false(breaker_may_ask(&roots_group, ""));
    assert_false(breaker_may_ask(&nobody, "daemon"));
    assert_true(breaker_may_ask(&daemon, "daemon"));
    assert_false(breaker_may_ask(&daemon, "no-such-group"));
}

static void test_acts_are_a_fixed_list(void **state)
{
    (void)state;
    static const char *const wrong[] = { "", "reboot", "dnsd-kill ", "DNSD-KILL", "dnsd" };
    enum act act;
    for (int i = 0; i < ACT_COUNT; i++) {
        assert_int_equal(act_parse(act_name((enum act)i), &act), 0);
        assert_int_equal(act, i);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(act_parse(wrong[i], &act), -1);
    assert_int_equal(act_kills(ACT_BIRD_KILL), ROLE_BIRD);
    assert_int_equal(act_kills(ACT_DNSD_STOP), -1);
}

/* --- the link --------------------------------------------------------------------------------- */

static struct neighbours neighbours_of(const char *text)
{
    struct neighbours out = { 0 };
    struct bird_parser *parser = bird_parser_new();
    const struct bird_reply *reply = NULL;
    bird_parser_feed(parser, text, strlen(text), &reply);
    assert_non_null(reply);
    neighbours_read(reply, &out);
    bird_parser_free(parser);
    return out;
}

static const char protocols[] =
    "2002-Name       Proto      Table      State  Since         Info\n"
    "1002-device1    Device     ---        up     08:00:00.000  \n"
    "1006-\n"
    "1002-fleet_nyc  BGP        ---        up     08:00:00.000  Established   \n"
    "1006-  BGP state:          Established\n"
    "     Neighbor address: 10.0.0.2\n"
    "\n"
    "1002-transit    BGP        ---        up     08:00:00.000  Established   \n"
    "1006-  BGP state:          Established\n"
    "     Neighbor address: 198.51.100.5\n"
    "     Neighbor AS:      64501\n"
    "1002-transit6   BGP        ---        start  08:00:00.000  Active\n"
    "1006-  BGP state:          Active\n"
    "     Neighbor address: fe80::1%eth0\n"
    "1002-same       BGP        ---        up     08:00:00.000  Established   \n"
    "1006-    Neighbor address: 198.51.100.5\n"
    "1002-evil       BGP        ---        up     08:00:00.000  Established   \n"
    "1006-    Neighbor address: fe80::2%a\";drop\n"
    "0000 \n";

static void test_neighbours_are_the_providers_only(void **state)
{
    (void)state;
    char host[ADDR_TEXT_MAX];
    const struct neighbours all = neighbours_of(protocols);
    assert_int_equal(all.count, 2);
    assert_string_equal(addr_text_host(&all.neighbour[0].addr, host), "198.51.100.5");
    assert_string_equal(all.neighbour[0].device, "");
    assert_string_equal(addr_text_host(&all.neighbour[1].addr, host), "fe80::1");
    assert_string_equal(all.neighbour[1].device, "eth0");
}

static void test_rules_name_nobody_else(void **state)
{
    (void)state;
    const struct neighbours all = neighbours_of(protocols);
    char *rules = link_rules(&all);
    assert_non_null(strstr(rules, "flags owner\n"));
    assert_non_null(strstr(rules, "    ip saddr 198.51.100.5 counter drop\n"));
    assert_non_null(strstr(rules, "    ip daddr 198.51.100.5 counter drop\n"));
    assert_non_null(strstr(rules, "    iifname \"eth0\" ip6 saddr fe80::1 counter drop\n"));
    assert_non_null(strstr(rules, "    oifname \"eth0\" ip6 daddr fe80::1 counter drop\n"));
    int drops = 0;
    for (const char *p = rules; (p = strstr(p, "drop\n")); p++)
        drops++;
    assert_int_equal(drops, 4);
    free(rules);
}

/* --- the note --------------------------------------------------------------------------------- */

static void test_note_is_found_again(void **state)
{
    (void)state;
    struct err err;
    struct note note = { ACT_DNSD_STOP, 4711, 99 }, found;
    const char *path = below("broken.json");
    assert_int_equal(note_read(path, &found, &err), 0);
    assert_int_equal(note_write(path, &note, &err), 0);
    assert_int_equal(note_read(path, &found, &err), 1);
    assert_int_equal(found.act, ACT_DNSD_STOP);
    assert_int_equal(found.pid, 4711);
    assert_int_equal(found.started, 99);
    note_remove(path);
    assert_int_equal(note_read(path, &found, &err), 0);
}

static void test_broken_notes_are_errors(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "{", "{\"act\":\"reboot\",\"pid\":1,\"started\":1}",
                                         "{\"act\":\"dnsd-stop\"}",
                                         "{\"act\":\"dnsd-stop\",\"pid\":-1,\"started\":1}" };
    const char *path = below("broken.json");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct note found;
        struct err err = { "" };
        FILE *file = fopen(path, "w");
        fputs(texts[i], file);
        fclose(file);
        assert_int_equal(note_read(path, &found, &err), -1);
        assert_non_null(strstr(err.msg, path));
    }
    note_remove(path);
}

/* --- processes -------------------------------------------------------------------------------- */

/* A child that listens at `path` until it is ended. */
static pid_t start_listener(const char *path)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (unixsock_listen(path, SOCK_STREAM, 0660, NULL) < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void test_process_is_found_by_its_socket(void **state)
{
    (void)state;
    struct err err;
    struct process process, again;
    int status;
    const char *path = below("daemon.sock");
    pid_t pid = start_listener(path);
    assert_int_equal(process_find(path, &process, &err), 0);
    assert_int_equal(process.pid, pid);
    assert_false(process_is_new(path, &process));
    assert_int_equal(process_find_again(pid, process.started, &again), 0);
    process_close(&again);
    assert_int_equal(process_find_again(pid, process.started + 1, &again), -1);

    assert_int_equal(process_signal(&process, SIGKILL, &err), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_false(process_is_new(path, &process));
    pid = start_listener(path);
    assert_true(process_is_new(path, &process));
    process_close(&process);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_int_equal(process_find(path, &process, &err), -1);
}

static void test_we_are_not_for_us_to_touch(void **state)
{
    (void)state;
    struct err err;
    struct process process;
    const char *path = below("own.sock");
    int fd = unixsock_listen(path, SOCK_STREAM, 0660, &err);
    assert_true(fd >= 0);
    assert_int_equal(process_find(path, &process, &err), -1);
    assert_non_null(strstr(err.msg, "not for us to touch"));
    close(fd);
}

/* --- the settings ----------------------------------------------------------------------------- */

static int read_conf(const char *text, mode_t mode, struct breaker_conf *out, struct err *err)
{
    const char *path = below("anycastdrill.conf");
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
    return breaker_conf_read(path, out, err);
}

static void test_settings(void **state)
{
    (void)state;
    struct err err;
    struct breaker_conf conf;
    assert_int_equal(read_conf("group = \"ops\";\ndnsd = { start = [ \"/bin/true\", \"-x\" ]; };\n",
                               0644, &conf, &err),
                     0);
    assert_string_equal(conf.group, "ops");
    assert_true(breaker_conf_has_commands(&conf));
    assert_string_equal(conf.role[ROLE_DNSD].start.items[1], "-x");
    assert_string_equal(conf.role[ROLE_BIRD].unit, "bird.service");
    breaker_conf_free(&conf);
    assert_int_equal(read_conf("", 0644, &conf, &err), 0);
    assert_false(breaker_conf_has_commands(&conf));
    breaker_conf_free(&conf);
}

static void test_settings_that_are_not_to_be_trusted(void **state)
{
    (void)state;
    struct err err;
    struct breaker_conf conf;
    assert_int_equal(read_conf("", 0666, &conf, &err), -1);
    assert_non_null(strstr(err.msg, "chmod go-w"));
    assert_int_equal(read_conf("dnsd = { start = [ \"dnsd\" ]; };\n", 0644, &conf, &err), -1);
    assert_non_null(strstr(err.msg, "no absolute path"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_root_and_the_group_may_ask),
        cmocka_unit_test(test_acts_are_a_fixed_list),
        cmocka_unit_test(test_neighbours_are_the_providers_only),
        cmocka_unit_test(test_rules_name_nobody_else),
        cmocka_unit_test(test_note_is_found_again),
        cmocka_unit_test(test_broken_notes_are_errors),
        cmocka_unit_test(test_process_is_found_by_its_socket),
        cmocka_unit_test(test_we_are_not_for_us_to_touch),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_settings_that_are_not_to_be_trusted),
    };
    return cmocka_run_group_tests_name("breaker", tests, make_folder, remove_folder);
}
