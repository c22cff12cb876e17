/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c - names of our protocols in BIRD, and the commands that name them.
 * Knows the scheme svc_<service>_<4|6>_<level>. */
#include "bird/names.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SERVICE_CHARS "abcdefghijklmnopqrstuvwxyz0123456789"
#define PREFIX        "svc_"

bool bird_service_valid(const char *service)
{
    size_t len = strspn(service, SERVICE_CHARS);
    return len > 0 && len <= BIRD_SERVICE_MAX && service[len] == '\0';
}

static bool name_valid(const struct bird_name *name)
{
    return bird_service_valid(name->service) && (name->family == 4 || name->family == 6) &&
           name->level > LEVEL_WITHDRAWN && name->level < LEVEL_COUNT;
}

char *bird_name_text(const struct bird_name *name, char out[BIRD_NAME_MAX])
{
    assert(name_valid(name));
    snprintf(out, BIRD_NAME_MAX, PREFIX "%s_%d_%s", name->service, name->family,
             level_name(name->level));
    return out;
}

int bird_name_parse(const char *text, struct bird_name *out)
{
    if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
        return -1;
    const char *service = text + strlen(PREFIX);
    size_t len = strspn(service, SERVICE_CHARS);
    const char *rest = service + len;
    if (len == 0 || len > BIRD_SERVICE_MAX)
        return -1;
    if (rest[0] != '_' || (rest[1] != '4' && rest[1] != '6') || rest[2] != '_')
        return -1;
    enum level level;
    if (level_parse(rest + 3, &level) || level == LEVEL_WITHDRAWN)
        return -1;
    *out = (struct bird_name){ .family = rest[1] - '0', .level = level };
    memcpy(out->service, service, len);
    return 0;
}

/* The name in quotes is a pattern to BIRD: one that is not in its configuration gets the clear
 * answer "8003 No protocols match", where an unquoted one gets "9001 syntax error". */
static char *command(const char *verb, const struct bird_name *name, char out[BIRD_COMMAND_MAX])
{
    char text[BIRD_NAME_MAX];
    snprintf(out, BIRD_COMMAND_MAX, "%s \"%s\"", verb, bird_name_text(name, text));
    return out;
}

char *bird_command_enable(const struct bird_name *name, char out[BIRD_COMMAND_MAX])
{
    return command("enable", name, out);
}

char *bird_command_disable(const struct bird_name *name, char out[BIRD_COMMAND_MAX])
{
    return command("disable", name, out);
}

char *bird_command_withdraw(const char *service, int family, char out[BIRD_COMMAND_MAX])
{
    assert(bird_service_valid(service) && (family == 4 || family == 6));
    snprintf(out, BIRD_COMMAND_MAX, "disable \"" PREFIX "%s_%d_*\"", service, family);
    return out;
}
