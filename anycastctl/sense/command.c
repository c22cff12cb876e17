/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.c - fork, exec, and what comes back. Between the two only what is safe after a fork of a
 * process with threads. */
#include "anycastctl/sense/command.h"

#include "common/protect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PRINTED_MAX = 64 * 1024, /* read of what a run prints; then it has to wait, and is late */
    NOT_EXECUTABLE = 126,    /* exit statuses as shells have them */
    NOT_FOUND = 127,
    SIGNALS_MAX = 65,
};

/* ---- the child ---- */

static void say_why_not(int error)
{
    const char *why = strerrordesc_np(error);
    if (why && write(STDOUT_FILENO, why, strlen(why)) < 0)
        return; /* then only the status tells */
}

static void reset_signals(void)
{
    sigset_t none;
    for (int i = 1; i < SIGNALS_MAX; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void become(char *const *words, char *const *environment, int output, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(NOT_EXECUTABLE);
    const int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0)
        _exit(NOT_EXECUTABLE);
    protect_drop(); /* we are spared and favoured; a check has no claim to that */
    reset_signals();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execve(words[0], words, environment);
    say_why_not(errno);
    _exit(errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* ---- what it prints ---- */

static void take(struct command *command, const char *bytes, size_t len)
{
    const size_t room = sizeof command->text - 1 - command->printed;
    const size_t taken = len < room ? len : room;
    memcpy(command->text + command->printed, bytes, taken);
    command->printed += taken;
    command->text[command->printed] = '\0';
    command->discarded += len - taken;
}

/* Reads what is there. One that prints without end is not read for ever. */
static void read_output(struct command *command)
{
    char bytes[4096];
    while (command->output.fd >= 0 && command->printed + command->discarded < PRINTED_MAX) {
        const ssize_t len = read(command->output.fd, bytes, sizeof bytes);
        if (len < 0 && errno == EINTR)
            continue;
        if (len <= 0) {
            if (len == 0 || errno != EAGAIN)
                ev_io_stop(command->loop, &command->output);
            return;
        }
        take(command, bytes, (size_t)len);
    }
    ev_io_stop(command->loop, &command->output);
}

/* The first line, without what a terminal or a log could take amiss. */
static void tidy(char *text)
{
    text[strcspn(text, "\r\n")] = '\0';
    for (; *text; text++)
        if (*text < ' ' || *text > '~' || *text == '"')
            *text = '?';
}

static void tell(struct command *command, enum command_outcome outcome, const char *how)
{
    char first[COMMAND_LINE_MAX];
    memcpy(first, command->text, sizeof first);
    tidy(first);
    command->outcome = outcome;
    command->is_told = true;
    snprintf(command->line, sizeof command->line, "%.60s%s%.90s", how, *how && *first ? ": " : "",
             first);
    command->told(command);
}

/* ---- its end ---- */

static void stop_watching(struct command *command)
{
    ev_timer_stop(command->loop, &command->timeout);
    ev_io_stop(command->loop, &command->ended);
    ev_io_stop(command->loop, &command->output);
    if (command->ended.fd >= 0)
        close(command->ended.fd);
    if (command->output.fd >= 0)
        close(command->output.fd);
    command->ended.fd = command->output.fd = -1;
}

static void tell_status(struct command *command, int status)
{
    char how[64] = "";
    if (WIFSIGNALED(status)) {
        snprintf(how, sizeof how, "ended by signal %s", sigabbrev_np(WTERMSIG(status)));
        tell(command, COMMAND_FAILED, how);
        return;
    }
    const int code = WEXITSTATUS(status);
    if (code)
        snprintf(how, sizeof how, "exit status %d", code);
    if (code == NOT_FOUND || code == NOT_EXECUTABLE)
        tell(command, COMMAND_NOT_RUN, "it cannot be run");
    else
        tell(command, code == 0 ? COMMAND_PASSED : COMMAND_FAILED, how);
}

/* The dead leader still holds the group's number: whatever is left of the group goes with it. */
static void on_ended(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    struct command *command = io->data;
    int status = 0;
    kill(-command->pid, SIGKILL);
    const pid_t ended = waitpid(command->pid, &status, WNOHANG);
    if (ended == 0)
        return;
    read_output(command);
    stop_watching(command);
    command->pid = 0;
    if (!command->is_told && ended < 0) /* whoever started us has children's ends ignored */
        tell(command, COMMAND_NOT_RUN, "its exit status is lost");
    else if (!command->is_told)
        tell_status(command, status);
    command->gone(command);
}

static void on_output(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    read_output(io->data);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct command *command = timer->data;
    char how[64];
    kill(-command->pid, SIGKILL);
    read_output(command);
    snprintf(how, sizeof how, "not ended within %lld ms", (long long)command->timeout_ms);
    tell(command, COMMAND_LATE, how);
}

/* ---- its beginning ---- */

void command_init(struct command *command)
{
    ev_io_init(&command->ended, on_ended, -1, EV_READ);
    ev_io_init(&command->output, on_output, -1, EV_READ);
    ev_timer_init(&command->timeout, on_timeout, 0, 0);
    ev_set_priority(&command->output, EV_MINPRI); /* what it prints waits for whatever matters */
    command->ended.data = command->output.data = command->timeout.data = command;
}

static void give_up(struct command *command, int error)
{
    char how[64];
    stop_watching(command);
    snprintf(how, sizeof how, "it cannot be run: %s", strerror(error));
    tell(command, COMMAND_NOT_RUN, how);
    command->gone(command);
}

/* A descriptor for the child. If there is none it is of no use, and goes at once: it has just
 * begun, and waits for nothing. */
static int watch_child(pid_t pid)
{
    const int fd = pidfd_open(pid, 0);
    const int error = errno;
    if (fd < 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    errno = error;
    return fd;
}

static int open_output(struct command *command, int *write_end)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    fcntl(ends[1], F_SETFL, 0); /* a program does not expect it of its standard output */
    ev_io_set(&command->output, ends[0], EV_READ);
    *write_end = ends[1];
    return 0;
}

/* 0, or -1 with errno. */
static int run(struct command *command, char *const *words, char *const *environment)
{
    const pid_t parent = getpid();
    int output;
    if (open_output(command, &output) < 0)
        return -1;
    const pid_t pid = fork();
    if (pid == 0)
        become(words, environment, output, parent);
    const int error = errno;
    close(output);
    errno = error;
    if (pid < 0)
        return -1;
    setpgid(pid, pid); /* whoever of us two is first */
    const int fd = watch_child(pid);
    if (fd < 0)
        return -1;
    command->pid = pid;
    ev_io_set(&command->ended, fd, EV_READ);
    return 0;
}

void command_start(struct command *command, char *const *words, char *const *environment,
                   int64_t timeout_ms)
{
    command->is_told = false;
    command->printed = command->discarded = 0;
    command->text[0] = '\0';
    command->timeout_ms = timeout_ms;
    if (run(command, words, environment) < 0) {
        give_up(command, errno);
        return;
    }
    ev_now_update(command->loop);
    ev_timer_set(&command->timeout, (double)timeout_ms / 1000, 0);
    ev_timer_start(command->loop, &command->timeout);
    ev_io_start(command->loop, &command->ended);
    ev_io_start(command->loop, &command->output);
}

void command_stop(struct command *command)
{
    if (command->pid) {
        kill(-command->pid, SIGKILL);
        waitpid(command->pid, NULL, WNOHANG);
        command->pid = 0;
    }
    stop_watching(command);
}
