/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.h - the view as JSON: what `anycastctl status --json` prints, and scripts rely on.
 * Keys are only ever added. Ages and delays are in milliseconds; what is unknown or never is null.
 */
#ifndef PROXIMA_SERVE_RENDER_H
#define PROXIMA_SERVE_RENDER_H

#include "anycastctl/model/view.h"

#include <jansson.h>

/* Returns new. */
json_t *render_view(const struct node_view *view);

#endif
