/* SPDX-License-Identifier: GPL-3.0-or-later */
/* escape.h - text that others wrote, in a page of HTML. */
#ifndef PROXIMA_DRILL_ESCAPE_H
#define PROXIMA_DRILL_ESCAPE_H

#include <stdio.h>

/* Writes `text` so that no part of it is markup, in an element or a quoted attribute. */
void html_escape(FILE *out, const char *text);

#endif
