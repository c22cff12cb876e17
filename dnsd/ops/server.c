/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.c - starts the parts in order, connects them, and ends them in reverse. */
#include "dnsd/ops/server.h"

#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/privs.h"
#include "common/protect.h"
#include "dnsd/guard/secretfile.h"
#include "dnsd/net/net.h"
#include "dnsd/ops/conf.h"
#include "dnsd/ops/control.h"
#include "dnsd/ops/failing.h"
#include "dnsd/ops/fatal.h"
#include "dnsd/ops/health.h"
#include "dnsd/ops/reload.h"
#include "dnsd/ops/reporter.h"
#include "dnsd/ops/stop.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static const double TICK_S = 0.1;
static const double STOP_TICK_S = 0.02; /* while stopping */

struct server {
    struct dnsd_conf *conf; /* that we were started with */
    struct net_settings net_settings;
    struct guard *guard;              /* NULL until the sockets are opened */
    struct cookie_secrets own_secret; /* where no file has one */
    struct net *net;
    struct publish *publish; /* of struct zone_set; NULL until zones are loaded */
    struct failing failing;  /* stands between the loader and `publish` */
    struct health health;
    struct ev_loop *loop;
    struct reporter_owner reporter_owner;
    struct reporter *reporter;
    struct reload_owner reload_owner;
    struct reload *reload;
    struct control *control;
    ev_timer tick, stop_tick;
    ev_signal sigterm, sigint, sighup;
    int64_t watchdog_ms;
    struct mono watchdog_sent;
    struct stop stop;
    struct stop_facts facts;
    int64_t stop_timeout_ms;
    struct err *err; /* why it failed */
    int result;
};

/* --- who may be refused ----------------------------------------------------------------------- */

static struct guard_rules rules_of(const struct server *server, const struct dnsd_conf *conf)
{
    struct guard_rules rules = conf->guard;
    if (rules.secrets.count == 0)
        rules.secrets = server->own_secret;
    return rules;
}

static void make_guard(struct server *server)
{
    secretfile_random(&server->own_secret);
    struct guard_rules rules = rules_of(server, server->conf);
    server->guard = guard_new(&rules);
}

static void tell_own_secret(const struct dnsd_conf *conf)
{
    if (conf->guard.cookies != GUARD_COOKIES_OFF && conf->guard.secrets.count == 0)
        log_event(LOG_NOTICE, "cookie-secret-own",
                  "effect=\"other sites do not know the cookies of this one\" "
                  "remedy=\"give all the same cookies.secret_file\"");
}

/* --- zones ------------------------------------------------------------------------------------ */

static void free_set(const void *set)
{
    zone_set_free(set);
}

static void fail(struct server *server)
{
    server->result = -1;
    ev_break(server->loop, EVBREAK_ALL);
}

/* The first set of zones: now there is something to answer with. */
static void begin_serving(struct server *server, const struct zone_set *set)
{
    server->publish = publish_new(net_readers(server->net), free_set, set);
    server->failing.publish = server->publish;
    if (net_start(server->net, server->publish, server->err)) {
        fail(server);
        return;
    }
    server->health.net = server->net;
    server->health.state = REPORT_SERVING;
    notify_manager("READY=1\nSTATUS=answering");
    log_event(LOG_NOTICE, "serving", "node=%s workers=%zu zones=%zu", server->conf->node,
              net_workers(server->net), zone_set_count(set));
}

static void apply(void *arg, const struct dnsd_conf *conf, const struct zone_set *set)
{
    struct server *server = arg;
    if (!server->publish && server->stop.phase != STOP_NOT) {
        zone_set_free(set);
        return;
    }
    if (server->publish)
        failing_publish(&server->failing, set);
    else
        begin_serving(server, set);
    struct guard_rules rules = rules_of(server, conf);
    guard_set_rules(server->guard, &rules);
    log_set_level(conf->log_threshold);
    server->stop_timeout_ms = conf->stop_timeout_ms;
    health_count_zones(&server->health);
    reporter_send(server->reporter);
}

static void ask_reload(struct server *server, bool first)
{
    struct err err;
    struct reload_request request = { .first = first };
    if (reload_ask(server->reload, &request, &err))
        log_event(LOG_ERROR, "reload-failed", "reason=\"%s\"", err.msg);
}

static void on_hup(struct ev_loop *loop, ev_signal *signal, int events)
{
    (void)loop, (void)events;
    ask_reload(signal->data, false);
}

/* --- reports ---------------------------------------------------------------------------------- */

static void fill_report(void *arg, const struct report_reply *watch, struct report *report)
{
    const struct server *server = arg;
    health_fill(&server->health, watch, report);
}

static void feed_watchdog(struct server *server, struct mono now)
{
    if (!server->watchdog_ms || mono_diff_ms(now, server->watchdog_sent) < server->watchdog_ms)
        return;
    server->watchdog_sent = now;
    notify_manager("WATCHDOG=1");
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct server *server = timer->data;
    struct mono now = mono_now();
    failing_check(&server->failing, now);
    if (server->publish)
        publish_collect(server->publish);
    guard_log(server->guard, now);
    bool to_turn = server->stop.phase < STOP_DRAINING; /* then workers end, one by one */
    if (to_turn && health_watch_workers(&server->health, now))
        reporter_send(server->reporter);
    if (health_none_hangs(&server->health))
        feed_watchdog(server, now);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void look_around(struct server *server)
{
    struct stop_facts *facts = &server->facts;
    bool ever_served = server->health.net; /* or nothing is announced on our account */
    facts->now = mono_now();
    facts->connected = ever_served && reporter_is_connected(server->reporter);
    facts->drained = net_stopped(server->net);
    facts->timeout_ms = server->stop_timeout_ms;
}

/* What a phase begins with. */
static void enter_phase(struct server *server)
{
    static const char *const names[] = { "", "stopping", "draining", "stopped", "gave-up" };
    log_event(LOG_NOTICE, names[server->stop.phase], "reason=%s", server->stop.why);
    switch (server->stop.phase) {
    case STOP_NOT:
    case STOP_WAITING:
        break;
    case STOP_DRAINING:
        net_stop(server->net);
        break;
    case STOP_GAVE_UP:
        err_set(server->err, "left without a worker that hangs: see worker-hung in the log");
        fail(server);
        break;
    case STOP_DONE:
        ev_break(server->loop, EVBREAK_ALL);
        break;
    }
}

static void step_stop(struct server *server)
{
    look_around(server);
    while (stop_step(&server->stop, &server->facts))
        enter_phase(server);
}

static void on_stop_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    step_stop(timer->data);
}

static void on_withdrawn(void *arg)
{
    struct server *server = arg;
    if (server->stop.phase != STOP_WAITING)
        return;
    server->facts.withdrawn = true;
    step_stop(server);
}

static void on_term(struct ev_loop *loop, ev_signal *signal, int events)
{
    (void)loop, (void)events;
    struct server *server = signal->data;
    if (server->stop.phase != STOP_NOT) {
        server->facts.hurry = true;
        return;
    }
    notify_manager("STOPPING=1\nSTATUS=waiting for the withdrawal of the prefix");
    server->health.state = REPORT_STOPPING;
    reporter_send(server->reporter);
    look_around(server);
    stop_begin(&server->stop, &server->facts);
    enter_phase(server);
    ev_timer_start(server->loop, &server->stop_tick);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static size_t worker_count(const struct dnsd_conf *conf)
{
    cpu_set_t set;
    if (conf->workers)
        return (size_t)conf->workers;
    int cores = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    return cores < REPORT_WORKERS_MAX ? (size_t)cores : REPORT_WORKERS_MAX;
}

static struct net_settings net_settings_of(const struct dnsd_conf *conf)
{
    return (struct net_settings){
        .listen_count = conf->listen.count,
        .listen = conf->addrs,
        .workers = worker_count(conf),
        .udp = { (int)conf->udp.receive_buffer_bytes, (int)conf->udp.send_buffer_bytes,
                 !conf->udp.dont_fragment || conf->udp.payload_max > DNS_UDP_DEFAULT },
        .tcp = { .connections_max = (size_t)conf->tcp.connections_max,
                 .per_network_max = (size_t)conf->tcp.per_network_max,
                 .segment_max = (int)conf->tcp.segment_max,
                 .idle_timeout_ms = conf->tcp.idle_timeout_ms },
        .query = { .nsid = conf->node,
                   .version = conf->version[0] ? conf->version : NULL,
                   .udp_payload_max = (uint16_t)conf->udp.payload_max,
                   .report_channel = conf->agent.len ? conf->agent.wire : NULL,
                   .anycast = conf->anycast_prefixes,
                   .anycast_count = conf->anycast.count },
    };
}

/* As many descriptors as we may have: each TCP client needs one. */
static void raise_descriptor_limit(const struct net_settings *settings)
{
    struct rlimit limit;
    rlim_t wanted =
        settings->workers * (settings->tcp.connections_max + 2 * settings->listen_count) + 100;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        log_event(LOG_WARN, "few-descriptors",
                  "limit=%lu wanted=%lu remedy=\"raise LimitNOFILE= or "
                  "ulimit -n, or lower tcp.connections_max\"",
                  (unsigned long)limit.rlim_cur, (unsigned long)wanted);
}

/* No reason not to start: but it is said, once nobody waits for the log. */
static void tell_of_images(const struct err *err)
{
    if (err->msg[0])
        log_event(LOG_NOTICE, "no-images",
                  "reason=\"%s\" effect=\"large zones are parsed at each start\" "
                  "remedy=\"make state_dir a folder that we may write to, or \\\"\\\"\"",
                  err->msg);
}

/* Sockets are made with the rights that we were started with; then those are given up. */
/* After anycastd, which must outlive it; as the unit has it. It takes no CPU from anybody. */
static const struct protection protection = { .oom_score_adj = -800, .nice = 19 };

static int open_and_drop(struct server *server, struct err *no_images, struct err *err)
{
    const struct dnsd_conf *conf = server->conf;
    make_guard(server);
    server->net_settings = net_settings_of(conf);
    server->net_settings.query.guard = server->guard;
    raise_descriptor_limit(&server->net_settings);
    server->net = net_open(&server->net_settings, err);
    if (!server->net)
        return -1;
    if (privs_ensure_folder_of(conf->control_socket, conf->user, err))
        return -1;
    if (conf->image_dir)
        privs_ensure_folder(conf->image_dir, conf->user, no_images);
    protect_take(protection);
    return privs_drop(conf->user, NULL, err);
}

static void watch_signal(struct server *server, ev_signal *watcher, int number,
                         void (*handler)(struct ev_loop *, ev_signal *, int))
{
    ev_signal_init(watcher, handler, number);
    watcher->data = server;
    ev_signal_start(server->loop, watcher);
}

static void start_watchers(struct server *server)
{
    watch_signal(server, &server->sigterm, SIGTERM, on_term);
    watch_signal(server, &server->sigint, SIGINT, on_term);
    watch_signal(server, &server->sighup, SIGHUP, on_hup);
    ev_timer_init(&server->tick, on_tick, TICK_S, TICK_S);
    server->tick.data = server;
    ev_timer_start(server->loop, &server->tick);
    ev_timer_init(&server->stop_tick, on_stop_tick, STOP_TICK_S, STOP_TICK_S);
    server->stop_tick.data = server;
}

/* The loop and all that hangs on it. */
static int start_parts(struct server *server, const char *conf_path, struct err *err)
{
    const struct dnsd_conf *conf = server->conf;
    server->loop = ev_loop_new(EVFLAG_NOENV);
    server->reporter_owner = (struct reporter_owner){ fill_report, on_withdrawn, server };
    server->reporter = reporter_new(server->loop, conf->report_socket, &server->reporter_owner);
    server->reload_owner = (struct reload_owner){ apply, server };
    server->reload = reload_new(server->loop, conf_path, conf, &server->reload_owner);
    struct control_parts parts = { &server->health, server->net,   server->reporter,
                                   server->reload,  server->guard, &server->failing };
    server->control = control_new(server->loop, conf->control_socket, &parts, err);
    if (!server->control)
        return -1;
    start_watchers(server);
    return 0;
}

static int serve(struct server *server, const char *conf_path)
{
    struct err no_images = { "" };
    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to end */
    if (open_and_drop(server, &no_images, server->err))
        return -1;
    log_start_thread();
    tell_own_secret(server->conf);
    tell_of_images(&no_images);
    fatal_install();
    if (start_parts(server, conf_path, server->err))
        return -1;
    ask_reload(server, true);
    ev_run(server->loop, 0);
    return server->result;
}

/* On the heap: threads that are left behind may look at it until the process ends. */
static struct server *server_new(struct dnsd_conf *conf, struct err *err)
{
    struct server *server = mem_zalloc(sizeof *server);
    server->err = err;
    server->conf = conf;
    server->watchdog_ms = notify_watchdog_ms();
    server->stop_timeout_ms = conf->stop_timeout_ms;
    server->health.node = conf->node;
    server->health.failing = &server->failing;
    server->health.started_unix = time(NULL);
    return server;
}

/* Ends what has been started, however far that was. */
static void server_free(struct server *server)
{
    if (server->control)
        control_free(server->control);
    if (server->reload)
        reload_free(server->reload);
    if (server->reporter)
        reporter_free(server->reporter);
    if (server->net)
        net_close(server->net);
    guard_free(server->guard);
    failing_end(&server->failing);
    if (server->publish)
        publish_free(server->publish);
    if (server->loop)
        ev_loop_destroy(server->loop);
    dnsd_conf_free(server->conf);
    free(server);
}

/* True if a worker hangs, or a load is under way, which nobody waits for. */
static bool is_left_behind(const struct server *server)
{
    return server->stop.phase == STOP_GAVE_UP ||
           (server->reload && !reload_is_idle(server->reload));
}

int server_run(const char *conf_path, struct err *err)
{
    struct dnsd_conf *conf = dnsd_conf_read(conf_path, err);
    if (!conf)
        return -1;
    log_set_level(conf->log_threshold);
    struct server *server = server_new(conf, err);
    int result = serve(server, conf_path);
    if (!is_left_behind(server))
        server_free(server);
    log_stop_thread();
    return result;
}
