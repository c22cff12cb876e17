/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial.c - work tried in a child. Knows fork and what a child must not inherit; hides the pipe. */
#include "common/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's last byte when the work returned. The verdict does not come by the exit status,
 * because an event loop in another thread may reap our child before we do. */
static const char DONE = '\006', FAILED = '\025';

/* Our signal handlers, descriptors and what stdio has in its buffers for them are not the child's:
 * a crash or an exit() there must not reach through them into the parent. */
static void become_harmless(int report_fd, int limit_ms)
{
    static const int reset[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM };
    for (unsigned i = 0; i < sizeof reset / sizeof *reset; i++)
        signal(reset[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    dup2(report_fd, STDERR_FILENO);
    close_range(0, STDERR_FILENO - 1, 0);
    close_range(STDERR_FILENO + 1, ~0u, 0);
    setitimer(ITIMER_REAL,
              &(struct itimerval){ .it_value = { limit_ms / 1000, limit_ms % 1000 * 1000L } },
              NULL);
}

static void run_child(int (*work)(const void *arg, struct err *err), const void *arg, int report_fd,
                      int limit_ms)
{
    struct err err = { "" };
    become_harmless(report_fd, limit_ms);
    int failed = work(arg, &err);
    fflush(stderr);
    dprintf(STDERR_FILENO, "%s%c", failed ? err.msg : "", failed ? FAILED : DONE);
    _exit(0);
}

/* Reads to the end; keeps the first `cap - 1` bytes as text, without the verdict. Returns the last
 * byte. */
static char read_report(int fd, char *text, size_t cap)
{
    size_t used = 0;
    char last = '\0';
    for (;;) {
        char chunk[256];
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        last = chunk[got - 1];
        size_t kept = (size_t)got < cap - 1 - used ? (size_t)got : cap - 1 - used;
        memcpy(text + used, chunk, kept);
        used += kept;
    }
    text[used] = '\0';
    if (used && (text[used - 1] == DONE || text[used - 1] == FAILED))
        text[used - 1] = '\0';
    return last;
}

static void say_how_it_ended(pid_t reaped, int status, const char *text, struct err *err)
{
    int len = (int)strcspn(text, "\n");
    const char *colon = len ? ": " : "";
    if (reaped > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        err_set(err, "took too long");
    else if (reaped > 0 && WIFSIGNALED(status))
        err_set(err, "died of signal %d%s%.*s", WTERMSIG(status), colon, len, text);
    else
        err_set(err, "gave up%s%.*s", colon, len, text);
}

enum trial_end trial_run(int (*work)(const void *arg, struct err *err), const void *arg,
                         int limit_ms, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) {
        err_sys(err, "cannot make a pipe");
        return TRIAL_DIED;
    }
    pid_t child = fork();
    if (child == 0)
        run_child(work, arg, ends[1], limit_ms);
    close(ends[1]);
    if (child < 0) {
        err_sys(err, "cannot fork");
        close(ends[0]);
        return TRIAL_DIED;
    }
    char text[ERR_MAX];
    int status = 0;
    char verdict = read_report(ends[0], text, sizeof text);
    close(ends[0]);
    pid_t reaped;
    while ((reaped = waitpid(child, &status, 0)) < 0 && errno == EINTR)
        ;
    if (verdict == DONE)
        return TRIAL_DONE;
    if (verdict == FAILED)
        err_set(err, "%s", text);
    else
        say_how_it_ended(reaped, status, text, err);
    return verdict == FAILED ? TRIAL_FAILED : TRIAL_DIED;
}
