/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_live.c - the client, the names and the intent with a real BIRD, without privileges and
 * network: static protocols only, in a folder of its own. Skipped where no BIRD is installed.
 * BIRD=/path/to/bird chooses another one. */
#include "bird/client.h"
#include "bird/intent.h"
#include "bird/names.h"
#include "bird/process.h"
#include "bird/route.h"
#include "bird/show.h"
#include "common/mono.h"
#include "tests/unit/await.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct bird_name normal = { "dns", 4, LEVEL_NORMAL };
static const struct bird_name drain = { "dns", 4, LEVEL_DRAIN };

static const char config[] =
    "log \"bird.log\" all;\n"
    "router id 10.0.0.1;\n"
    "timeformat base iso long us; timeformat protocol iso long us; timeformat route iso long us;\n"
    "protocol device { }\n"
    "template static any { disabled yes; ipv4; }\n"
    "protocol static svc_dns_4_normal from any {\n"
    "    include \"[i]ntent/svc_dns_4_normal.conf\";\n"
    "    route 192.0.2.0/24 blackhole;\n"
    "    ipv4 { preference 210; import filter {\n"
    "        bgp_large_community.add((64500, 1, 7)); bgp_large_community.add((64500, 2, 1)); accept;\n"
    "    }; };\n"
    "}\n"
    "protocol static svc_dns_4_drain from any {\n"
    "    include \"[i]ntent/svc_dns_4_drain.conf\";\n"
    "    route 192.0.2.0/24 blackhole;\n"
    "    ipv4 { preference 230; import filter {\n"
    "        bgp_large_community.add((64500, 1, 7)); bgp_large_community.add((64500, 2, 3)); accept;\n"
    "    }; };\n"
    "}\n";

/* What the owner has heard. */
static struct {
    int ups, downs, replies, failures;
    enum bird_outcome outcome;
    enum bird_result result;
    char headline[128];
    enum bird_proto_state state[LEVEL_COUNT]; /* from `show protocols` */
    struct bird_status status;
    struct bird_route route; /* the best one from `show route` */
    char route_line[128];    /* its line, with the time since it is there */
    int routes;
} heard;

static const char *program;
static char folder[] = "/tmp/test_bird_live-XXXXXX";
static char file_config[64], file_socket[64], file_pid[64], dir_intent[64];
static struct ev_loop *loop;
static struct bird_client *client;
static pid_t bird;

/* ---- BIRD ---- */

static bool find_bird(void)
{
    program = getenv("BIRD");
    if (!program)
        program = BIRD_PROGRAM;
    return access(program, X_OK) == 0;
}

/* In the foreground, as a child of ours; or by itself into the background, found by its pid file.
 */
static void start_bird(bool background)
{
    bird = fork();
    assert_true(bird >= 0);
    if (bird == 0) {
        if (chdir(folder) == 0 && background)
            execl(program, "bird", "-c", file_config, "-s", file_socket, "-P", file_pid,
                  (char *)NULL);
        else
            execl(program, "bird", "-f", "-c", file_config, "-s", file_socket, "-P", file_pid,
                  (char *)NULL);
        _exit(127);
    }
}

static void end_bird(int signal_number)
{
    assert_int_equal(kill(bird, signal_number), 0);
    assert_int_equal(waitpid(bird, NULL, 0), bird);
    bird = 0;
}

/* ---- the owner ---- */

static void on_up(void *arg, const struct bird_version *version)
{
    (void)arg;
    assert_in_range(version->major, 2, 3);
    heard.ups++;
}

static void on_down(void *arg, const char *reason)
{
    (void)arg, (void)reason;
    heard.downs++;
}

static void note_protocols(const struct bird_reply *reply)
{
    struct bird_proto proto;
    struct bird_name name;
    for (size_t row = 0; bird_show_protocol(reply, &row, &proto);)
        if (bird_name_parse(proto.name, &name) == 0)
            heard.state[name.level] = proto.state;
}

static void note_routes(const struct bird_reply *reply)
{
    struct bird_routes routes = { .reply = reply };
    struct bird_route route;
    for (heard.routes = 0; bird_routes_next(&routes, &route); heard.routes++)
        if (route.primary)
            heard.route = route;
    for (size_t i = 0; i < reply->count; i++)
        if (strchr(reply->lines[i].text, '*'))
            snprintf(heard.route_line, sizeof heard.route_line, "%s", reply->lines[i].text);
}

static void on_reply(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    (void)arg;
    heard.outcome = outcome;
    if (outcome != BIRD_ANSWERED) {
        heard.failures++;
        return;
    }
    heard.replies++;
    heard.result = bird_reply_result(reply);
    snprintf(heard.headline, sizeof heard.headline, "%s", bird_reply_headline(reply)->text);
    note_protocols(reply);
    note_routes(reply);
    bird_show_status(reply, &heard.status, NULL);
}

static void await(const int *number, int wanted)
{
    AWAIT_ON(loop, *number >= wanted, "ups %d, replies %d, %s", heard.ups, heard.replies,
             bird_client_problem(client));
}

static void tell(enum bird_lane lane, const char *command)
{
    struct err err;
    if (bird_client_send(client, lane, command, on_reply, NULL, &err))
        fail_msg("%s", err.msg);
}

static void ask(const char *command)
{
    int replies = heard.replies;
    tell(BIRD_READ, command);
    await(&heard.replies, replies + 1);
}

static void do_it(const char *command)
{
    ask(command);
    if (heard.result == BIRD_FAILED)
        fail_msg("%s: %s", command, heard.headline);
}

/* BIRD 3 needs a moment until a protocol is where it was sent. */
static void await_state(enum level level, enum bird_proto_state state)
{
    struct mono deadline = mono_add_ms(mono_now(), 20000);
    do {
        ask(BIRD_COMMAND_PROTOCOLS);
        assert_true(mono_before(mono_now(), deadline));
    } while (heard.state[level] != state);
}

static void await_routes(int wanted)
{
    struct mono deadline = mono_add_ms(mono_now(), 20000);
    do {
        ask("show route all");
        assert_true(mono_before(mono_now(), deadline));
    } while (heard.routes != wanted);
}

static enum level announced(void)
{
    uint32_t node = 0;
    enum level level = LEVEL_WITHDRAWN;
    assert_int_equal(bird_route_origin(&heard.route, 64500, &node, &level), 0);
    assert_int_equal(node, 7);
    return level;
}

/* Asks until no other configure is under way, then configures. */
static void configure(void)
{
    do
        ask("configure status");
    while (strcmp(heard.headline, "Daemon is up and running") != 0);
    do_it("configure");
    do
        ask("configure status");
    while (strcmp(heard.headline, "Daemon is up and running") != 0);
}

/* ---- around each test ---- */

static int write_config(void)
{
    FILE *file = fopen(file_config, "w");
    if (!file)
        return -1;
    int failed = fputs(config, file) < 0;
    return fclose(file) || failed;
}

static int begin(void **state)
{
    (void)state;
    memset(&heard, 0, sizeof heard);
    bird = 0;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(file_config, sizeof file_config, "%s/bird.conf", folder);
    snprintf(file_socket, sizeof file_socket, "%s/bird.ctl", folder);
    snprintf(file_pid, sizeof file_pid, "%s/bird.pid", folder);
    snprintf(dir_intent, sizeof dir_intent, "%s/intent", folder);
    loop = ev_loop_new(EVFLAG_AUTO);
    const struct bird_client_options options = { .path = file_socket,
                                                 .on_up = on_up,
                                                 .on_down = on_down };
    client = bird_client_new(loop, &options);
    return write_config();
}

static int end(void **state)
{
    (void)state;
    bird_client_free(client);
    ev_loop_destroy(loop);
    if (bird > 0) {
        kill(bird, SIGKILL);
        waitpid(bird, NULL, 0);
    }
    bird_intent_clear_all(dir_intent, NULL);
    rmdir(dir_intent);
    static const char *const files[] = { "bird.conf", "bird.ctl", "bird.pid", "bird.log" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void start(void)
{
    if (!find_bird())
        skip();
    start_bird(false);
    bird_client_start(client);
    await(&heard.ups, 1);
}

/* ---- tests ---- */

static void nothing_is_announced_until_somebody_says_so(void **state)
{
    (void)state;
    start();
    ask(BIRD_COMMAND_PROTOCOLS);
    assert_int_equal(heard.state[LEVEL_NORMAL], BIRD_PROTO_DOWN);
    assert_int_equal(heard.state[LEVEL_DRAIN], BIRD_PROTO_DOWN);
    ask("show route all");
    assert_int_equal(heard.routes, 0);
}

static void make_before_break_and_withdraw(void **state)
{
    (void)state;
    char command[BIRD_COMMAND_MAX];
    start();
    do_it(bird_command_enable(&normal, command));
    await_routes(1);
    assert_int_equal(announced(), LEVEL_NORMAL);
    do_it(bird_command_enable(&normal, command));
    assert_int_equal(heard.result, BIRD_ALREADY);

    do_it(bird_command_enable(&drain, command));
    await_routes(2);
    assert_int_equal(announced(), LEVEL_DRAIN); /* preferred although normal is there */
    do_it(bird_command_disable(&normal, command));
    await_routes(1);
    assert_int_equal(announced(), LEVEL_DRAIN);

    do_it(bird_command_withdraw("dns", 4, command));
    assert_int_equal(heard.result, BIRD_DONE);
    await_routes(0);
    do_it(BIRD_COMMAND_WITHDRAW_ALL);
    assert_int_equal(heard.result, BIRD_ALREADY);
    ask(bird_command_withdraw("mail", 4, command));
    assert_int_equal(heard.result, BIRD_FAILED);
    assert_string_equal(heard.headline, "No protocols match");
}

static void commands_written_together_are_answered_in_order(void **state)
{
    (void)state;
    char command[BIRD_COMMAND_MAX];
    start();
    tell(BIRD_READ, BIRD_COMMAND_STATUS);
    for (int i = 0; i < 50; i++) {
        tell(BIRD_URGENT, bird_command_enable(&normal, command));
        tell(BIRD_URGENT, bird_command_disable(&normal, command));
    }
    await(&heard.replies, 101);
    assert_string_equal(heard.headline, "svc_dns_4_normal: disabled");
    await_routes(0);
    assert_int_equal(heard.downs, 0);
}

static void restart_is_noticed(void **state)
{
    (void)state;
    char command[BIRD_COMMAND_MAX];
    start();
    do_it(bird_command_enable(&normal, command));
    ask(BIRD_COMMAND_STATUS);
    struct bird_status before = heard.status;
    assert_int_equal(before.phase, BIRD_RUNNING);
    ask(BIRD_COMMAND_STATUS);
    assert_true(bird_time_same(heard.status.last_reboot, before.last_reboot));
    assert_false(bird_client_restarted(client));
    end_bird(SIGKILL);
    await(&heard.downs, 1);
    start_bird(false);
    await(&heard.ups, 2);
    assert_true(bird_client_restarted(client));
    ask(BIRD_COMMAND_STATUS);
    assert_string_equal(heard.status.version, before.version);
    ask("show route all");
    assert_int_equal(heard.routes, 0);
}

static void configure_disables_what_has_no_intent(void **state)
{
    (void)state;
    char command[BIRD_COMMAND_MAX];
    start();
    do_it(bird_command_enable(&normal, command));
    await_state(LEVEL_NORMAL, BIRD_PROTO_UP);
    configure();
    await_state(LEVEL_NORMAL, BIRD_PROTO_DOWN);
}

/* The second within its minute since when the route is there. */
static double route_second(void)
{
    const char *colon = strrchr(heard.route_line, ':');
    assert_non_null(colon);
    return strtod(colon + 1, NULL);
}

static void let_pass_ms(int ms)
{
    struct mono until = mono_add_ms(mono_now(), ms);
    while (mono_before(mono_now(), until))
        ask(BIRD_COMMAND_STATUS);
}

static void intent_outlives_configure_without_a_blink(void **state)
{
    (void)state;
    char command[BIRD_COMMAND_MAX];
    start();
    assert_int_equal(bird_intent_prepare(dir_intent, NULL), 0);
    assert_int_equal(bird_intent_set(dir_intent, &normal, NULL), 0);
    do_it(bird_command_enable(&normal, command));
    await_routes(1);
    double before = route_second();
    for (int i = 0; i < 2; i++) {
        let_pass_ms(20);
        configure();
        ask(BIRD_COMMAND_PROTOCOLS);
        assert_int_equal(heard.state[LEVEL_NORMAL], BIRD_PROTO_UP);
        assert_int_equal(heard.state[LEVEL_DRAIN], BIRD_PROTO_DOWN);
        ask("show route all");
        assert_int_equal(heard.routes, 1);
        double apart = fabs(route_second() - before);
        assert_true(apart < 0.001 || apart > 59.999); /* it is the one from the start */
    }

    do_it(bird_command_withdraw("dns", 4, command));
    assert_int_equal(bird_intent_clear_service(dir_intent, "dns", 4, NULL), 0);
    configure();
    await_state(LEVEL_NORMAL, BIRD_PROTO_DOWN);
    await_routes(0);
}

static void restarted_bird_announces_the_intent(void **state)
{
    (void)state;
    start();
    assert_int_equal(bird_intent_prepare(dir_intent, NULL), 0);
    assert_int_equal(bird_intent_set(dir_intent, &drain, NULL), 0);
    end_bird(SIGTERM);
    await(&heard.downs, 1);
    start_bird(false);
    await(&heard.ups, 2);
    await_routes(1); /* so whoever sees BIRD go clears it */
    assert_int_equal(announced(), LEVEL_DRAIN);
    end_bird(SIGTERM);
    assert_int_equal(bird_intent_clear_all(dir_intent, NULL), 0);
    start_bird(false);
    await(&heard.ups, 3);
    ask("show route all");
    assert_int_equal(heard.routes, 0);
}

static void unfinished_intent_is_not_read(void **state)
{
    (void)state;
    start();
    assert_int_equal(bird_intent_prepare(dir_intent, NULL), 0);
    char path[128];
    snprintf(path, sizeof path, "%s/svc_dns_4_normal.new", dir_intent);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("disabl", file);
    fclose(file);
    configure();
    ask(BIRD_COMMAND_PROTOCOLS);
    assert_int_equal(heard.state[LEVEL_NORMAL], BIRD_PROTO_DOWN);
}

static void hung_bird_times_out_and_comes_back(void **state)
{
    (void)state;
    start();
    assert_int_equal(kill(bird, SIGSTOP), 0);
    tell(BIRD_URGENT, BIRD_COMMAND_WITHDRAW_ALL);
    await(&heard.failures, 1);
    assert_int_equal(heard.outcome, BIRD_TIMEOUT);
    assert_false(bird_client_connected(client));
    assert_int_equal(kill(bird, SIGCONT), 0);
    await(&heard.ups, 2);
    assert_false(bird_client_restarted(client));
    do_it(BIRD_COMMAND_STATUS);
}

static void restricted_socket_is_noticed(void **state)
{
    (void)state;
    start();
    do_it("restrict");
    assert_true(bird_client_restricted(client));
    do_it(BIRD_COMMAND_STATUS);
    ask(BIRD_COMMAND_WITHDRAW_ALL);
    assert_string_equal(heard.headline, "Access denied");
}

static void process_in_the_foreground(void **state)
{
    (void)state;
    struct err err;
    pid_t pid = 0;
    start();
    int pidfd = bird_client_open_process(client, NULL, &pid, &err);
    if (pidfd < 0)
        fail_msg("%s", err.msg);
    close(pidfd);
    assert_int_equal(pid, bird);
}

static void process_in_the_background(void **state)
{
    (void)state;
    struct err err;
    pid_t pid = 0;
    if (!find_bird())
        skip();
    start_bird(true);
    bird_client_start(client);
    await(&heard.ups, 1);
    assert_int_equal(waitpid(bird, NULL, 0), bird); /* it has left the daemon behind */
    bird = 0;
    assert_int_equal(bird_client_open_process(client, NULL, &pid, NULL), -1);
    int pidfd = bird_client_open_process(client, file_pid, &pid, &err);
    if (pidfd < 0)
        fail_msg("%s", err.msg);
    assert_int_equal(kill(pid, SIGTERM), 0);
    await(&heard.downs, 1);
    close(pidfd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_announced_until_somebody_says_so),
        TEST(make_before_break_and_withdraw),
        TEST(commands_written_together_are_answered_in_order),
        TEST(restart_is_noticed),
        TEST(configure_disables_what_has_no_intent),
        TEST(intent_outlives_configure_without_a_blink),
        TEST(restarted_bird_announces_the_intent),
        TEST(unfinished_intent_is_not_read),
        TEST(hung_bird_times_out_and_comes_back),
        TEST(restricted_socket_is_noticed),
        TEST(process_in_the_foreground),
        TEST(process_in_the_background),
    };
    return cmocka_run_group_tests_name("bird_live", tests, NULL, NULL);
}
