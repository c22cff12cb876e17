/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_bird.c - obeys and shows. */
#include "tests/unit/model_bird.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void say_status(struct model_bird *model)
{
    char text[512];
    snprintf(text, sizeof text,
             "1000-BIRD 2.0.12\n1011-Router ID is 10.0.0.1\n Current server time is now\n"
             " Last reboot on %s\n Last reconfiguration on %s\n0013 Daemon is up and running\n",
             model->last_reboot, model->last_reboot);
    fake_bird_say(&model->fake, text);
}

/* What stands between the quotes; "*" if there are none. */
static void pattern_of(const char *command, char out[64])
{
    if (sscanf(command, "%*[^\"]\"%63[^\"]\"", out) != 1)
        strcpy(out, "*");
}

static void say_protocols(struct model_bird *model, const char *pattern)
{
    model->reads++;
    char text[4096] = "2002-Name       Proto      Table      State  Since         Info\n";
    bool any = false;
    for (unsigned i = 0; i < model->count; i++) {
        if (fnmatch(pattern, model->proto[i].name, 0) != 0)
            continue;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s Static     master4    %-6s 10:11:12.345\n",
                 any ? " " : "1002-", model->proto[i].name, model->proto[i].state);
        any = true;
    }
    strcat(text, "0000 \n");
    fake_bird_say(&model->fake, any ? text : "8003 No protocols match\n");
}

static void carry_out(struct model_bird *model, const char *pattern, bool enable)
{
    char text[4096] = "";
    for (unsigned i = 0; i < model->count; i++) {
        struct model_proto *proto = &model->proto[i];
        if (fnmatch(pattern, proto->name, 0) != 0)
            continue;
        if (!model->stubborn && enable)
            strcpy(proto->state, "up");
        else if (!model->stubborn && strcmp(proto->state, "up") == 0)
            strcpy(proto->state, model->flushing ? "flush" : "down");
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s-%s: %s\n", enable ? "0011" : "0009",
                 proto->name, enable ? "enabled" : "disabled");
    }
    bool any = text[0] != '\0';
    strcat(text, "0000 \n");
    fake_bird_say(&model->fake, any ? text : "8003 No protocols match\n");
}

static void act(struct model_bird *model, const char *command, const char *pattern)
{
    assert_in_range(model->action_count, 0, MODEL_ACTIONS_MAX - 1);
    snprintf(model->action[model->action_count++], sizeof *model->action, "%.63s", command);
    if (model->on_action)
        model->on_action(model, command);
    if (model->deaf)
        return;
    if (model->refusal)
        fake_bird_say(&model->fake, model->refusal);
    else
        carry_out(model, pattern, strncmp(command, "enable", 6) == 0);
}

static void on_command(struct fake_bird *fake, const char *command)
{
    struct model_bird *model = (struct model_bird *)fake;
    char pattern[64], text[128];
    snprintf(text, sizeof text, "%s", command);
    fake->count = 0; /* the noted commands are not needed */
    pattern_of(text, pattern);
    if (strncmp(text, "enable", 6) == 0 || strncmp(text, "disable", 7) == 0)
        act(model, text, pattern);
    else if (model->deaf)
        return;
    else if (strcmp(text, "show status") == 0)
        say_status(model);
    else if (strncmp(text, "show protocols", 14) == 0)
        say_protocols(model, pattern);
    else
        fail_msg("the model does not know \"%s\"", text);
}

void model_bird_open(struct model_bird *model, struct ev_loop *loop)
{
    *model = (struct model_bird){ .last_reboot = "2026-11-23 03:58:24.064491" };
    fake_bird_open(&model->fake, loop);
    model->fake.on_command = on_command;
}

void model_bird_close(struct model_bird *model)
{
    fake_bird_close(&model->fake);
}

void model_bird_start(struct model_bird *model)
{
    fake_bird_start(&model->fake);
}

void model_bird_stop(struct model_bird *model)
{
    fake_bird_stop(&model->fake);
}

void model_bird_add(struct model_bird *model, const char *service, int family)
{
    static const char *const levels[] = { "normal", "backup", "leaving", "drain" };
    for (int i = 0; i < 4; i++) {
        struct model_proto *proto = &model->proto[model->count++];
        snprintf(proto->name, sizeof proto->name, "svc_%s_%d_%s", service, family, levels[i]);
        strcpy(proto->state, "down");
    }
}

static struct model_proto *find(const struct model_bird *model, const char *name)
{
    for (unsigned i = 0; i < model->count; i++)
        if (strcmp(model->proto[i].name, name) == 0)
            return (struct model_proto *)&model->proto[i];
    fail_msg("no protocol %s", name);
    abort();
}

void model_bird_remove(struct model_bird *model, const char *name)
{
    struct model_proto *gone = find(model, name);
    *gone = model->proto[--model->count];
}

bool model_bird_is_up(const struct model_bird *model, const char *name)
{
    return strcmp(find(model, name)->state, "up") == 0;
}

void model_bird_set(struct model_bird *model, const char *name, const char *state)
{
    strcpy(find(model, name)->state, state);
}

void model_bird_flushed(struct model_bird *model)
{
    for (unsigned i = 0; i < model->count; i++)
        if (strcmp(model->proto[i].state, "flush") == 0)
            strcpy(model->proto[i].state, "down");
}

void model_bird_restart(struct model_bird *model)
{
    model_bird_stop(model);
    for (unsigned i = 0; i < model->count; i++)
        strcpy(model->proto[i].state, "down");
    model->last_reboot[17]++; /* ten seconds: one may be jitter */
    model_bird_start(model);
}
