/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.h - a report as one page of HTML that needs nothing else: no script, no font, no picture
 * from elsewhere. Reads well in light and dark, and on paper. */
#ifndef PROXIMA_DRILL_HTML_H
#define PROXIMA_DRILL_HTML_H

#include <jansson.h>

/* Returns new memory. */
char *html_page(const json_t *report);

#endif
