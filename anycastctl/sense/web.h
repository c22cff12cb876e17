/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web.h - GET over HTTP and HTTPS on the loop, by libcurl's multi interface. Certificates are
 * checked, redirects not followed, answers bounded: who answers is a stranger. */
#ifndef PROXIMA_SENSE_WEB_H
#define PROXIMA_SENSE_WEB_H

#include "common/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEB_ANSWER_MAX = 256 * 1024 };

struct web;
struct web_request;

/* `body` (borrowed for the call) with status 200; else NULL, and `error` says why. */
typedef void web_answer_fn(void *arg, const char *body, size_t len, const char *error);

struct web *web_new(struct ev_loop *loop); /* returns new */
/* Cancels all requests; their callbacks are not called. NULL is fine. */
void web_free(struct web *web);

/* Asks. `fn` is called exactly once, from the loop, within `timeout_ms` and a little, unless the
 * request is cancelled before. Copies the URL. */
struct web_request *web_get(struct web *web, const char *url, int64_t timeout_ms, web_answer_fn *fn,
                            void *arg);
void web_cancel(struct web_request *request);

#endif
