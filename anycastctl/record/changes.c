/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes.c - {"v":1,"last":42} in the state folder, and "change":42 in the lines of the event log.
 */
#include "anycastctl/record/changes.h"

#include "anycastctl/record/eventlog.h"
#include "anycastctl/record/tail.h"
#include "common/jsonread.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_BYTES = 1024 * 1024 };

/* Whatever a file says, there is room above it. */
static const int64_t last_max = INT64_MAX / 2;

static uint64_t number_in(const char *line)
{
    int64_t number = 0;
    struct err ignored;
    if (!strstr(line, "\"change\":"))
        return 0;
    json_t *event = json_loads(line, 0, NULL);
    if (json_is_object(event))
        json_read_int(event, "change", 0, last_max, &number, &ignored);
    json_decref(event);
    return (uint64_t)number;
}

/* A pipe, or a file that is no log of ours, has no numbers. */
static uint64_t last_in_log(const char *path)
{
    uint64_t last = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return 0;
    struct tail tail = tail_read(fd, EVENTLOG_KEPT, LOG_BYTES);
    for (size_t i = 0; i < tail.count; i++) {
        uint64_t number = number_in(tail.lines[i]);
        if (number > last)
            last = number;
    }
    tail_free(&tail);
    close(fd);
    return last;
}

static uint64_t last_in_logs(const char *path)
{
    uint64_t last = last_in_log(path);
    if (last > 0)
        return last;
    char *rotated = mem_printf("%s.1", path);
    last = last_in_log(rotated);
    free(rotated);
    return last;
}

static int last_in_state(const char *path, uint64_t *last, struct err *err)
{
    int64_t number = 0;
    json_error_t why;
    FILE *file = fopen(path, "re");
    if (!file)
        return errno == ENOENT ? 0 : err_sys(err, "%s", path);
    json_t *root = json_loadf(file, 0, &why);
    fclose(file);
    if (!root)
        return err_set(err, "%s:%d: %s", path, why.line, why.text);
    int result = json_read_int(root, "last", 0, last_max, &number, err);
    json_decref(root);
    *last = (uint64_t)number;
    return result < 0 ? err_wrap(err, "%s", path) : 0;
}

int changes_read(const char *path, const char *event_log, uint64_t *last, struct err *err)
{
    uint64_t kept = 0;
    const uint64_t logged = last_in_logs(event_log);
    if (last_in_state(path, &kept, err) < 0) {
        *last = logged + CHANGES_GAP;
        return -1;
    }
    *last = kept > logged ? kept : logged;
    return 0;
}

char *changes_text(uint64_t last)
{
    return mem_printf("{\"v\":1,\"last\":%" PRIu64 "}\n", last);
}
