/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.h - a drill's timeline as SVG: queries answered and unanswered, the level of each
 * announcement, when it was broken, and when what was reached. Colours are the page's. */
#ifndef PROXIMA_DRILL_PICTURE_H
#define PROXIMA_DRILL_PICTURE_H

#include <jansson.h>
#include <stdio.h>

/* Draws from a little before the begin until `until_ms` after it. */
void picture_draw(FILE *out, const json_t *report, double until_ms);

/* A span that shows the reaction, and one that shows all. */
double picture_first_ms(const json_t *report);
double picture_whole_ms(const json_t *report);

#endif
