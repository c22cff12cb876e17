/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vigil.c - looks at threads, and the rule for what they mean. Knows /proc/PID/task/TID/status and
 * the clocks of CPU time. */
#include "common/vigil.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_BYTES_MAX = 8192 }; /* it has some 1,500, and a bit for each CPU and memory node */

/* The value in the line `key`, or NULL. The name of a thread, which may be anything, cannot begin a
 * line: the kernel escapes it. */
static const char *find(const char *status, const char *key)
{
    const size_t len = strlen(key);
    for (const char *line = status; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) == 0 && line[len] == ':')
            return line + len + 1 + strspn(line + len + 1, " \t");
    }
    return NULL;
}

int vigil_parse(const char *status, struct vigil_look *out)
{
    const char *state = find(status, "State");
    const char *waits = find(status, "voluntary_ctxt_switches");
    char *end;
    if (!state || !waits)
        return -1;
    const unsigned long long count = strtoull(waits, &end, 10);
    if (end == waits)
        return -1;
    out->runnable = *state == 'R';
    out->waits = count;
    return 0;
}

static int read_status(pid_t process, pid_t thread, struct vigil_look *out)
{
    char path[64], text[STATUS_BYTES_MAX];
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)process, (int)thread);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    if (len <= 0)
        return -1;
    text[len] = '\0';
    return vigil_parse(text, out);
}

static struct vigil_look look_at(const struct vigil *vigil, struct mono now)
{
    struct vigil_look seen = { .at = mono_never() };
    struct timespec ran;
    if (read_status(vigil->process, vigil->thread, &seen) || clock_gettime(vigil->clock, &ran))
        return seen;
    seen.ran_ns = (int64_t)ran.tv_sec * 1000000000 + ran.tv_nsec;
    seen.at = now;
    return seen;
}

struct vigil vigil_over_thread(pid_t tid, pthread_t handle)
{
    struct vigil vigil = { .process = getpid(), .thread = tid };
    if (pthread_getcpuclockid(handle, &vigil.clock))
        vigil.thread = 0;
    return vigil;
}

struct vigil vigil_over_process(pid_t pid)
{
    struct vigil vigil = { .process = pid, .thread = pid };
    if (clock_getcpuclockid(pid, &vigil.clock))
        vigil.thread = 0;
    return vigil;
}

/* True if it waits, and not just since now: who wakes, and who waits anew, begins again. */
static bool waits_long(struct vigil *vigil, const struct vigil_look *look)
{
    if (look->runnable) {
        vigil->wait.at = mono_never();
        return false;
    }
    if (mono_is_never(vigil->wait.at) || vigil->wait.waits != look->waits)
        vigil->wait = *look;
    return mono_diff_ms(look->at, vigil->wait.at) >= VIGIL_WAIT_MS;
}

/* A short wait takes no word back. Half of the time that has passed is what an endless loop has
 * beside another one. */
static enum vigil_verdict judge(struct vigil *vigil, const struct vigil_look *look)
{
    const struct vigil_look *first = &vigil->first;
    const int64_t passed_ns = look->at.ns - first->at.ns;
    const int64_t ran_ns = look->ran_ns - first->ran_ns;
    if (waits_long(vigil, look) || look->waits > first->waits + 1 ||
        ran_ns >= VIGIL_ENOUGH_MS * 1000000)
        return VIGIL_HUNG;
    if (!look->runnable)
        return vigil->verdict;
    return 2 * ran_ns < passed_ns ? VIGIL_STARVED : VIGIL_EARLY;
}

enum vigil_verdict vigil_step(struct vigil *vigil, struct mono tick, struct vigil_look look)
{
    if (mono_is_never(look.at))
        return VIGIL_HUNG;
    if (vigil->tick.ns != tick.ns || mono_is_never(vigil->first.at)) {
        vigil->tick = tick;
        vigil->first = look;
        vigil->wait.at = mono_never();
        vigil->verdict = VIGIL_EARLY;
    }
    vigil->verdict = judge(vigil, &look);
    return vigil->verdict;
}

enum vigil_verdict vigil_look(struct vigil *vigil, struct mono tick, struct mono now)
{
    return vigil->thread ? vigil_step(vigil, tick, look_at(vigil, now)) : VIGIL_HUNG;
}
