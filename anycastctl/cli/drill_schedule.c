/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_schedule.c - drill schedule: drills by systemd's timers. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "anycastctl/drill/schedule.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNITS "/etc/systemd/system"

/* The folder of units; another one for tests. */
static const char *units(void)
{
    const char *folder = getenv("ANYCASTCTL_UNITS");
    return folder && *folder ? folder : UNITS;
}

/* Our own path, for the unit. */
static char *own_path(void)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return mem_strdup("anycastctl");
    path[len] = '\0';
    return mem_strdup(path);
}

static int systemctl(const char *verb, const char *argument, struct err *err)
{
    static char program[] = "systemctl", now[] = "--now";
    char *word = mem_strdup(verb), *unit = mem_strdup(argument ? argument : "");
    char *const with_unit[] = { program, word, now, unit, NULL };
    char *const alone[] = { program, word, NULL };
    pid_t pid;
    int status = 0;
    errno = posix_spawnp(&pid, program, NULL, NULL, argument ? with_unit : alone, environ);
    int result = errno ? err_sys(err, "cannot run systemctl") : 0;
    if (result == 0 && (waitpid(pid, &status, 0) < 0 || status))
        result = err_set(err, "systemctl %s %s failed", verb, unit);
    free(word);
    free(unit);
    return result;
}

/* systemd's own opinion, where it is installed; it says what is wrong by itself. */
static int check_calendar(const char *calendar, struct err *err)
{
    static char program[] = "systemd-analyze", verb[] = "calendar", end[] = "--";
    char *text = mem_strdup(calendar);
    char *const words[] = { program, verb, end, text, NULL };
    posix_spawn_file_actions_t quietly;
    pid_t pid;
    int status = 0;
    posix_spawn_file_actions_init(&quietly);
    posix_spawn_file_actions_addopen(&quietly, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    bool asked = posix_spawnp(&pid, program, &quietly, NULL, words, environ) == 0 &&
                 waitpid(pid, &status, 0) == pid;
    posix_spawn_file_actions_destroy(&quietly);
    free(text);
    if (asked && status)
        return err_set(err, "--calendar \"%s\": see systemd.time(7), as in \"Sun 04:00\"",
                       calendar);
    return 0;
}

static int print_units(const char *scenario, const char *calendar)
{
    char *program = own_path(), *service = schedule_service_text(scenario, program);
    char *timer = schedule_timer_text(scenario, calendar);
    printf("# %s/proxima-drill-%s.service\n%s\n# %s/proxima-drill-%s.timer\n%s", units(), scenario,
           service, units(), scenario, timer);
    free(program);
    free(service);
    free(timer);
    return 0;
}

static int add(const char *scenario, const char *calendar, struct err *err)
{
    char *program = own_path(), *timer = mem_printf("proxima-drill-%s.timer", scenario);
    int result = schedule_write(units(), scenario, program, calendar, err) ||
                         systemctl("daemon-reload", NULL, err) || systemctl("enable", timer, err)
                     ? -1
                     : 0;
    if (result == 0)
        printf("Drill %s is run at: %s. See it with: systemctl list-timers\n", scenario, calendar);
    free(program);
    free(timer);
    return result;
}

static int take_away(const char *scenario, struct err *err)
{
    char *timer = mem_printf("proxima-drill-%s.timer", scenario);
    int result = systemctl("disable", timer, err) || schedule_remove(units(), scenario, err) ||
                         systemctl("daemon-reload", NULL, err)
                     ? -1
                     : 0;
    free(timer);
    return result;
}

static void print_list(const json_t *schedules)
{
    const json_t *schedule;
    size_t i;
    json_array_foreach(schedules, i, schedule)
        printf("%-19s %s\n", get_text(schedule, "name"), get_text(schedule, "calendar"));
    if (!json_array_size(schedules))
        puts("No drill is scheduled: anycastctl drill schedule NAME --calendar \"Sun 04:00\"");
}

static int list(const struct drill_options *options)
{
    json_t *schedules = schedule_list(units());
    if (options->cli.json)
        show_json(schedules);
    else
        print_list(schedules);
    json_decref(schedules);
    return EXIT_HEALTHY;
}

static int change(const struct drill_options *options, const char *scenario, struct err *err)
{
    if (!scenario_find(scenario))
        return err_set(err, "there is no drill \"%s\": see anycastctl drill list", scenario);
    if (options->remove)
        return take_away(scenario, err);
    if (!options->calendar)
        return err_set(err, "when? Say --calendar \"Sun 04:00\", or --remove");
    if (schedule_check_calendar(options->calendar, err) || check_calendar(options->calendar, err))
        return -1;
    return options->print ? print_units(scenario, options->calendar)
                          : add(scenario, options->calendar, err);
}

int drill_schedule(const struct drill_options *options)
{
    struct err err;
    if (options->word_count == 1)
        return list(options);
    return change(options, options->words[1], &err) ? cli_trouble(&err) : EXIT_HEALTHY;
}
