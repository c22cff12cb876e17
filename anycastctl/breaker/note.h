/* SPDX-License-Identifier: GPL-3.0-or-later */
/* note.h - what is broken now, on disk below /run, written before it is broken: whoever starts
 * after us knows what to put right. A reboot forgets it, with all that it says. */
#ifndef PROXIMA_BREAKER_NOTE_H
#define PROXIMA_BREAKER_NOTE_H

#include "anycastctl/breaker/act.h"
#include "common/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct note {
    enum act act;
    pid_t pid; /* of the process that was signalled; 0: none */
    uint64_t started;
};

/* Replaces the file, whole or not at all. */
int note_write(const char *path, const struct note *note, struct err *err);
/* 1: there is one; 0: there is none; -1: it cannot be read. */
int note_read(const char *path, struct note *out, struct err *err);
void note_remove(const char *path);

#endif
