/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fatal.h - the last thing that a dying dnsd does: it shuts the report socket down, so that
 * anycastd knows at once. The kernel would close the socket only after it has written the core and
 * torn the memory down, which takes many milliseconds with large zones. */
#ifndef PROXIMA_OPS_FATAL_H
#define PROXIMA_OPS_FATAL_H

/* Handles SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT and SIGSYS: shuts the socket down, then lets the
 * default action happen (a core dump). Signals that somebody handles already (a sanitizer) stay
 * with them; those end in SIGABRT mostly. */
void fatal_install(void);

/* The report socket, -1 for none. Call it before the descriptor is closed. */
void fatal_watch(int fd);

#endif
