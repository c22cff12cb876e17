/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_kernel.c - settings of the kernel that lose packets, routes or time. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"

#include "common/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

enum {
    BUFFER_BYTES = 4 << 20, /* udp.receive_buffer_bytes of dnsd */
    CONNTRACK_LEAST = 262144,
    CONNTRACK_RISKY_PERCENT = 70,
    CONNTRACK_WRONG_PERCENT = 95,
};

/* --- packets ------------------------------------------------------------------------------- */

/* The larger of `all` and the interface's own counts (ip-sysctl of the kernel). */
static void look_rp_filter(const struct patient *patient, struct findings *findings)
{
    int64_t all = 0, own;
    host_read_number(&patient->host, &all, "/proc/sys/net/ipv4/conf/all/rp_filter");
    char *path = mem_printf("%s/proc/sys/net/ipv4/conf", patient->host.root);
    DIR *dir = opendir(path);
    free(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        if (name[0] == '.' || strcmp(name, "all") == 0 || strcmp(name, "default") == 0 ||
            strcmp(name, "lo") == 0 ||
            host_read_number(&patient->host, &own, "/proc/sys/net/ipv4/conf/%s/rp_filter", name))
            continue;
        if ((own > all ? own : all) != 1)
            continue;
        finding(findings, DOCTOR_RISKY, "rp_filter is strict on %s", name);
        finding_fix(findings,
                    "sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.%s.rp_filter=0", name);
    }
    if (dir)
        closedir(dir);
}

static void look_forwarding(const struct patient *patient, struct findings *findings)
{
    static const struct {
        const char *path, *name;
    } switches[] = { { "/proc/sys/net/ipv4/ip_forward", "net.ipv4.ip_forward" },
                     { "/proc/sys/net/ipv6/conf/all/forwarding", "net.ipv6.conf.all.forwarding" } };
    for (size_t i = 0; i < 2; i++) {
        int64_t value = 0;
        host_read_number(&patient->host, &value, "%s", switches[i].path);
        if (value == 0)
            continue;
        finding(findings, DOCTOR_RISKY, "%s is on", switches[i].name);
        finding_fix(findings, "sysctl -w %s=0", switches[i].name);
    }
}

static void look_conntrack(const struct patient *patient, struct findings *findings)
{
    int64_t max, count = 0;
    if (host_read_number(&patient->host, &max, "/proc/sys/net/netfilter/nf_conntrack_max"))
        return; /* not loaded */
    host_read_number(&patient->host, &count, "/proc/sys/net/netfilter/nf_conntrack_count");
    const int percent = max > 0 ? (int)(100 * count / max) : 100;
    if (percent >= CONNTRACK_RISKY_PERCENT)
        finding(findings, percent >= CONNTRACK_WRONG_PERCENT ? DOCTOR_WRONG : DOCTOR_RISKY,
                "the conntrack table is %d %% full (%lld of %lld)", percent, (long long)count,
                (long long)max);
    else if (max < CONNTRACK_LEAST)
        finding(findings, DOCTOR_NOTE, "the conntrack table has %lld places", (long long)max);
}

static void look_buffers(const struct patient *patient, struct findings *findings)
{
    int64_t bytes;
    if (host_read_number(&patient->host, &bytes, "/proc/sys/net/core/rmem_max") == 0 &&
        bytes < BUFFER_BYTES)
        finding(findings, DOCTOR_NOTE, "net.core.rmem_max is %lld bytes", (long long)bytes);
}

/* --- memory and disk ----------------------------------------------------------------------- */

/* "Max core file size        unlimited            unlimited            bytes" */
static bool dumps_core(const struct host *host, pid_t pid)
{
    char *limits = host_read(host, NULL, "/proc/%d/limits", (int)pid), soft[32] = "0";
    const char *line = limits ? strstr(limits, "Max core file size") : NULL;
    if (line)
        sscanf(line, "Max core file size %31s", soft);
    free(limits);
    return strcmp(soft, "0") != 0;
}

static void look_cores(const struct patient *patient, struct findings *findings)
{
    pid_t pids[HOST_PROCESSES_MAX];
    char *pattern = host_read(&patient->host, NULL, "/proc/sys/kernel/core_pattern");
    if (pattern && host_find(&patient->host, "dnsd", pids) > 0 &&
        dumps_core(&patient->host, pids[0]))
        finding(findings, DOCTOR_NOTE,
                "a dnsd that crashes dumps its memory (to %s) before it ends", pattern);
    free(pattern);
}

static void look_huge_pages(const struct patient *patient, struct findings *findings)
{
    char *mode = host_read(&patient->host, NULL, "/sys/kernel/mm/transparent_hugepage/enabled");
    if (mode && strstr(mode, "[never]"))
        finding(findings, DOCTOR_NOTE, "transparent huge pages are off");
    free(mode);
}

/* --- time ---------------------------------------------------------------------------------- */

/* On a recorded machine: the status word of adjtimex. */
static int clock_status(const struct host *host, int64_t *status)
{
    struct timex timex = { 0 };
    if (host_is_recorded(host)) {
        char *text = host_recorded(host, "adjtimex", NULL);
        *status = text ? strtoll(text, NULL, 0) : 0;
        free(text);
        return text ? 0 : -1;
    }
    if (adjtimex(&timex) < 0)
        return -1;
    *status = timex.status;
    return 0;
}

static void look_clock(const struct patient *patient, struct findings *findings)
{
    int64_t status;
    if (clock_status(&patient->host, &status))
        finding_unseen(findings, "the kernel does not tell about its clock");
    else if (status & STA_UNSYNC)
        finding(findings, DOCTOR_RISKY, "the clock is not synchronised");
}

/* --- routes -------------------------------------------------------------------------------- */

static void look_default(const struct patient *patient, struct findings *findings, int family)
{
    const char *const argv[] = { "ip",      "-j", family == 4 ? "-4" : "-6", "route", "show",
                                 "default", NULL };
    struct err err;
    size_t i;
    const json_t *route;
    unsigned own = 0, all = 0;
    json_int_t metric = -1;
    bool tie = false;
    json_t *routes = host_run_json(&patient->host, argv, &err);
    if (!routes) {
        finding_unseen(findings, "%s", err.msg);
        return;
    }
    json_array_foreach(routes, i, route) {
        const char *from = json_string_value(json_object_get(route, "protocol"));
        const json_int_t m = json_integer_value(json_object_get(route, "metric"));
        all++;
        if (from && strcmp(from, "bird") == 0)
            continue;
        tie |= own++ > 0 && m == metric;
        metric = m;
    }
    json_decref(routes);
    if (all == 0)
        finding(findings, DOCTOR_WRONG, "IPv%d: there is no default route: replies cannot leave",
                family);
    else if (own == 0)
        finding(findings, DOCTOR_RISKY, "IPv%d: the only default route is BGP's", family);
    else if (tie)
        finding(findings, DOCTOR_RISKY, "IPv%d: two default routes have the same metric", family);
}

static void look_routes(const struct patient *patient, struct findings *findings)
{
    for (int family = 4; family <= 6; family += 2)
        if (patient_uses_family(patient, family))
            look_default(patient, findings, family);
}

const struct doctor_check doctor_kernel_checks[] = {
    { "rp-filter", "rp_filter is not strict",
      "With anycast, queries come in by one provider and replies leave by another; strict drops "
      "them in silence (RFC 3704 2.2).",
      "sysctl -w net.ipv4.conf.all.rp_filter=0", NEEDS_NOTHING, look_rp_filter },
    { "forwarding", "The node does not forward packets",
      "A name server that is a router carries other people's traffic when a filter fails, and "
      "IPv6 router advertisements are ignored.",
      "sysctl -w net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0", NEEDS_NOTHING,
      look_forwarding },
    { "conntrack-size", "The conntrack table has room",
      "When it is full, the kernel drops packets of new flows: every query is one.",
      "do not track port 53 at all (see check notrack); else sysctl -w "
      "net.netfilter.nf_conntrack_max=1048576",
      NEEDS_NOTHING, look_conntrack },
    { "receive-buffer", "Sockets may have the receive buffers that dnsd asks for",
      "A burst that finds no room is lost. dnsd needs CAP_NET_ADMIN, or this limit raised.",
      "sysctl -w net.core.rmem_max=4194304", NEEDS_NOTHING, look_buffers },
    { "core-dump", "A crash is not followed by a long dump",
      "Sockets close after it, so that restart and peers wait; anycastd does not: dnsd hangs up "
      "on it before.",
      "LimitCORE=0 in dnsd.service, or a core_pattern on a fast disk", NEEDS_DNSD_PROCESS,
      look_cores },
    { "huge-pages", "Large zones live in huge pages",
      "The kernel tears 500 MB down in 1.4 ms instead of 13 to 26 before it closes the sockets of "
      "a crashed dnsd.",
      "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled", NEEDS_NOTHING,
      look_huge_pages },
    { "clock", "The clock is synchronised",
      "Signatures expire by it (RFC 4034 3.1.5), and logs of sites are compared by it.",
      "systemctl enable --now systemd-timesyncd (or chrony)", NEEDS_NOTHING, look_clock },
    { "default-route", "Each family has one default route of the host's own, beside BGP's",
      "Without it no reply leaves while BIRD restarts, nor in the first moments of a session; with "
      "two alike the kernel takes either.",
      "ip route add default via GATEWAY metric 1000", NEEDS_SETTINGS, look_routes },
    { 0 },
};
