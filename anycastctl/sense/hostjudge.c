/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostjudge.c - one function for each check. */
#include "anycastctl/sense/hostjudge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

/* No clock was ever before this program: 2026-01-01 UTC. */
static const int64_t EARLIEST_MS = 1767225600LL * 1000;

__attribute__((format(printf, 3, 4))) static void find(struct host_finding *out,
                                                       enum host_state state, const char *fmt, ...)
{
    va_list args;
    out->state = state;
    va_start(args, fmt);
    vsnprintf(out->detail, sizeof out->detail, fmt, args);
    va_end(args);
}

/* Once over the limit, it is so until a tenth below it. */
static bool is_over(const struct host_finding *before, double value, double limit)
{
    return value >= (before->state == HOST_BAD ? limit * 0.9 : limit);
}

/* ---- disk ---- */

/* Once too little, it is so until there is a tenth more. */
static bool is_short(const struct host_finding *before, uint64_t have, int64_t need)
{
    return have < (uint64_t)(before->state == HOST_BAD ? need + need / 10 : need);
}

/* True if something is wrong with it, and says what. What can't be read is no news here: whoever
 * writes there says why it fails. */
static bool is_disk_bad(const struct host_disk *disk, const struct settings *s, const char *folder,
                        struct host_finding *out)
{
    if (disk->error)
        return false;
    if (disk->read_only)
        find(out, HOST_BAD, "%s is on a file system that is mounted read-only", folder);
    else if (is_short(out, disk->free_bytes, s->host.disk_free_mb * MIB))
        find(out, HOST_BAD, "%s: %" PRIu64 " MiB free, fewer than %" PRId64, folder,
             disk->free_bytes / MIB, s->host.disk_free_mb);
    else if (disk->inodes && is_short(out, disk->free_inodes, s->host.disk_free_inodes))
        find(out, HOST_BAD, "%s: %" PRIu64 " inodes free, fewer than %" PRId64, folder,
             disk->free_inodes, s->host.disk_free_inodes);
    else
        return false;
    return true;
}

static void judge_disks(const struct host_reading *reading, const struct settings *s,
                        struct host_finding *out)
{
    const char *const names[HOST_DISKS] = { "state_dir", "the folder of event_log" };
    uint64_t least = UINT64_MAX;
    if (!s->host.disk) {
        find(out, HOST_OFF, "%s", "");
        return;
    }
    for (int i = 0; i < HOST_DISKS; i++) {
        if (is_disk_bad(&reading->disk[i], s, names[i], out))
            return;
        if (!reading->disk[i].error && reading->disk[i].free_bytes < least)
            least = reading->disk[i].free_bytes;
    }
    if (least == UINT64_MAX)
        find(out, HOST_UNKNOWN, "%s: %s", names[0], strerror(reading->disk[0].error));
    else
        find(out, HOST_GOOD, "%" PRIu64 " MiB free", least / MIB);
}

/* ---- clock ---- */

/* Notes a jump, and when it is over: back again, believed by the kernel, or after a while. */
static void watch_clock(struct host_clock *clock, const struct host_reading *reading,
                        int64_t limit_ms)
{
    const int64_t offset_ms = reading->unix_ms - reading->boot_ms;
    const int64_t jump_ms = clock->begun ? offset_ms - clock->offset_ms : 0;
    const bool far = jump_ms > limit_ms || jump_ms < -limit_ms;
    if (far && !clock->jump_ms)
        clock->jumped_boot_ms = reading->boot_ms;
    clock->jump_ms = far ? jump_ms : 0;
    const bool doubted = reading->boot_ms - clock->jumped_boot_ms < HOST_CLOCK_DOUBT_MS;
    if (far && doubted && !reading->synchronised)
        return;
    clock->begun = true;
    clock->offset_ms = offset_ms;
    clock->jump_ms = 0;
}

static void judge_clock(struct host_clock *clock, const struct host_reading *reading,
                        const struct settings *s, struct host_finding *out)
{
    if (!s->host.clock) {
        find(out, HOST_OFF, "%s", "");
        return;
    }
    watch_clock(clock, reading, s->host.clock_jump_ms);
    if (reading->unix_ms < EARLIEST_MS)
        find(out, HOST_BAD, "it says a time before this program was written");
    else if (clock->jump_ms)
        find(out, HOST_BAD, "it has jumped by %+" PRId64 " s, %" PRId64 " s ago",
             clock->jump_ms / 1000, (reading->boot_ms - clock->jumped_boot_ms) / 1000);
    else if (s->host.clock_synchronised && !reading->knows_synchronised)
        find(out, HOST_UNKNOWN, "the kernel does not say whether it is synchronised");
    else if (s->host.clock_synchronised && !reading->synchronised)
        find(out, HOST_BAD,
             "the kernel says that it is not synchronised: is an NTP client running?");
    else
        find(out, HOST_GOOD, "%s", reading->synchronised ? "synchronised" : "not synchronised");
}

/* ---- the rest ---- */

static void judge_conntrack(const struct host_reading *reading, const struct settings *s,
                            struct host_finding *out)
{
    const double share = reading->conntrack_max ? 100.0 * (double)reading->conntrack_count /
                                                      (double)reading->conntrack_max
                                                : 0;
    if (s->host.conntrack_percent == 0)
        find(out, HOST_OFF, "%s", "");
    else if (!reading->has_conntrack)
        find(out, HOST_GOOD, "not in use");
    else
        find(out, is_over(out, share, (double)s->host.conntrack_percent) ? HOST_BAD : HOST_GOOD,
             "%" PRIu64 " of %" PRIu64 " connections (%.0f %%)", reading->conntrack_count,
             reading->conntrack_max, share);
}

static void judge_load(const struct host_reading *reading, const struct settings *s,
                       struct host_finding *out)
{
    const double each = reading->load / reading->processors;
    if (s->host.load_per_processor == 0)
        find(out, HOST_OFF, "%s", "");
    else if (!reading->has_load)
        find(out, HOST_UNKNOWN, "%s", "");
    else
        find(out, is_over(out, each, (double)s->host.load_per_processor) ? HOST_BAD : HOST_GOOD,
             "load %.2f on %u processors", reading->load, reading->processors);
}

static bool has_family(const struct settings *s, enum family family)
{
    for (unsigned i = 0; i < s->service_count; i++)
        if (s->service[i].family[family].enabled)
            return true;
    return false;
}

static void judge_route(enum route_kind way_out, enum family family, const struct settings *s,
                        struct host_finding *out)
{
    if (!s->host.default_route || !has_family(s, family))
        find(out, HOST_OFF, "%s", "");
    else if (way_out == ROUTE_UNKNOWN)
        find(out, HOST_UNKNOWN, "%s", "");
    else if (way_out == ROUTE_AWAY)
        find(out, HOST_GOOD, "there is a way to the internet");
    else
        find(out, HOST_BAD,
             "the kernel has no IPv%d route to the internet: see ip -%d route; where none is "
             "needed, set host.default_route = false",
             family_number(family), family_number(family));
}

void host_judge(struct host_judgement *judgement, const struct settings *s,
                const struct host_reading *reading)
{
    struct host_finding *of = judgement->of;
    judge_disks(reading, s, &of[HOST_DISK]);
    judge_clock(&judgement->clock, reading, s, &of[HOST_CLOCK]);
    judge_conntrack(reading, s, &of[HOST_CONNTRACK]);
    judge_load(reading, s, &of[HOST_LOAD]);
    judge_route(reading->way_out[FAMILY_4], FAMILY_4, s, &of[HOST_ROUTE4]);
    judge_route(reading->way_out[FAMILY_6], FAMILY_6, s, &of[HOST_ROUTE6]);
}
