/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.c - reads `show status` and `show protocols`.
 * Knows the texts and columns that BIRD 2 and 3 print. */
#include "bird/show.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CODE_STATUS = 13,
    CODE_VERSION = 1000,
    CODE_PROTOCOL = 1002,
    CODE_PROTOCOL_HEADING = 2002,
};

bool bird_is_symbol(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return len > 0 && len < BIRD_SYMBOL_MAX && text[len] == '\0' && !strchr("0123456789", text[0]);
}

/* ---- show status ---- */

/* If `text` starts with `label`, copies what follows it. */
static void take_after(const char *text, const char *label, char *out, size_t cap)
{
    size_t len = strlen(label);
    if (strncmp(text, label, len) == 0)
        snprintf(out, cap, "%s", text + len);
}

int bird_show_status(const struct bird_reply *reply, struct bird_status *out, struct err *err)
{
    *out = (struct bird_status){ .phase = BIRD_RUNNING };
    for (size_t i = 0; i < reply->count; i++) {
        const struct bird_line *line = &reply->lines[i];
        if (line->code == CODE_VERSION)
            take_after(line->text, "BIRD ", out->version, sizeof out->version);
        take_after(line->text, "Router ID is ", out->router_id, sizeof out->router_id);
        take_after(line->text, "Last reboot on ", out->last_reboot, sizeof out->last_reboot);
        take_after(line->text, "Last reconfiguration on ", out->last_reconfiguration,
                   sizeof out->last_reconfiguration);
    }
    if (reply->code != CODE_STATUS || !out->version[0] || !out->last_reboot[0])
        return err_set(err, "show status: not understood: \"%04d %s\"", reply->code,
                       bird_reply_headline(reply)->text);
    const char *last = reply->lines[reply->count - 1].text;
    if (strcmp(last, "Shutdown in progress") == 0)
        out->phase = BIRD_SHUTTING_DOWN;
    else if (strcmp(last, "Reconfiguration in progress") == 0)
        out->phase = BIRD_RECONFIGURING;
    return 0;
}

/* ---- times ---- */

/* "2026-11-23 05:49:35.216383" or "05:49:35.216" as seconds. */
static int time_parse(const char *text, double *out)
{
    struct tm tm = { .tm_mday = 1, .tm_year = 70 };
    const char *fraction = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
    if (!fraction)
        fraction = strptime(text, "%H:%M:%S", &tm);
    if (!fraction)
        return -1;
    char *end = NULL;
    double below_second = *fraction == '.' ? strtod(fraction, &end) : 0;
    if (*(end ? end : fraction) != '\0')
        return -1;
    *out = (double)timegm(&tm) + below_second;
    return 0;
}

bool bird_time_same(const char *a, const char *b)
{
    double first, second;
    if (strcmp(a, b) == 0)
        return true;
    if (time_parse(a, &first) || time_parse(b, &second))
        return false;
    return fabs(first - second) <= 1.0;
}

/* ---- show protocols ---- */

const char *bird_proto_state_name(enum bird_proto_state state)
{
    static const char *const names[] = {
#define STATE_NAME(id, name) [id] = name,
        BIRD_PROTO_STATES(STATE_NAME)
#undef STATE_NAME
    };
    return names[state];
}

static enum bird_proto_state state_parse(const char *text)
{
    enum bird_proto_state state = 0;
    while (state < BIRD_PROTO_UNKNOWN && strcmp(bird_proto_state_name(state), text) != 0)
        state++;
    return state;
}

/* A name that is longer than its column pushes the others to the right, so columns are words, not
 * positions. Takes the next word; empty at the end of the line. */
static void take_word(const char **at, char *out, size_t cap)
{
    const char *start = *at + strspn(*at, " ");
    size_t len = strcspn(start, " ");
    snprintf(out, cap, "%.*s", (int)len, start);
    *at = start + len;
}

/* "10:11:12.345" alone, or "2026-11-23 10:11:12.345678", as the operator's timeformat has it. */
static void take_time(const char **at, char *out, size_t cap)
{
    take_word(at, out, cap);
    const char *next = *at + strspn(*at, " ");
    bool date = isdigit((unsigned char)out[0]) && strchr(out, '-');
    if (date && isdigit((unsigned char)*next) && strcspn(next, ":") < strcspn(next, " ")) {
        char clock[BIRD_TIME_MAX];
        take_word(at, clock, sizeof clock);
        size_t used = strlen(out);
        snprintf(out + used, cap - used, " %s", clock);
    }
}

static void take_rest(const char **at, char *out, size_t cap)
{
    const char *start = *at + strspn(*at, " ");
    size_t len = strlen(start);
    *at = start + len;
    while (len > 0 && start[len - 1] == ' ')
        len--;
    snprintf(out, cap, "%.*s", (int)len, start);
}

static void take_column(const char *column, const char **at, struct bird_proto *out)
{
    char other[BIRD_SYMBOL_MAX];
    if (strcmp(column, "Name") == 0) {
        take_word(at, out->name, sizeof out->name);
    } else if (strcmp(column, "Proto") == 0) {
        take_word(at, out->type, sizeof out->type);
    } else if (strcmp(column, "Table") == 0) {
        take_word(at, out->table, sizeof out->table);
    } else if (strcmp(column, "State") == 0) {
        take_word(at, other, sizeof other);
        out->state = state_parse(other);
    } else if (strcmp(column, "Since") == 0) {
        take_time(at, out->since, sizeof out->since);
    } else if (strcmp(column, "Info") == 0) {
        take_rest(at, out->info, sizeof out->info);
    } else {
        take_word(at, other, sizeof other); /* one that a newer BIRD has added */
    }
}

static const char *heading(const struct bird_reply *reply)
{
    for (size_t i = 0; i < reply->count; i++)
        if (reply->lines[i].code == CODE_PROTOCOL_HEADING)
            return reply->lines[i].text;
    return "Name Proto Table State Since Info";
}

bool bird_show_protocol(const struct bird_reply *reply, size_t *row, struct bird_proto *out)
{
    while (*row < reply->count && reply->lines[*row].code != CODE_PROTOCOL)
        (*row)++;
    if (*row == reply->count)
        return false;
    *out = (struct bird_proto){ .state = BIRD_PROTO_UNKNOWN };
    const char *at = reply->lines[(*row)++].text;
    const char *columns = heading(reply);
    char column[BIRD_SYMBOL_MAX];
    for (take_word(&columns, column, sizeof column); column[0];
         take_word(&columns, column, sizeof column))
        take_column(column, &at, out);
    return true;
}
