/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_file.c - who may touch sockets and folders: enough for the daemons, no more for others. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"
#include "common/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who anycastd is to the file system. */
struct identity {
    int64_t uid;
    char *groups; /* "100 110", of the running process; NULL: unknown */
};

/* The line "Groups:" and the effective one of "Gid:" of /proc/PID/status. */
static bool identify(const struct patient *patient, struct identity *out)
{
    pid_t pids[HOST_PROCESSES_MAX];
    *out = (struct identity){ .uid = -1 };
    if (!patient_anycastd_uid(patient, &out->uid))
        return false;
    if (host_find(&patient->host, "anycastd", pids) == 0)
        return true;
    char *status = host_read(&patient->host, NULL, "/proc/%d/status", (int)pids[0]);
    const char *groups = status ? strstr(status, "\nGroups:") : NULL;
    int64_t gid = -1;
    host_status_number(&patient->host, pids[0], "Gid", &gid);
    if (groups)
        out->groups = mem_printf("%lld %.*s", (long long)gid,
                                 (int)strcspn(groups + strlen("\nGroups:"), "\n"),
                                 groups + strlen("\nGroups:"));
    free(status);
    return true;
}

static bool is_in_group(const struct identity *who, gid_t gid)
{
    char *saved = NULL, *groups = mem_strdup(who->groups ? who->groups : "");
    bool found = false;
    for (const char *word = strtok_r(groups, " \t", &saved); word;
         word = strtok_r(NULL, " \t", &saved))
        found |= strtoul(word, NULL, 10) == gid;
    free(groups);
    return found;
}

static bool may_write(const struct identity *who, const struct stat *file)
{
    if (who->uid == 0)
        return true;
    if (who->uid == (int64_t)file->st_uid)
        return file->st_mode & S_IWUSR;
    if (is_in_group(who, file->st_gid))
        return file->st_mode & S_IWGRP;
    return file->st_mode & S_IWOTH;
}

/* --- BIRD's socket ------------------------------------------------------------------------- */

static void look_bird_socket(const struct patient *patient, struct findings *findings)
{
    struct stat file;
    struct identity who;
    const char *path = patient->settings ? patient->settings->bird.socket : "/run/bird/bird.ctl";
    if (host_stat(&patient->host, path, &file)) {
        if (errno == EACCES)
            finding_unseen(findings, "%s: %s", path, strerror(errno));
        return; /* that it is missing, another check says */
    }
    if (file.st_mode & S_IWOTH) {
        finding(findings, DOCTOR_WRONG, "everybody may write to %s, and so announce and withdraw",
                path);
        finding_fix(findings, "chmod o-rwx %s", path);
    }
    const bool known = identify(patient, &who);
    if (known && who.groups && !may_write(&who, &file))
        finding(findings, DOCTOR_WRONG, "anycastd's user (uid %lld) may not write to %s (mode %o)",
                (long long)who.uid, path, file.st_mode & 07777);
    free(who.groups);
}

/* --- our sockets and folders --------------------------------------------------------------- */

static void look_socket(const struct patient *patient, const char *path, struct findings *findings)
{
    struct stat file;
    if (host_stat(&patient->host, path, &file) || !(file.st_mode & S_IWOTH))
        return;
    finding(findings, DOCTOR_RISKY, "everybody may write to %s (mode %o)", path,
            file.st_mode & 07777);
    finding_fix(findings, "chmod o-rwx %s", path);
}

static void look_sockets(const struct patient *patient, struct findings *findings)
{
    const struct settings *settings = patient->settings;
    look_socket(patient, settings->control_socket, findings);
    look_socket(patient, settings->report_socket, findings);
    look_socket(patient, settings->lease_socket, findings);
}

/* `folder` must be there, anycastd's to write, and nobody's else. */
static void look_folder(const struct patient *patient, const struct identity *who,
                        const char *folder, struct findings *findings)
{
    struct stat file;
    if (host_stat(&patient->host, folder, &file)) {
        if (errno == EACCES)
            finding_unseen(findings, "%s: %s", folder, strerror(errno));
        else
            finding(findings, DOCTOR_WRONG, "%s: %s", folder, strerror(errno));
        return;
    }
    if ((file.st_mode & S_IWOTH) && !(file.st_mode & S_ISVTX)) {
        finding(findings, DOCTOR_WRONG, "everybody may write to %s (mode %o)", folder,
                file.st_mode & 07777);
        finding_fix(findings, "chmod o-w %s", folder);
    }
    if (who->uid >= 0 && !may_write(who, &file)) {
        finding(findings, DOCTOR_WRONG,
                "anycastd's user (uid %lld) may not write to %s (of uid %u)", (long long)who->uid,
                folder, file.st_uid);
        finding_fix(findings, "chown proxima %s", folder);
    }
}

/* The folder that `path` is in. New memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return mem_printf("%.*s", slash && slash != path ? (int)(slash - path) : 1, path);
}

/* Where the daemons make sockets and files; run_dir itself is not used if all of them are
 * elsewhere. */
static void look_folders(const struct patient *patient, struct findings *findings)
{
    struct identity who;
    const struct settings *settings = patient->settings;
    char *folder[] = { folder_of(settings->control_socket), folder_of(settings->report_socket),
                       folder_of(settings->lease_socket), mem_strdup(settings->bird.intent_dir),
                       mem_strdup(settings->state_dir) };
    const size_t count = sizeof folder / sizeof *folder;
    identify(patient, &who);
    for (size_t i = 0; i < count; i++) {
        bool told = false;
        for (size_t before = 0; before < i; before++)
            told |= strcmp(folder[before], folder[i]) == 0;
        if (!told)
            look_folder(patient, &who, folder[i], findings);
    }
    for (size_t i = 0; i < count; i++)
        free(folder[i]);
    free(who.groups);
}

static void look_event_log(const struct patient *patient, struct findings *findings)
{
    struct identity who;
    struct stat file;
    const char *path = patient->settings->event_log;
    identify(patient, &who);
    if (host_stat(&patient->host, path, &file) == 0) {
        if (who.uid >= 0 && !may_write(&who, &file))
            finding(findings, DOCTOR_WRONG, "anycastd's user (uid %lld) may not write to %s",
                    (long long)who.uid, path);
    } else {
        char *folder = folder_of(path);
        look_folder(patient, &who, folder, findings);
        free(folder);
    }
    free(who.groups);
}

const struct doctor_check doctor_file_checks[] = {
    { "bird-socket", "anycastd may use BIRD's control socket, and not everybody may",
      "Whoever writes there announces and withdraws.",
      "SupplementaryGroups=bird in anycastd.service, as in configs/systemd; or usermod -aG bird "
      "proxima; then restart anycastd",
      NEEDS_NOTHING, look_bird_socket },
    { "sockets", "Only the node's own users reach its sockets",
      "Who reaches the control socket can withdraw this node, who reaches the others can pretend "
      "to be dnsd or anycastd.",
      "chmod o-rwx SOCKET", NEEDS_SETTINGS, look_sockets },
    { "folders", "The daemons' folders are theirs, and nobody else's",
      "The intent stands in the one, orders that outlive a reboot in the other.",
      "install -d -o proxima -m 755 /run/proxima /var/lib/proxima", NEEDS_SETTINGS, look_folders },
    { "event-log", "Events can be written down", "What is not recorded cannot be explained later.",
      "install -d -o proxima -m 755 /var/log/proxima", NEEDS_SETTINGS, look_event_log },
    { 0 },
};
