/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fatal.c - the handler of fatal signals. It may run in any thread, in any state: so it makes two
 * system calls, and nothing else. */
#include "dnsd/ops/fatal.h"

#include "dnsd/net/thread.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/socket.h>

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS };

/* A signal handler is given no argument: this is how it finds the socket. */
static atomic_int report_fd = -1;

/* SA_RESETHAND has put the default action back: raised again, the signal ends the process here. */
static void on_fatal(int number)
{
    (void)shutdown(atomic_load_explicit(&report_fd, memory_order_relaxed), SHUT_RDWR);
    raise(number);
}

void fatal_install(void)
{
    struct sigaction action = { .sa_handler = on_fatal,
                                .sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER };
    thread_use_signal_stack();
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        struct sigaction now;
        if (sigaction(fatal_signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            (void)sigaction(fatal_signals[i], &action, NULL);
    }
}

void fatal_watch(int fd)
{
    atomic_store(&report_fd, fd);
}
