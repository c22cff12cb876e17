/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule.c - unit files. Knows their names and texts; enabling them is systemctl's. */
#include "anycastctl/drill/schedule.h"

#include "anycastctl/drill/scenario.h"
#include "common/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CALENDAR_MAX = 200 };

static char *unit_path(const char *folder, const char *scenario, const char *type)
{
    return mem_printf("%s/proxima-drill-%s.%s", folder, scenario, type);
}

int schedule_check_calendar(const char *calendar, struct err *err)
{
    size_t len = strlen(calendar);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)calendar[i] < ' ' || calendar[i] == '%' || calendar[i] == '\\')
            return err_set(err, "--calendar \"%s\": see systemd.time(7), as in \"Sun 04:00\"",
                           calendar);
    return len > 0 && len <= CALENDAR_MAX ? 0
                                          : err_set(err,
                                                    "--calendar: 1 to %d characters, as in "
                                                    "\"Sun 04:00\"",
                                                    CALENDAR_MAX);
}

char *schedule_service_text(const char *scenario, const char *program)
{
    return mem_printf("# Made by anycastctl drill schedule.\n"
                      "[Unit]\n"
                      "Description=Proxima: drill %s\n"
                      "Documentation=man:anycastctl(1) man:anycastdrill(8)\n"
                      "Wants=anycastdrill.service\n"
                      "After=anycastd.service anycastdrill.service\n"
                      "\n"
                      "[Service]\n"
                      "Type=oneshot\n"
                      "ExecStart=%s drill run %s --yes\n",
                      scenario, program, scenario);
}

char *schedule_timer_text(const char *scenario, const char *calendar)
{
    return mem_printf("# Made by anycastctl drill schedule.\n"
                      "[Unit]\n"
                      "Description=Proxima: when drill %s is run\n"
                      "\n"
                      "[Timer]\n"
                      "OnCalendar=%s\n"
                      "# Never made up for: a drill at another time than expected is a surprise.\n"
                      "Persistent=no\n"
                      "\n"
                      "[Install]\n"
                      "WantedBy=timers.target\n",
                      scenario, calendar);
}

/* Replaces `path` by `text` (freed). */
static int write_unit(char *path, char *text, struct err *err)
{
    char *fresh = mem_printf("%s.new", path);
    FILE *file = fopen(fresh, "we");
    int result = file ? 0 : -1;
    if (file && fputs(text, file) < 0)
        result = -1;
    if (file && fclose(file))
        result = -1;
    if (result || rename(fresh, path))
        result = err_sys(err, "cannot write %s", path);
    free(fresh);
    free(path);
    free(text);
    return result;
}

int schedule_write(const char *folder, const char *scenario, const char *program,
                   const char *calendar, struct err *err)
{
    if (write_unit(unit_path(folder, scenario, "service"), schedule_service_text(scenario, program),
                   err))
        return -1;
    return write_unit(unit_path(folder, scenario, "timer"), schedule_timer_text(scenario, calendar),
                      err);
}

static int remove_unit(char *path, struct err *err)
{
    int result = unlink(path) && errno != ENOENT ? err_sys(err, "cannot remove %s", path) : 0;
    free(path);
    return result;
}

int schedule_remove(const char *folder, const char *scenario, struct err *err)
{
    if (remove_unit(unit_path(folder, scenario, "timer"), err))
        return -1;
    return remove_unit(unit_path(folder, scenario, "service"), err);
}

/* What the timer says, or NULL where there is none. New memory. */
static char *calendar_of(const char *path)
{
    static const char key[] = "OnCalendar=";
    char line[512], *calendar = NULL;
    FILE *file = fopen(path, "re");
    while (file && !calendar && fgets(line, sizeof line, file))
        if (strncmp(line, key, sizeof key - 1) == 0) {
            line[strcspn(line, "\n")] = '\0';
            calendar = mem_strdup(line + sizeof key - 1);
        }
    if (file)
        fclose(file);
    return calendar;
}

json_t *schedule_list(const char *folder)
{
    json_t *list = json_array();
    for (const struct scenario *s = scenarios; s->name; s++) {
        char *path = unit_path(folder, s->name, "timer"), *calendar = calendar_of(path);
        if (calendar)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s}", "name", s->name, "calendar", calendar));
        free(calendar);
        free(path);
    }
    return list;
}
