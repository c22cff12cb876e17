/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.c - bird.conf's frame, and the file of passwords. */
#include "bird/config/render.h"

#include "bird/config/render_parts.h"
#include "common/mem.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { COMMENT_WIDTH = 100 };

void put(const struct render *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vfprintf(r->out, fmt, args);
    va_end(args);
}

void put_title(const struct render *r, const char *title)
{
    int used = 8 + (int)strlen(title);
    put(r, "\n# ---- %s ", title);
    for (; used < COMMENT_WIDTH; used++)
        putc('-', r->out);
    put(r, "\n\n");
}

/* Where a line of at most `room` bytes ends: behind a word. */
static size_t line_length(const char *text, size_t room)
{
    size_t length = strlen(text);
    if (length <= room)
        return length;
    for (length = room; length > 0 && text[length] != ' ';)
        length--;
    return length ? length : room;
}

void put_comment(const struct render *r, const char *indent, const char *text)
{
    const size_t room = COMMENT_WIDTH - strlen(indent) - 2;
    while (*text) {
        size_t length = line_length(text, room);
        put(r, "%s# %.*s\n", indent, (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void render_head(const struct render *r)
{
    const struct bird_input *input = r->plan->input;
    put(r,
        "# bird.conf of %s, for BIRD %s. Written by anycastctl bird-config: don't edit it, the next run\n"
        "# would undo that. What it is made from is bgp.conf and what that includes; see bgp.conf(5).\n"
        "#\n"
        "# The routes of one provider must never reach another one. Four locks, each enough by itself:\n"
        "#   1. What a session brings goes into a table of its own. The pipe between that and the node's\n"
        "#      table lets out what the filter services_out accepts, the same one for all sessions.\n"
        "#   2. The session's own filter asks the same again before it changes anything.\n"
        "#   3. The export limit: as many prefixes as the services have.\n"
        "#   4. The role (RFC 9234): what a provider sends is marked, and what is marked goes to no other.\n"
        "# Nothing is included below the services, and no session has a template.\n\n",
        input->node, r->dialect->version);
}

static void render_all(const struct render *r)
{
    render_head(r);
    render_base(r);
    render_services(r);
    render_filters(r);
    render_fleet(r);
    render_sessions(r);
}

char *render_bird_conf(const struct plan *plan, const struct dialect *dialect)
{
    char *text = NULL;
    size_t length = 0;
    struct render r = { open_memstream(&text, &length), plan, dialect };
    if (!r.out)
        abort(); /* out of memory */
    render_all(&r);
    fclose(r.out);
    return text;
}

bool render_needs_passwords(const struct plan *plan)
{
    for (unsigned i = 0; i < plan->session_count; i++)
        if (plan->session[i].has_password)
            return true;
    return plan->fleet_count && *plan->input->fleet.password_file;
}

char *render_passwords(const struct plan *plan)
{
    char *text = NULL;
    size_t length = 0;
    if (!render_needs_passwords(plan))
        return NULL;
    struct render r = { open_memstream(&text, &length), plan, NULL };
    if (!r.out)
        abort(); /* out of memory */
    put(&r, "# %s of %s. Written by anycastctl bird-config. For root and BIRD only.\n",
        BIRD_PASSWORDS_NAME, plan->input->node);
    for (unsigned i = 0; i < plan->session_count; i++)
        if (plan->session[i].has_password)
            put(&r, "define PASSWORD_%s = \"%s\";\n", plan->session[i].name,
                plan->session[i].password);
    if (plan->fleet_password)
        put(&r, "define PASSWORD_fleet = \"%s\";\n", plan->fleet_password);
    fclose(r.out);
    return text;
}
