/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.c - files and processes below a root. Knows /proc's layout; hides where the root is. */
#include "anycastctl/doctor/host.h"

#include "common/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 16 << 20 };

bool host_is_recorded(const struct host *host)
{
    return host->root[0] != '\0';
}

static char *make_path(const struct host *host, const char *fmt, va_list args)
{
    char path[1024];
    vsnprintf(path, sizeof path, fmt, args);
    return mem_printf("%s%s", host->root, path);
}

/* Files of /proc do not tell their size. */
static char *read_all(int fd)
{
    size_t used = 0, cap = 4096;
    char *text = mem_alloc(cap);
    ssize_t got;
    while ((got = read(fd, text + used, cap - used - 1)) > 0) {
        used += (size_t)got;
        if (used >= FILE_BYTES_MAX)
            break;
        if (cap - used < 2) {
            cap *= 2;
            text = mem_realloc(text, cap);
        }
    }
    if (got < 0) {
        free(text);
        return NULL;
    }
    used -= used && text[used - 1] == '\n';
    text[used] = '\0';
    return text;
}

/* Takes `path`. */
static char *slurp(char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *text = fd >= 0 ? read_all(fd) : NULL;
    const int error = errno;
    if (!text)
        err_sys(err, "%s", path);
    if (fd >= 0)
        close(fd);
    free(path);
    errno = error;
    return text;
}

char *host_read(const struct host *host, struct err *err, const char *path, ...)
{
    va_list args;
    va_start(args, path);
    char *full = make_path(host, path, args);
    va_end(args);
    return slurp(full, err);
}

int host_read_number(const struct host *host, int64_t *out, const char *path, ...)
{
    va_list args;
    va_start(args, path);
    char *full = make_path(host, path, args);
    va_end(args);
    char *text = slurp(full, NULL), *end = text;
    if (text)
        *out = strtoll(text, &end, 10);
    const bool found = end != text;
    free(text);
    return found ? 0 : -1;
}

int host_stat(const struct host *host, const char *path, struct stat *out)
{
    char *full = mem_printf("%s%s", host->root, path);
    const int result = stat(full, out), error = errno;
    free(full);
    errno = error;
    return result;
}

bool host_link(const struct host *host, char *out, size_t cap, const char *path, ...)
{
    va_list args;
    va_start(args, path);
    char *full = make_path(host, path, args);
    va_end(args);
    const ssize_t len = readlink(full, out, cap - 1);
    free(full);
    out[len > 0 ? len : 0] = '\0';
    return len > 0;
}

char *host_recorded(const struct host *host, const char *name, struct err *err)
{
    char *path = mem_printf("%s/commands/%s", host->root, name);
    for (char *at = path + strlen(host->root) + strlen("/commands/"); *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '.' && *at != '-')
            *at = '_';
    return slurp(path, err);
}

void host_each_process(const struct host *host, bool (*each)(void *arg, pid_t pid), void *arg)
{
    char *path = mem_printf("%s/proc", host->root);
    DIR *dir = opendir(path);
    free(path);
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (isdigit((unsigned char)entry->d_name[0]) && !each(arg, (pid_t)atoi(entry->d_name)))
            break;
    closedir(dir);
}

struct finding_pids {
    const struct host *host;
    const char *name;
    pid_t *pids;
    unsigned count;
};

/* Another network namespace is another node. */
static bool is_in_our_network(const struct host *host, pid_t pid)
{
    char ours[64], theirs[64];
    return !host_link(host, ours, sizeof ours, "/proc/self/ns/net") ||
           !host_link(host, theirs, sizeof theirs, "/proc/%d/ns/net", (int)pid) ||
           strcmp(ours, theirs) == 0;
}

static bool is_wanted(void *arg, pid_t pid)
{
    struct finding_pids *finding = arg;
    char *name = host_read(finding->host, NULL, "/proc/%d/comm", (int)pid);
    if (name && is_in_our_network(finding->host, pid) && strcmp(name, finding->name) == 0)
        finding->pids[finding->count++] = pid;
    free(name);
    return finding->count < HOST_PROCESSES_MAX;
}

unsigned host_find(const struct host *host, const char *name, pid_t pids[HOST_PROCESSES_MAX])
{
    struct finding_pids finding = { host, name, pids, 0 };
    host_each_process(host, is_wanted, &finding);
    return finding.count;
}

int host_status_number(const struct host *host, pid_t pid, const char *name, int64_t *out)
{
    char *text = host_read(host, NULL, "/proc/%d/status", (int)pid);
    char *label = mem_printf("%s:", name), *line = text;
    int result = -1;
    while (line && result) {
        if (strncmp(line, label, strlen(label)) == 0) {
            *out = strtoll(line + strlen(label), NULL, 10);
            result = 0;
        }
        char *end = strchr(line, '\n');
        line = end ? end + 1 : NULL;
    }
    free(label);
    free(text);
    return result;
}
