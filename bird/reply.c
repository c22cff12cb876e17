/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.c - cuts the control socket's bytes into lines, and lines into replies.
 * Knows the framing and the reply codes; hides the buffers and their limits. */
#include "bird/reply.h"

#include "common/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    CODE_SHUTTING_DOWN = 6, /* "reconfiguration ignored, shutting down": a no in spite of the 0 */
    CODE_ALREADY_DISABLED = 8,
    CODE_ALREADY_ENABLED = 10,
    CODE_RUNTIME_ERROR = 8000, /* from here on: errors */
    CODE_OVERFLOW = 8000,      /* one output line was too long for BIRD; the rest is there */
};

struct bird_parser {
    char line[BIRD_LINE_MAX]; /* the line coming in */
    size_t line_len;

    /* The reply so far. Lines are kept as offsets until it is whole, because `text` moves. */
    char *text;
    size_t text_len, text_cap;
    struct bird_line *lines;
    size_t *offsets;
    size_t count, lines_cap;
    int code; /* of the last line: " text" continues it */
    bool incomplete;
    bool delivered; /* the caller has seen this one: start anew */
    struct bird_reply reply;
};

struct bird_parser *bird_parser_new(void)
{
    struct bird_parser *parser = mem_zalloc(sizeof *parser);
    parser->code = -1;
    return parser;
}

void bird_parser_free(struct bird_parser *parser)
{
    if (!parser)
        return;
    free(parser->text);
    free(parser->lines);
    free(parser->offsets);
    free(parser);
}

static void start_reply(struct bird_parser *parser)
{
    parser->text_len = 0;
    parser->count = 0;
    parser->code = -1;
    parser->incomplete = false;
    parser->delivered = false;
}

void bird_parser_reset(struct bird_parser *parser)
{
    parser->line_len = 0;
    start_reply(parser);
}

static void reserve(struct bird_parser *parser, size_t bytes)
{
    if (parser->text_len + bytes > parser->text_cap) {
        parser->text_cap = 2 * (parser->text_len + bytes);
        parser->text = mem_realloc(parser->text, parser->text_cap);
    }
    if (parser->count == parser->lines_cap) {
        parser->lines_cap = parser->lines_cap ? 2 * parser->lines_cap : 64;
        parser->lines = mem_realloc(parser->lines, parser->lines_cap * sizeof *parser->lines);
        parser->offsets = mem_realloc(parser->offsets, parser->lines_cap * sizeof *parser->offsets);
    }
}

/* The final line is kept even when the reply is over its limits: it says how the command ended. */
static void keep_line(struct bird_parser *parser, int code, size_t skip, bool final)
{
    size_t len = parser->line_len - skip;
    bool full = parser->count >= BIRD_REPLY_LINES_MAX - 1 ||
                parser->text_len + len + 1 > BIRD_REPLY_BYTES_MAX;
    if (full && !final) {
        parser->incomplete = true;
        return;
    }
    reserve(parser, len + 1);
    char *text = parser->text + parser->text_len;
    for (size_t i = 0; i < len; i++)
        text[i] = parser->line[skip + i] ? parser->line[skip + i] : ' ';
    text[len] = '\0';
    parser->lines[parser->count].code = code;
    parser->offsets[parser->count++] = parser->text_len;
    parser->text_len += len + 1;
}

/* "NNNN-" or "NNNN ": its code; -1 for any other line. */
static int line_code(const char *line, size_t len)
{
    if (len < 5 || (line[4] != '-' && line[4] != ' '))
        return -1;
    int code = 0;
    for (int i = 0; i < 4; i++) {
        if (!isdigit((unsigned char)line[i]))
            return -1;
        code = code * 10 + (line[i] - '0');
    }
    return code;
}

/* Takes the line that is whole now. True if it was the last of a reply. */
static bool end_line(struct bird_parser *parser)
{
    const char *line = parser->line;
    size_t len = parser->line_len;
    bool final = false;

    if (len > 0 && line[0] == ' ') {
        keep_line(parser, parser->code, 1, false);
    } else if (len == 0 || line[0] != '+') { /* + is asynchronous: not for us */
        int code = line_code(line, len);
        final = code >= 0 && line[4] == ' ';
        keep_line(parser, code, code >= 0 ? 5 : 0, final);
        parser->code = code;
        if (code == CODE_OVERFLOW)
            parser->incomplete = true;
    }
    parser->line_len = 0;
    return final;
}

static const struct bird_reply *deliver(struct bird_parser *parser)
{
    for (size_t i = 0; i < parser->count; i++)
        parser->lines[i].text = parser->text + parser->offsets[i];
    parser->reply = (struct bird_reply){
        .lines = parser->lines,
        .count = parser->count,
        .code = parser->code,
        .incomplete = parser->incomplete,
    };
    parser->delivered = true;
    return &parser->reply;
}

static void add_to_line(struct bird_parser *parser, const char *data, size_t len)
{
    size_t room = sizeof parser->line - parser->line_len;
    if (len > room) {
        parser->incomplete = true;
        len = room;
    }
    memcpy(parser->line + parser->line_len, data, len);
    parser->line_len += len;
}

size_t bird_parser_feed(struct bird_parser *parser, const char *data, size_t len,
                        const struct bird_reply **reply)
{
    *reply = NULL;
    if (parser->delivered)
        start_reply(parser);
    size_t taken = 0;
    while (taken < len && !*reply) {
        const char *newline = memchr(data + taken, '\n', len - taken);
        size_t piece = newline ? (size_t)(newline - (data + taken)) : len - taken;
        add_to_line(parser, data + taken, piece);
        taken += piece;
        if (newline) {
            taken++;
            if (end_line(parser))
                *reply = deliver(parser);
        }
    }
    return taken;
}

/* An overflow among the lines concerns the text only, not whether the command was carried out. */
static bool line_failed(const struct bird_reply *reply, size_t i)
{
    int code = reply->lines[i].code;
    if (code == CODE_OVERFLOW)
        return i == reply->count - 1;
    return code >= CODE_RUNTIME_ERROR || code == CODE_SHUTTING_DOWN;
}

enum bird_result bird_reply_result(const struct bird_reply *reply)
{
    size_t already = 0, other = 0;
    for (size_t i = 0; i < reply->count; i++) {
        if (line_failed(reply, i))
            return BIRD_FAILED;
        int code = reply->lines[i].code;
        if (code == CODE_ALREADY_DISABLED || code == CODE_ALREADY_ENABLED)
            already++;
        else if (code != 0)
            other++;
    }
    return already > 0 && other == 0 ? BIRD_ALREADY : BIRD_DONE;
}

const struct bird_line *bird_reply_headline(const struct bird_reply *reply)
{
    for (size_t i = 0; i < reply->count; i++)
        if (line_failed(reply, i))
            return &reply->lines[i];
    for (size_t i = 0; i < reply->count; i++)
        if (reply->lines[i].text[0])
            return &reply->lines[i];
    return &reply->lines[reply->count - 1];
}

bool bird_reply_has(const struct bird_reply *reply, int code)
{
    for (size_t i = 0; i < reply->count; i++)
        if (reply->lines[i].code == code)
            return true;
    return false;
}
