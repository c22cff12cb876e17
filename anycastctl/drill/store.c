/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c - files of reports, and what they have in common. */
#include "anycastctl/drill/store.h"

#include "common/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ID_MAX = 64 };

/* --- the folder ------------------------------------------------------------------------------- */

static int make_folder(const char *path, struct err *err)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return 0;
    return err_sys(err,
                   "%s: cannot make the folder for reports of drills: as root, or with "
                   "--drills DIR elsewhere",
                   path);
}

int store_open(const char *path, bool make, struct err *err)
{
    struct stat status;
    if (make && make_folder(path, err))
        return -1;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "%s: cannot open the folder of reports", path);
    if (make && (fstat(fd, &status) || (geteuid() == 0 && status.st_uid != 0))) {
        close(fd);
        return err_set(err, "%s: belongs to user %u, and root writes there: chown root", path,
                       (unsigned)status.st_uid);
    }
    if (make && faccessat(fd, ".", W_OK, AT_EACCESS)) {
        err_sys(err, "%s: cannot keep the report there: use sudo", path);
        close(fd);
        return -1;
    }
    return fd;
}

/* --- one report ------------------------------------------------------------------------------- */

static bool is_id(const char *id)
{
    size_t len = strlen(id);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)id[i]) && id[i] != '-')
            return false;
    return len > 0 && len <= ID_MAX;
}

static int write_all(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t n = write(fd, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        text += n;
        left -= (size_t)n;
    }
    return 0;
}

int store_save(int folder, const json_t *report, struct err *err)
{
    const char *id = json_string_value(json_object_get(report, "id"));
    if (!id || !is_id(id))
        return err_set(err, "a report without an id cannot be kept");
    char *name = mem_printf("%s.json", id), *fresh = mem_printf(".%s.new", id);
    char *text = json_dumps(report, JSON_INDENT(1));
    int fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    int result = fd < 0 || write_all(fd, text) || fsync(fd) ? -1 : 0;
    if (fd >= 0 && close(fd))
        result = -1;
    if (result || renameat(folder, fresh, folder, name)) {
        result = err_sys(err, "%s: cannot keep the report", name);
        unlinkat(folder, fresh, 0);
    }
    free(text);
    free(fresh);
    free(name);
    return result;
}

json_t *store_load(int folder, const char *id, struct err *err)
{
    if (!is_id(id)) {
        err_set(err, "\"%s\" is no id of a drill: see anycastctl drill list", id);
        return NULL;
    }
    char *name = mem_printf("%s.json", id);
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    json_error_t problem = { .text = "" };
    json_t *report = fd < 0 ? NULL : json_loadfd(fd, 0, &problem);
    if (fd < 0)
        err_set(err, "there is no drill \"%s\": see anycastctl drill list", id);
    else if (!report)
        err_set(err, "%s: %s", name, problem.text);
    if (fd >= 0)
        close(fd);
    free(name);
    return report;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int is_report(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

static void take(int folder, const char *file, const char *scenario, json_t *out)
{
    char id[ID_MAX + 1];
    struct err ignored;
    snprintf(id, sizeof id, "%.*s", (int)strlen(file) - 5, file);
    json_t *report = store_load(folder, id, &ignored);
    const char *of = json_string_value(json_object_get(report, "scenario"));
    if (of && (!scenario || strcmp(of, scenario) == 0))
        json_array_append(out, report);
    json_decref(report);
}

json_t *store_list(int folder, const char *scenario)
{
    struct dirent **entries = NULL;
    json_t *out = json_array();
    int count = scandirat(folder, ".", &entries, is_report, alphasort);
    for (int i = 0; i < count; i++) {
        if (i >= count - STORE_REPORTS_MAX)
            take(folder, entries[i]->d_name, scenario, out);
        free(entries[i]);
    }
    free(entries);
    return out;
}

/* --- compared --------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static json_t *spread(double *values, size_t count)
{
    double last = values[count - 1];
    qsort(values, count, sizeof *values, by_size);
    double median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    return json_pack("{s:f, s:f, s:f, s:f}", "last", last, "best", values[0], "median", median,
                     "worst", values[count - 1]);
}

json_t *store_compare(const json_t *reports)
{
    const json_t *report;
    size_t i, runs = 0;
    double *values = mem_calloc(json_array_size(reports) + 1, sizeof *values);
    json_t *figures = json_object();
    for (int f = 0; f < FIGURE_COUNT; f++) {
        size_t count = 0;
        runs = 0;
        json_array_foreach(reports, i, report) {
            if (json_is_true(json_object_get(report, "interrupted")))
                continue;
            double value = figures_from_json(json_object_get(report, "figures")).of[f];
            runs++;
            if (!isnan(value))
                values[count++] = value;
        }
        if (count)
            json_object_set_new(figures, figure_name((enum figure)f), spread(values, count));
    }
    free(values);
    return json_pack("{s:I, s:o}", "runs", (json_int_t)runs, "figures", figures);
}
