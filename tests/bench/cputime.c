/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cputime.c - reads /proc/PID/task/TID/schedstat, else /proc/PID/stat. */
#include "tests/bench/cputime.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int cputime_parse(const char *text, struct cputime_pids *pids)
{
    char *end;
    *pids = (struct cputime_pids){ 0 };
    do {
        long pid = strtol(text, &end, 10);
        if (end == text || pid <= 0 || (*end && *end != ',') || pids->count == CPUTIME_PIDS_MAX)
            return -1;
        pids->pids[pids->count++] = (int)pid;
        text = end + 1;
    } while (*end);
    return 0;
}

/* `format` is of /proc/PID/stat: the two numbers behind the name and ten fields. */
static uint64_t ticks_ns(int pid)
{
    char path[64], line[1024];
    unsigned long user = 0, sys = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    const char *fields = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    fclose(file);
    if (!fields ||
        sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2)
        return 0;
    return (user + sys) * (1000000000ull / (unsigned long)sysconf(_SC_CLK_TCK));
}

/* The first number of one thread's schedstat: nanoseconds on a CPU. */
static uint64_t thread_ns(int pid, const char *tid)
{
    char path[64 + 256];
    unsigned long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid, tid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (fscanf(file, "%llu", &ns) != 1)
        ns = 0;
    fclose(file);
    return ns;
}

static uint64_t process_ns(int pid)
{
    char path[64];
    uint64_t ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads)
        return 0;
    for (struct dirent *entry; (entry = readdir(threads));) {
        if (entry->d_name[0] != '.')
            ns += thread_ns(pid, entry->d_name);
    }
    closedir(threads);
    return ns ? ns : ticks_ns(pid);
}

uint64_t cputime_ns(const struct cputime_pids *pids)
{
    uint64_t ns = 0;
    for (unsigned i = 0; i < pids->count; i++)
        ns += process_ns(pids->pids[i]);
    return ns;
}

uint64_t cputime_self_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}
