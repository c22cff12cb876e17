/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostread.h - measures the host: disks, clock, connection tracking, load, the way out. What it
 * means, hostjudge.h knows. May block where a disk does. */
#ifndef PROXIMA_SENSE_HOSTREAD_H
#define PROXIMA_SENSE_HOSTREAD_H

#include "anycastctl/model/settings.h"
#include "anycastctl/sense/routes.h"

#include <stdbool.h>
#include <stdint.h>

enum { HOST_DISKS = 2 }; /* of the state, of the event log */

/* Where to look. Borrowed while reading. */
struct host_places {
    const char *proc;               /* "/proc" */
    const char *folder[HOST_DISKS]; /* NULL: none */
};

struct host_disk {
    int error; /* errno: why nothing else is known; 0: it is */
    bool read_only;
    uint64_t free_bytes;
    uint64_t inodes, free_inodes; /* 0 of 0: a file system that has no limit */
};

struct host_reading {
    struct host_disk disk[HOST_DISKS];
    bool has_conntrack; /* false: it is not in use here, or can't be seen */
    uint64_t conntrack_count, conntrack_max;
    bool has_load;
    double load; /* of the last minute */
    unsigned processors;
    int64_t unix_ms, boot_ms; /* the wall clock, and CLOCK_BOOTTIME at the same moment */
    bool knows_synchronised; /* the kernel says whether the clock is; a sandbox may forbid to ask */
    bool synchronised;
    enum route_kind way_out[FAMILY_COUNT];
};

void host_read(const struct host_places *places, struct routes *routes, struct host_reading *out);

/* The contents of /proc files, as numbers; false if they are not. Pure. */
bool host_parse_number(const char *text, uint64_t *out); /* "262144\n" */
bool host_parse_load(const char *text, double *out);     /* "1.57 1.87 1.50 2/95 5498\n" */

#endif
