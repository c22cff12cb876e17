/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.c - rows of `show protocols` into states. */
#include "anycastctl/act/picture.h"

#include "bird/names.h"

#include <stdio.h>
#include <string.h>

enum { CODE_NO_MATCH = 8003 };

static enum proto_state state_of(enum bird_proto_state state)
{
    switch (state) {
    case BIRD_PROTO_UP:
        return PROTO_UP;
    case BIRD_PROTO_DOWN:
        return PROTO_DOWN;
    case BIRD_PROTO_START:
    case BIRD_PROTO_STOP:
    case BIRD_PROTO_FLUSH:
        return PROTO_CHANGING;
    default:
        return PROTO_UNKNOWN;
    }
}

static void all_missing(struct picture *out)
{
    *out = (struct picture){ .stray = "" };
    for (int s = 0; s < SERVICES_MAX; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            for (int l = 0; l < LEVEL_COUNT; l++)
                out->protos[s][f].level[l] = PROTO_MISSING;
}

static void take_row(const struct settings *settings, const struct bird_proto *row,
                     struct picture *out)
{
    struct bird_name name;
    if (bird_name_parse(row->name, &name) < 0)
        return;
    enum proto_state state = state_of(row->state);
    int service = settings_find_service(settings, name.service);
    enum family family = name.family == 4 ? FAMILY_4 : FAMILY_6;
    if (service >= 0 && settings->service[service].family[family].enabled)
        out->protos[service][family].level[name.level] = state;
    else if (state != PROTO_DOWN)
        snprintf(out->stray, sizeof out->stray, "%s", row->name);
}

int picture_read(const struct settings *settings, const struct bird_reply *reply,
                 struct picture *out, struct err *err)
{
    bool none = bird_reply_has(reply, CODE_NO_MATCH);
    if (!none && bird_reply_result(reply) == BIRD_FAILED) {
        const struct bird_line *line = bird_reply_headline(reply);
        return err_set(err, "show protocols: BIRD says \"%04d %s\"", line->code, line->text);
    }
    if (reply->incomplete)
        return err_set(err, "show protocols: BIRD's reply is incomplete");
    all_missing(out);
    struct bird_proto row;
    for (size_t i = 0; bird_show_protocol(reply, &i, &row);)
        take_row(settings, &row, out);
    return 0;
}

unsigned picture_sessions(const struct bird_reply *reply, struct session_view *rows, unsigned cap)
{
    unsigned count = 0;
    struct bird_proto row;
    for (size_t i = 0; count < cap && bird_show_protocol(reply, &i, &row);) {
        if (strcmp(row.type, "BGP") != 0)
            continue;
        struct session_view *out = &rows[count++];
        snprintf(out->name, sizeof out->name, "%s", row.name);
        snprintf(out->info, sizeof out->info, "%s", row.info);
        snprintf(out->since, sizeof out->since, "%s", row.since);
        out->fleet = strncmp(row.name, "fleet", strlen("fleet")) == 0;
        out->established = strncmp(row.info, "Established", strlen("Established")) == 0;
    }
    return count;
}
