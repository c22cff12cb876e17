/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostread.c - the kernel's own figures. Whatever can't be read is unknown, never an error. */
#include "anycastctl/sense/hostread.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 256, TARGETS = 3 };

/* Root servers of three operators: if the kernel knows no way to any of them, it knows none. */
static const char *const targets[FAMILY_COUNT][TARGETS] = {
    [FAMILY_4] = { "198.41.0.4", "193.0.14.129", "199.7.83.42" },
    [FAMILY_6] = { "2001:503:ba3e::2:30", "2001:7fd::1", "2001:500:9f::42" },
};

bool host_parse_number(const char *text, uint64_t *out)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno || (*end != '\0' && *end != '\n'))
        return false;
    *out = value;
    return true;
}

bool host_parse_load(const char *text, double *out)
{
    double one, five, fifteen;
    if (sscanf(text, "%lf %lf %lf ", &one, &five, &fifteen) != 3 || !(one >= 0))
        return false;
    *out = one;
    return true;
}

static bool read_file(const char *proc, const char *name, char text[TEXT_MAX])
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", proc, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const ssize_t len = read(fd, text, TEXT_MAX - 1);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    return len > 0;
}

static bool read_number(const char *proc, const char *name, uint64_t *out)
{
    char text[TEXT_MAX];
    return read_file(proc, name, text) && host_parse_number(text, out);
}

static struct host_disk read_disk(const char *folder)
{
    struct statvfs fs;
    if (!folder)
        return (struct host_disk){ .error = ENOENT };
    if (statvfs(folder, &fs) < 0)
        return (struct host_disk){ .error = errno };
    return (struct host_disk){ .read_only = fs.f_flag & ST_RDONLY,
                               .free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize,
                               .inodes = fs.f_files,
                               .free_inodes = fs.f_favail };
}

static int64_t ms_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void read_clock(struct host_reading *out)
{
    struct timex state = { .modes = 0 };
    out->unix_ms = ms_of(CLOCK_REALTIME);
    out->boot_ms = ms_of(CLOCK_BOOTTIME);
    out->knows_synchronised = adjtimex(&state) >= 0;
    out->synchronised = out->knows_synchronised && !(state.status & STA_UNSYNC);
}

/* Routes to this host itself do not count: it may serve one of them. */
static enum route_kind find_way_out(struct routes *routes, enum family family)
{
    enum route_kind found = ROUTE_NONE;
    for (int i = 0; i < TARGETS; i++) {
        struct addr to;
        if (addr_parse(targets[family][i], 0, &to, NULL) < 0)
            continue;
        const enum route_kind kind = routes_look_up(routes, &to);
        if (kind == ROUTE_AWAY)
            return ROUTE_AWAY;
        if (kind == ROUTE_UNKNOWN)
            found = ROUTE_UNKNOWN;
    }
    return found;
}

void host_read(const struct host_places *places, struct routes *routes, struct host_reading *out)
{
    char text[TEXT_MAX];
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *out = (struct host_reading){ .processors = processors > 0 ? (unsigned)processors : 1 };
    for (int i = 0; i < HOST_DISKS; i++)
        out->disk[i] = read_disk(places->folder[i]);
    out->has_conntrack =
        read_number(places->proc, "sys/net/netfilter/nf_conntrack_count", &out->conntrack_count) &&
        read_number(places->proc, "sys/net/netfilter/nf_conntrack_max", &out->conntrack_max);
    out->has_load = read_file(places->proc, "loadavg", text) && host_parse_load(text, &out->load);
    read_clock(out);
    for (int f = 0; f < FAMILY_COUNT; f++)
        out->way_out[f] = find_way_out(routes, (enum family)f);
}
