/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_machine.c - copies a recorded machine, and changes it. */
#include "tests/unit/recorded_machine.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void run(const char *const argv[])
{
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("%s is not there", path);
    char *text = NULL;
    size_t cap = 0;
    if (getdelim(&text, &cap, '\0', file) < 0)
        fail_msg("%s is empty", path);
    fclose(file);
    return text;
}

static void spill(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Those above `path`. */
static void make_folders(const char *path)
{
    char *folder = mem_printf("%.*s", (int)(strrchr(path, '/') - path), path);
    run((const char *const[]){ "mkdir", "-p", folder, NULL });
    free(folder);
}

/* All places. Takes `text`; returns new. */
static char *replace(char *text, const char *from, const char *to)
{
    char *out = mem_strdup("");
    const char *at = text;
    for (const char *found; (found = strstr(at, from)); at = found + strlen(from)) {
        char *longer = mem_printf("%s%.*s%s", out, (int)(found - at), at, to);
        free(out);
        out = longer;
    }
    char *all = mem_printf("%s%s", out, at);
    free(out);
    free(text);
    return all;
}

void machine_change(const char *root, const char *file, const char *from, const char *to)
{
    char *path = mem_printf("%s/%s", root, file), *text = NULL;
    if (!from && !to) {
        assert_int_equal(unlink(path), 0);
    } else if (!from) {
        make_folders(path);
        spill(path, to);
    } else {
        text = slurp(path);
        if (!strstr(text, from))
            fail_msg("%s does not have \"%s\"", file, from);
        text = replace(text, from, to);
        spill(path, text);
    }
    free(text);
    free(path);
}

/* What no version control keeps: owners, modes, and whose a socket is. */
static void finish(const char *root)
{
    char uid[16], *socket = mem_printf("%s/run/bird/bird.ctl", root);
    char *fds = mem_printf("%s/proc/100/fd", root);
    snprintf(uid, sizeof uid, "%u", getuid());
    machine_change(root, "proc/101/status", "@UID@", uid);
    assert_int_equal(chmod(socket, 0660), 0);
    assert_int_equal(mkdir(fds, 0755), 0);
    for (int inode = 1001; inode <= 1004; inode++) {
        char *target = mem_printf("socket:[%d]", inode), *link = mem_printf("%s/%d", fds, inode);
        assert_int_equal(symlink(target, link), 0);
        free(target);
        free(link);
    }
    free(socket);
    free(fds);
}

char *machine_new(void)
{
    const char *source = getenv("PROXIMA_SRCDIR");
    char *root = mem_strdup("/tmp/machine-XXXXXX");
    char *from = mem_printf("%s/tests/data/doctor/well/.", source ? source : ".");
    assert_non_null(mkdtemp(root));
    run((const char *const[]){ "cp", "-r", from, root, NULL });
    run((const char *const[]){ "chmod", "-R", "u+w,go-w", root, NULL }); /* from a read-only tree */
    free(from);
    finish(root);
    return root;
}

void machine_free(char *root)
{
    run((const char *const[]){ "rm", "-rf", root, NULL });
    free(root);
}

struct patient *machine_examine(const char *root, const char *only, struct findings *findings)
{
    struct patient *patient = patient_new(
        &(struct patient_options){ .root = root, .config = "/etc/proxima/anycastd.conf" });
    doctor_examine(patient, only, findings);
    return patient;
}

static bool tells(const struct finding *found, const struct ailment *ailment)
{
    return found->grade == ailment->grade &&
           (!ailment->what || strstr(found->what, ailment->what)) &&
           (!ailment->fix || strstr(found->fix, ailment->fix));
}

static void expect(const struct ailment *ailment, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (tells(&findings->items[i], ailment))
            return;
    for (size_t i = 0; i < findings->count; i++)
        print_message("found: %s: %s (fix: %s)\n", doctor_grade_name(findings->items[i].grade),
                      findings->items[i].what, findings->items[i].fix);
    fail_msg("%s in %s: \"%s\" was not found", ailment->check, ailment->file, ailment->what);
}

void machine_play_on(const char *root, const struct ailment *ailment)
{
    struct findings findings;
    struct patient *patient = machine_examine(root, ailment->check, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (tells(&findings.items[i], ailment))
            fail_msg("%s was found before: %s", ailment->check, findings.items[i].what);
    findings_free(&findings);
    patient_free(patient);

    machine_change(root, ailment->file, ailment->from, ailment->to);
    patient = machine_examine(root, ailment->check, &findings);
    expect(ailment, &findings);
    findings_free(&findings);
    patient_free(patient);
}

void machine_play(const struct ailment *ailments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *root = machine_new();
        machine_play_on(root, &ailments[i]);
        machine_free(root);
    }
}
