/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_process.c - whether the right ones survive and run first when memory or CPU are short. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_LEAST = 4096 };

static const struct member {
    const char *name, *unit;
    int oom_most; /* the highest oom_score_adj that protects it enough; the units have it */
} members[] = {
    { "anycastguard", "anycastguard", -1000 },
    { "anycastd", "anycastd", -900 },
    { "bird", "bird", -900 },
    { "dnsd", "dnsd", -800 },
};
enum { MEMBERS = sizeof members / sizeof *members };

/* The first process of that name; 0: there is none. */
static pid_t pid_of(const struct patient *patient, const char *name)
{
    pid_t pids[HOST_PROCESSES_MAX];
    return host_find(&patient->host, name, pids) > 0 ? pids[0] : 0;
}

static void look_running(const struct patient *patient, struct findings *findings)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (pid_of(patient, members[i].name))
            continue;
        finding(findings, DOCTOR_WRONG, "%s does not run", members[i].name);
        finding_fix(findings, "systemctl enable --now %s", members[i].unit);
    }
}

/* In /proc/PID/stat, behind the name in brackets: nice is the 17th word. */
static bool nice_of(const struct patient *patient, pid_t pid, int *nice)
{
    char *text = pid ? host_read(&patient->host, NULL, "/proc/%d/stat", (int)pid) : NULL;
    const char *behind = text ? strrchr(text, ')') : NULL;
    bool found = behind != NULL;
    for (int word = 0; found && word < 17; word++) {
        behind = strchr(behind + 1, ' ');
        found = behind != NULL;
    }
    if (found)
        *nice = atoi(behind);
    free(text);
    return found;
}

static void look_oom(const struct patient *patient, struct findings *findings)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        int64_t adj;
        const pid_t pid = pid_of(patient, members[i].name);
        if (!pid || host_read_number(&patient->host, &adj, "/proc/%d/oom_score_adj", (int)pid) ||
            adj <= members[i].oom_most)
            continue;
        finding(findings, DOCTOR_RISKY, "%s (pid %d) has oom_score_adj %lld, more than %d",
                members[i].name, (int)pid, (long long)adj, members[i].oom_most);
        finding_fix(findings,
                    "OOMScoreAdjust=%d in %s.service, as in configs/systemd; now: echo %d "
                    "> /proc/%d/oom_score_adj",
                    members[i].oom_most, members[i].unit, members[i].oom_most, (int)pid);
    }
}

/* What its unit has of the CPU: "0::/system.slice/bird.service" of /proc/PID/cgroup, and the weight
 * there. False: it has no group of its own that weighs. */
static bool weight_of(const struct patient *patient, pid_t pid, char group[128], int64_t *weight)
{
    char *text = pid ? host_read(&patient->host, NULL, "/proc/%d/cgroup", (int)pid) : NULL;
    const char *line = text ? strstr(text, "0::/") : NULL;
    group[0] = '\0';
    if (line)
        sscanf(line, "0::%127[^\n]", group);
    free(text);
    return group[0] &&
           host_read_number(&patient->host, weight, "/sys/fs/cgroup%s/cpu.weight", group) == 0;
}

/* True if both are weighed by their units, and not by nice, which counts within a unit only. */
static bool weighed(const struct patient *patient, pid_t pid, pid_t dnsd, int64_t weights[2])
{
    char group[2][128];
    return weight_of(patient, pid, group[0], &weights[0]) &&
           weight_of(patient, dnsd, group[1], &weights[1]) && strcmp(group[0], group[1]) != 0;
}

static void look_cpu_of(const struct patient *patient, const struct member *member, pid_t dnsd,
                        struct findings *findings)
{
    int nice[2];
    int64_t weights[2];
    const pid_t pid = pid_of(patient, member->name);
    if (!pid || pid == dnsd)
        return;
    if (weighed(patient, pid, dnsd, weights)) {
        if (weights[0] > weights[1])
            return;
        finding(findings, DOCTOR_RISKY, "%s (pid %d) has CPU weight %lld, dnsd %lld", member->name,
                (int)pid, (long long)weights[0], (long long)weights[1]);
        finding_fix(findings,
                    "CPUWeight=1000 in %s.service, as in configs/systemd; now: systemctl "
                    "set-property %s CPUWeight=1000",
                    member->unit, member->unit);
    } else if (nice_of(patient, pid, &nice[0]) && nice_of(patient, dnsd, &nice[1]) &&
               nice[0] >= nice[1]) {
        finding(findings, DOCTOR_RISKY, "%s (pid %d) has nice %d, dnsd %d", member->name, (int)pid,
                nice[0], nice[1]);
        finding_fix(findings,
                    "Nice=-10 in %s.service, as in configs/systemd; now: renice -n -10 -p "
                    "%d",
                    member->unit, (int)pid);
    }
}

static void look_cpu(const struct patient *patient, struct findings *findings)
{
    const pid_t dnsd = pid_of(patient, "dnsd");
    for (size_t i = 0; i < MEMBERS; i++)
        look_cpu_of(patient, &members[i], dnsd, findings);
}

static void look_files(const struct patient *patient, struct findings *findings)
{
    struct err err;
    long limit;
    const pid_t pid = pid_of(patient, "dnsd");
    char *limits = pid ? host_read(&patient->host, &err, "/proc/%d/limits", (int)pid) : NULL;
    const char *line = limits ? strstr(limits, "Max open files") : NULL;
    if (pid && !limits)
        finding_unseen(findings, "%s", err.msg);
    else if (line && sscanf(line, "Max open files %ld", &limit) == 1 && limit < FILES_LEAST)
        finding(findings, DOCTOR_RISKY, "dnsd may have %ld files and connections open", limit);
    free(limits);
}

const struct doctor_check doctor_process_checks[] = {
    { "running", "anycastd, anycastguard, BIRD and dnsd run",
      "Each of them is needed to announce what is answered, and nothing else.",
      "systemctl enable --now bird anycastguard anycastd dnsd", NEEDS_NOTHING, look_running },
    { "oom", "The OOM killer takes others first",
      "A node out of memory must still be able to withdraw; BIRD ended by the kernel drops every "
      "session.",
      "OOMScoreAdjust= as in configs/systemd", NEEDS_DNSD_PROCESS, look_oom },
    { "cpu", "anycastd, anycastguard and BIRD get the CPU before dnsd",
      "Under a flood dnsd takes all CPUs: BFD then fails, and a site that answers is withdrawn.",
      "CPUWeight= and Nice= as in configs/systemd", NEEDS_DNSD_PROCESS, look_cpu },
    { "open-files", "dnsd may have enough files open",
      "Each TCP connection is one; tcp.connections_max is counted for each worker.",
      "LimitNOFILE=65536 in dnsd.service", NEEDS_DNSD_PROCESS, look_files },
    { 0 },
};
