/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake.c - connections and reports. Knows who waits in line and when somebody's turn comes; hides
 * the sockets. */
#include "anycastctl/sense/intake.h"

#include "anycastctl/sense/peer.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/unixsock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINE_MAX = 4,
    SOCKET_MODE = 0660,
    LATE_MS = 2 * REPORT_INTERVAL_MS, /* between two reports: dnsd's reporter did not run on time */
};

/* A process that waits for its turn. */
struct waiting {
    int fd;
    pid_t pid;
};

struct intake {
    struct ev_loop *loop;
    struct intake_settings settings;
    void (*woken)(void *arg);
    void *arg;
    ev_io listener, connection, process; /* fd -1: there is none */
    struct intake_facts facts;
    uid_t user;      /* who may report, besides root and ourselves */
    bool complained; /* of this process's malformed reports */
    unsigned waiting;
    struct waiting line[LINE_MAX];
    char text[REPORT_BYTES_MAX];
};

const struct intake_facts *intake_facts(const struct intake *intake)
{
    return &intake->facts;
}

int intake_pidfd(const struct intake *intake)
{
    return intake->process.fd;
}

/* --- watchers ----------------------------------------------------------------------------------
 */

static void on_event(struct ev_loop *loop, ev_io *io, int events)
{
    struct intake *intake = io->data;

    (void)loop, (void)events;
    intake->woken(intake->arg);
}

static void init_watcher(struct intake *intake, ev_io *io)
{
    ev_io_init(io, on_event, -1, EV_READ);
    ev_set_priority(io, EV_MAXPRI); /* what came is read before timers say it did not */
    io->data = intake;
}

static void unwatch(struct intake *intake, ev_io *io)
{
    if (io->fd < 0)
        return;
    ev_io_stop(intake->loop, io);
    close(io->fd);
    io->fd = -1;
}

/* Takes `fd`; -1 watches nothing. */
static void watch(struct intake *intake, ev_io *io, int fd)
{
    unwatch(intake, io);
    if (fd < 0)
        return;
    ev_io_set(io, fd, EV_READ);
    ev_io_start(intake->loop, io);
}

/* --- one dnsd ----------------------------------------------------------------------------------
 */

static void enter(struct intake *intake, enum intake_process process, struct mono now)
{
    intake->facts.process = process;
    intake->facts.since = now;
}

static void send_reply(struct intake *intake, const struct report_reply *reply)
{
    const size_t len = report_reply_encode(reply, intake->text, sizeof intake->text);

    if (len == 0 || unixsock_send(intake->connection.fd, intake->text, len, -1) < 0)
        log_event(LOG_WARN, "report-reply-lost", "pid=%d reason=\"%s\"", (int)intake->facts.pid,
                  strerror(errno));
}

void intake_tell_withdrawn(struct intake *intake)
{
    const struct report_reply reply = { .withdrawn = true };

    if (intake->connection.fd >= 0)
        send_reply(intake, &reply);
}

static bool has_process(const struct intake *intake, pid_t pid)
{
    const struct intake_facts *facts = &intake->facts;
    return facts->pid == pid &&
           (facts->process == INTAKE_CONNECTED || facts->process == INTAKE_CLOSED);
}

/* Takes the connection of the process whose turn it is. */
static void admit(struct intake *intake, int fd, pid_t pid, struct mono now)
{
    const bool another = !has_process(intake, pid);

    watch(intake, &intake->connection, fd);
    if (another) {
        intake->facts.pid = pid;
        intake->facts.processes++;
        intake->facts.reported = false;
        intake->complained = false;
        watch(intake, &intake->process, peer_pidfd(fd, pid, -1));
    }
    enter(intake, INTAKE_CONNECTED, now);
    log_event(LOG_INFO, "dnsd-connected", "pid=%d", (int)pid);
    send_reply(intake, intake->settings.watch);
}

static void take_report(struct intake *intake, size_t len, struct mono now)
{
    struct intake_facts *facts = &intake->facts;
    struct err err;

    if (report_decode(intake->text, len, &facts->report, &err)) {
        if (!intake->complained)
            log_event(LOG_WARN, "report-bad", "pid=%d reason=\"%s\"", (int)facts->pid, err.msg);
        intake->complained = true;
        return;
    }
    if (mono_before(now, facts->report.sent))
        facts->report.sent = now; /* from the future: its age would not grow */
    if (!facts->reported)
        facts->pace = stall_begin(LATE_MS, facts->report.sent);
    else
        stall_turn(&facts->pace, facts->report.sent);
    facts->reported = true;
    facts->reports++;
}

static void close_connection(struct intake *intake, struct mono now)
{
    log_event(LOG_NOTICE, "dnsd-disconnected", "pid=%d", (int)intake->facts.pid);
    unwatch(intake, &intake->connection);
    enter(intake, INTAKE_CLOSED, now);
}

/* After these there may be more to read. A peer that ended without having read all that we sent
 * gives ECONNRESET once, before its last messages. */
static bool is_passing(int error)
{
    return error == EINTR || error == EMSGSIZE || error == ECONNRESET;
}

/* Reads one message; false if there is none. */
static bool read_message(struct intake *intake, struct mono now)
{
    int passed;
    const ssize_t len = unixsock_recv(intake->connection.fd, intake->text, sizeof intake->text,
                                      &passed);
    const int error = len < 0 ? errno : 0;

    if (passed >= 0)
        watch(intake, &intake->process,
              peer_pidfd(intake->connection.fd, intake->facts.pid, passed));
    if (len > 0)
        take_report(intake, (size_t)len, now);
    else if (len == 0 || (error != EAGAIN && !is_passing(error)))
        close_connection(intake, now);
    return len > 0 || is_passing(error);
}

/* Its threads do not run any more: whether the core is written or not makes no difference. */
static void bury(struct intake *intake, enum intake_process how, struct mono now)
{
    unwatch(intake, &intake->connection);
    enter(intake, how, now);
    log_event(LOG_WARN, how == INTAKE_DEAD ? "dnsd-died" : "dnsd-dumps-core", "pid=%d",
              (int)intake->facts.pid);
}

static void look_at_process(struct intake *intake, struct mono now)
{
    const enum intake_process before = intake->facts.process;
    const int pidfd = intake->process.fd;

    if (before == INTAKE_UNSEEN || before == INTAKE_DEAD)
        return;
    if (peer_is_dead(pidfd)) {
        bury(intake, INTAKE_DEAD, now);
        ev_io_stop(intake->loop, &intake->process); /* stays readable for ever */
    } else if (before == INTAKE_CLOSED && peer_is_dumping(pidfd, intake->facts.pid))
        bury(intake, INTAKE_DUMPING, now);
}

/* --- the line -----------------------------------------------------------------------------------
 */

static void stand_in_line(struct intake *intake, int fd, pid_t pid)
{
    const bool room = intake->waiting < LINE_MAX;

    log_event(LOG_NOTICE, room ? "dnsd-waits" : "dnsd-refused", "pid=%d present=%d", (int)pid,
              (int)intake->facts.pid);
    if (room)
        intake->line[intake->waiting++] = (struct waiting){ fd, pid };
    else
        close(fd);
}

static void receive(struct intake *intake, int fd, struct mono now)
{
    struct unixsock_peer peer;
    struct err err;

    if (unixsock_peer(fd, &peer, &err)) {
        log_event(LOG_WARN, "report-refused", "reason=\"%s\"", err.msg);
        close(fd);
    } else if (peer.uid != 0 && peer.uid != geteuid() && peer.uid != intake->user) {
        log_event(LOG_WARN, "report-refused", "pid=%d uid=%d reason=\"not root, not our user\"",
                  (int)peer.pid, (int)peer.uid);
        close(fd);
    } else if (intake->connection.fd < 0 || has_process(intake, peer.pid))
        admit(intake, fd, peer.pid, now);
    else
        stand_in_line(intake, fd, peer.pid);
}

static void accept_all(struct intake *intake, struct mono now)
{
    for (;;) {
        const int fd = accept4(intake->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            receive(intake, fd, now);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

static void admit_next(struct intake *intake, struct mono now)
{
    const struct waiting next = intake->line[0];

    intake->waiting--;
    memmove(intake->line, intake->line + 1, intake->waiting * sizeof intake->line[0]);
    admit(intake, next.fd, next.pid, now);
}

void intake_drain(struct intake *intake, struct mono now)
{
    accept_all(intake, now);
    for (;;) {
        while (intake->connection.fd >= 0 && read_message(intake, now))
            ;
        look_at_process(intake, now);
        if (intake->connection.fd >= 0 || !intake->waiting)
            break;
        admit_next(intake, now);
    }
}

/* --- open and close -----------------------------------------------------------------------------
 */

struct intake *intake_new(struct ev_loop *loop, const struct intake_settings *settings,
                          void (*woken)(void *arg), void *arg, struct err *err)
{
    const int fd = unixsock_listen(settings->path, SOCK_SEQPACKET, SOCKET_MODE, err);
    if (fd < 0)
        return NULL;

    struct intake *intake = mem_zalloc(sizeof *intake);
    intake->loop = loop;
    intake->settings = *settings;
    intake->woken = woken;
    intake->arg = arg;
    intake->user = peer_uid_of(settings->user);
    init_watcher(intake, &intake->listener);
    init_watcher(intake, &intake->connection);
    init_watcher(intake, &intake->process);
    watch(intake, &intake->listener, fd);
    enter(intake, INTAKE_UNSEEN, mono_now());
    return intake;
}

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    for (unsigned i = 0; i < intake->waiting; i++)
        close(intake->line[i].fd);
    unwatch(intake, &intake->connection);
    unwatch(intake, &intake->process);
    unlink(intake->settings.path); /* while we listen nobody else can have taken its place */
    unwatch(intake, &intake->listener);
    free(intake);
}
