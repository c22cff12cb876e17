/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render_parts.h - the parts of bird.conf, in their order. Part of render. */
#ifndef PROXIMA_BIRD_CONFIG_RENDER_PARTS_H
#define PROXIMA_BIRD_CONFIG_RENDER_PARTS_H

#include "bird/config/render.h"

#include <stdio.h>

struct render {
    FILE *out;
    const struct plan *plan;
    const struct dialect *dialect;
};

void render_base(const struct render *r);     /* identity, tables, kernel, BFD, RPKI */
void render_services(const struct render *r); /* levels, and what may be announced */
void render_filters(const struct render *r);  /* what may go out and come in */
void render_sessions(const struct render *r); /* with providers */
void render_fleet(const struct render *r);    /* with the other sites */

/* printf. */
void put(const struct render *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line over the page: "# ---- title ----…". */
void put_title(const struct render *r, const char *title);

/* `text` as comment lines, each beginning with `indent` and "# ". */
void put_comment(const struct render *r, const char *indent, const char *text);

#endif
