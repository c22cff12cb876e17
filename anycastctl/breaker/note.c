/* SPDX-License-Identifier: GPL-3.0-or-later */
/* note.c - one small file of JSON. */
#include "anycastctl/breaker/note.h"

#include "common/jsonread.h"
#include "common/mem.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int note_write(const char *path, const struct note *note, struct err *err)
{
    char *fresh = mem_printf("%s.new", path);
    json_t *json = json_pack("{s:s, s:i, s:I}", "act", act_name(note->act), "pid", (int)note->pid,
                             "started", (json_int_t)note->started);
    int result = 0;
    if (json_dump_file(json, fresh, JSON_COMPACT) || rename(fresh, path)) {
        result = err_sys(err, "%s: cannot note what is to be put right", path);
        unlink(fresh);
    }
    json_decref(json);
    free(fresh);
    return result;
}

static int parse(const json_t *json, struct note *out, struct err *err)
{
    char name[32];
    int64_t pid, started;
    if (json_read_text(json, "act", name, sizeof name, err) ||
        json_read_int(json, "pid", 0, INT_MAX, &pid, err) ||
        json_read_int(json, "started", 0, INT64_MAX, &started, err))
        return -1;
    if (act_parse(name, &out->act))
        return err_set(err, "\"%s\" is no act", name);
    out->pid = (pid_t)pid;
    out->started = (uint64_t)started;
    return 0;
}

int note_read(const char *path, struct note *out, struct err *err)
{
    if (access(path, F_OK) && errno == ENOENT)
        return 0;
    json_error_t problem;
    json_t *json = json_load_file(path, 0, &problem);
    if (!json)
        return err_set(err, "%s: %s", path, problem.text);
    int result = parse(json, out, err);
    json_decref(json);
    return result ? err_wrap(err, "%s", path) : 1;
}

void note_remove(const char *path)
{
    unlink(path);
}
