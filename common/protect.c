/* SPDX-License-Identifier: GPL-3.0-or-later */
/* protect.c - the kernel's two knobs. */
#include "common/protect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char oom_path[] = "/proc/self/oom_score_adj";

static int read_oom(void)
{
    char text[16] = "";
    int fd = open(oom_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    return got > 0 ? atoi(text) : 0;
}

static void write_oom(const char *text)
{
    int fd = open(oom_path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t ignored = write(fd, text, strlen(text));
    (void)ignored; /* we are told what we have, not what we wished for */
    close(fd);
}

struct protection protect_get(void)
{
    return (struct protection){ read_oom(), getpriority(PRIO_PROCESS, 0) };
}

struct protection protect_take(struct protection want)
{
    const struct protection have = protect_get();
    if (want.oom_score_adj < have.oom_score_adj) {
        char text[16];
        snprintf(text, sizeof text, "%d", want.oom_score_adj);
        write_oom(text);
    }
    if (want.nice < have.nice)
        (void)setpriority(PRIO_PROCESS, 0, want.nice);
    return protect_get();
}

void protect_drop(void)
{
    if (read_oom() < 0)
        write_oom("0");
    if (getpriority(PRIO_PROCESS, 0) < 0)
        (void)setpriority(PRIO_PROCESS, 0, 0);
}
