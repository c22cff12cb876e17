/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bird_recording.c - reads tests/data/bird. */
#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *const recording_version[RECORDINGS] = { "2.0.12", "2.19.2", "3.3.2" };

struct recording recording_read(const char *version)
{
    const char *source = getenv("PROXIMA_SRCDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/data/bird/%s.txt", source ? source : ".", version);
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("cannot read %s: is PROXIMA_SRCDIR set?", path);
    struct recording recording = { malloc(65536), 0 };
    assert_non_null(recording.bytes);
    recording.len = fread(recording.bytes, 1, 65536, file);
    fclose(file);
    assert_in_range(recording.len, 1, 65535);
    return recording;
}

struct bird_parser *recording_parser(void)
{
    static struct bird_parser *parser;
    if (!parser)
        parser = bird_parser_new();
    return parser;
}

const struct bird_reply *recording_reply(const char *version, enum recorded which)
{
    struct bird_parser *parser = recording_parser();
    struct recording recording = recording_read(version);
    const struct bird_reply *reply = NULL;
    bird_parser_reset(parser);
    size_t taken = 0;
    for (int i = 0; i <= (int)which; i++) {
        taken += bird_parser_feed(parser, recording.bytes + taken, recording.len - taken, &reply);
        assert_non_null(reply);
    }
    free(recording.bytes);
    return reply;
}

const struct bird_reply *reply_of(const char *text)
{
    struct bird_parser *parser = recording_parser();
    const struct bird_reply *reply;
    bird_parser_reset(parser);
    bird_parser_feed(parser, text, strlen(text), &reply);
    if (!reply)
        fail_msg("no whole reply: %s", text);
    return reply;
}
