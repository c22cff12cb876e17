/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.c - the greeting taken apart, and commands looked at before they are sent. */
#include "bird/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_WELCOME = 1 };

static int parse_version(const char *text, struct bird_version *out)
{
    *out = (struct bird_version){ 0 };
    if (sscanf(text, "BIRD %31s ready.", out->text) != 1)
        return -1;
    char *end;
    out->major = (int)strtol(out->text, &end, 10);
    if (*end != '.')
        return -1;
    out->minor = (int)strtol(end + 1, &end, 10);
    if (*end == '.')
        out->patch = (int)strtol(end + 1, &end, 10);
    return 0;
}

int bird_greeting_read(const struct bird_reply *reply, struct bird_version *out, struct err *err)
{
    const char *text = reply->lines[reply->count - 1].text;
    if (reply->code == CODE_WELCOME && parse_version(text, out) == 0)
        return 0;
    return err_set(err, "it greets with \"%04d %.60s\", which is not BIRD's way", reply->code,
                   text);
}

int bird_command_check(const char *command, struct err *err)
{
    const size_t len = strlen(command);
    if (len == 0 || len > BIRD_LINE_SENT_MAX)
        return err_set(err, "a command of %zu bytes: BIRD takes 1 to %d", len, BIRD_LINE_SENT_MAX);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)command[i] < ' ')
            return err_set(err, "a control character in a command to BIRD");
    return 0;
}
