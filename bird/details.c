/* SPDX-License-Identifier: GPL-3.0-or-later */
/* details.c - reads `show protocols all`. Knows the labels that BIRD 2 and 3 print, and which
 * indentation belongs to what. */
#include "bird/details.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_DETAILS = 1006 };

/* Where in a protocol's lines the reader is. */
enum part { PART_TOP, PART_OURS, PART_THEIRS, PART_CHANNEL };

struct reading {
    struct bird_detail *out;
    enum part part;
    struct bird_channel *channel; /* that is being told of */
    struct bird_channel beyond;   /* one that there is no room for */
    struct bird_limit *limit;     /* whose action may follow */
};

/* If `line` is "label   value", returns the value. */
static const char *after(const char *line, const char *label)
{
    size_t len = strlen(label);
    if (strncmp(line, label, len) != 0)
        return NULL;
    return line + len + strspn(line + len, " ");
}

static void take(const char *line, const char *label, char *out, size_t cap)
{
    const char *value = after(line, label);
    if (value)
        snprintf(out, cap, "%s", value);
}

static void take_as(const char *line, const char *label, uint32_t *out)
{
    const char *value = after(line, label);
    if (value)
        *out = (uint32_t)strtoul(value, NULL, 10);
}

static void take_limit(struct reading *reading, const char *line, const char *label,
                       struct bird_limit *limit)
{
    const char *value = after(line, label);
    if (!value)
        return;
    limit->routes = isdigit((unsigned char)*value) ? strtoll(value, NULL, 10) : -1;
    limit->hit = strstr(value, "[HIT]") != NULL;
    reading->limit = limit;
}

static void start_channel(struct reading *reading, const char *name)
{
    struct bird_detail *out = reading->out;
    struct bird_channel *channel = &reading->beyond;
    if (out->channel_count < BIRD_CHANNELS_MAX)
        channel = &out->channel[out->channel_count++];
    *channel = (struct bird_channel){ .imported = -1,
                                      .exported = -1,
                                      .receive.routes = -1,
                                      .import.routes = -1,
                                      .export.routes = -1 };
    snprintf(channel->name, sizeof channel->name, "%s", name);
    reading->channel = channel;
    reading->limit = NULL;
    reading->part = PART_CHANNEL;
}

/* "2 imported, 0 filtered, 2 exported, 2 preferred": the number before a word. */
static int64_t number_before(const char *text, const char *word)
{
    const char *end = strstr(text, word);
    while (end && end > text && end[-1] == ' ')
        end--;
    const char *digits = end;
    while (digits && digits > text && isdigit((unsigned char)digits[-1]))
        digits--;
    return digits < end ? strtoll(digits, NULL, 10) : -1;
}

static void read_state(struct bird_channel *channel, const char *line)
{
    const char *state = after(line, "State:"), *routes = after(line, "Routes:");
    if (state)
        channel->up = strcmp(state, "UP") == 0;
    if (routes) {
        channel->imported = number_before(routes, "imported");
        channel->exported = number_before(routes, "exported");
    }
}

static void read_channel(struct reading *reading, const char *line)
{
    struct bird_channel *channel = reading->channel;
    take(line, "Table:", channel->table, sizeof channel->table);
    take(line, "Input filter:", channel->input, sizeof channel->input);
    take(line, "Output filter:", channel->output, sizeof channel->output);
    read_state(channel, line);
    take_limit(reading, line, "Receive limit:", &channel->receive);
    take_limit(reading, line, "Import limit:", &channel->import);
    take_limit(reading, line, "Export limit:", &channel->export);
    const char *action = after(line, "Action:");
    if (action && reading->limit)
        snprintf(reading->limit->action, sizeof reading->limit->action, "%s", action);
}

static void read_ours(struct bird_detail *out, const char *line)
{
    out->keeps_after_restart |= after(line, "Restart time:") != NULL;
    take(line, "Role:", out->role, sizeof out->role);
}

static void read_top(struct bird_detail *out, const char *line)
{
    const char *hold = after(line, "Hold timer:");
    const char *slash = hold ? strchr(hold, '/') : NULL;
    take(line, "Neighbor address:", out->neighbour, sizeof out->neighbour);
    take_as(line, "Neighbor AS:", &out->neighbour_as);
    take_as(line, "Local AS:", &out->local_as);
    if (slash)
        out->hold_s = (int)strtol(slash + 1, NULL, 10);
}

/* Capabilities are indented below their heading; what comes back to the heading's own depth ends
 * them. */
static void read_line(struct reading *reading, const char *text)
{
    const size_t depth = strspn(text, " ");
    const char *line = text + depth, *channel = after(line, "Channel ");
    if (channel && depth <= 2)
        start_channel(reading, channel);
    else if (after(line, "Local capabilities"))
        reading->part = PART_OURS;
    else if (after(line, "Neighbor capabilities"))
        reading->part = PART_THEIRS;
    else if (reading->part == PART_CHANNEL)
        read_channel(reading, line);
    else if (depth <= 4)
        reading->part = PART_TOP;
    if (reading->part == PART_OURS && depth > 4)
        read_ours(reading->out, line);
    if (reading->part == PART_TOP)
        read_top(reading->out, line);
}

bool bird_show_detail(const struct bird_reply *reply, size_t *row, struct bird_detail *out)
{
    *out = (struct bird_detail){ .hold_s = 0 };
    if (!bird_show_protocol(reply, row, &out->proto))
        return false;
    struct reading reading = { .out = out };
    for (; *row < reply->count && reply->lines[*row].code == CODE_DETAILS; (*row)++)
        read_line(&reading, reply->lines[*row].text);
    return true;
}

char *bird_command_details(const char *proto, char *out, size_t cap)
{
    if (!bird_is_symbol(proto))
        return NULL;
    int len = snprintf(out, cap, "show protocols all %s", proto);
    return len > 0 && (size_t)len < cap ? out : NULL;
}
