/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h - the machine that is examined: its files, its processes, and what commands say of it.
 *
 * With a root other than "" it is a recorded machine: files come from below that folder, and what a
 * command says from ROOT/commands/<name>, a file for each, nothing is run. The name is the
 * command's words with everything but letters, digits, "." and "-" as "_": "ip_-j_address". */
#ifndef PROXIMA_DOCTOR_HOST_H
#define PROXIMA_DOCTOR_HOST_H

#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { HOST_PROCESSES_MAX = 16 };

struct host {
    const char *root; /* "": this machine; borrowed */
};

bool host_is_recorded(const struct host *host);

/* A file's text, without its last newline. New memory; NULL with "PATH: reason", and errno. */
char *host_read(const struct host *host, struct err *err, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

/* The integer that a file of /proc or /sys begins with. -1: there is none to be read. */
int host_read_number(const struct host *host, int64_t *out, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

int host_stat(const struct host *host, const char *path, struct stat *out);

/* Where the link /proc/… points, as "socket:[123]". False if it cannot be read. */
bool host_link(const struct host *host, char *out, size_t cap, const char *path, ...)
    __attribute__((format(printf, 4, 5)));

/* What a command writes to stdout (new memory), given that it ends well within 3 s. `argv` ends
 * with NULL; the program is looked for in /usr/sbin and /sbin too. NULL: `err` has the reason, with
 * what it wrote to stderr. */
char *host_run(const struct host *host, const char *const argv[], struct err *err);
/* The same, as JSON: a new reference, or NULL. */
json_t *host_run_json(const struct host *host, const char *const argv[], struct err *err);

/* What was recorded under this name, for what is no command: new memory, or NULL. Not for the
 * machine itself. */
char *host_recorded(const struct host *host, const char *name, struct err *err);

/* The processes with this name (as in /proc/PID/comm), HOST_PROCESSES_MAX at most. */
unsigned host_find(const struct host *host, const char *name, pid_t pids[HOST_PROCESSES_MAX]);

/* Calls `each` with every process until it returns false. */
void host_each_process(const struct host *host, bool (*each)(void *arg, pid_t pid), void *arg);

/* The number behind "Name:" in /proc/PID/status. -1: not to be read. */
int host_status_number(const struct host *host, pid_t pid, const char *name, int64_t *out);

#endif
