/* SPDX-License-Identifier: GPL-3.0-or-later */
/* configure.c - asks until none is under way, says `configure`, and asks until it is done. */
#include "bird/config/configure.h"

#include "common/mono.h"

#include <poll.h>
#include <string.h>

enum { POLL_MS = 50 };

/* BIRD's codes of `configure` and `configure status`. */
enum {
    CODE_READING = 2,
    CODE_DONE = 3,
    CODE_IN_PROGRESS = 4,
    CODE_QUEUED = 5,
    CODE_UNCONFIRMED = 22, /* somebody's `configure timeout` */
};

/* What BIRD says when none is under way, or no more. NULL: `late` has not come to its end in time.
 */
static const struct bird_reply *await_calm(struct bird_ask *ask, const char *late, int wait_ms,
                                           struct err *err)
{
    const struct mono deadline = mono_add_ms(mono_now(), wait_ms);
    for (;;) {
        const struct bird_reply *status = bird_ask_yes(ask, "configure status", err);
        if (!status || bird_reply_has(status, CODE_DONE))
            return status;
        if (mono_diff_ms(deadline, mono_now()) <= 0) {
            err_set(err, "%s does not end within %d ms", late, wait_ms);
            return NULL;
        }
        poll(NULL, 0, POLL_MS);
    }
}

/* "0002-Reading configuration from /etc/bird/bird.conf" */
static int check_file(const struct bird_reply *reply, const char *path, struct err *err)
{
    static const char reading[] = "Reading configuration from ";
    for (size_t i = 0; i < reply->count; i++) {
        const struct bird_line *line = &reply->lines[i];
        if (line->code == CODE_READING && strncmp(line->text, reading, strlen(reading)) == 0 &&
            strcmp(line->text + strlen(reading), path) != 0)
            return err_set(err, "BIRD reads %s, not %s: set bird.dir to its folder",
                           line->text + strlen(reading), path);
    }
    return 0;
}

static bool is_taken(const struct bird_reply *reply)
{
    return bird_reply_result(reply) != BIRD_FAILED &&
           (reply->code == CODE_DONE || reply->code == CODE_IN_PROGRESS ||
            reply->code == CODE_QUEUED);
}

static int begin(struct bird_ask *ask, const char *path, struct err *err)
{
    const struct bird_reply *reply = bird_ask(ask, "configure", err);
    if (!reply)
        return -1;
    if (!is_taken(reply))
        return err_set(err, "%s", bird_reply_headline(reply)->text);
    return check_file(reply, path, err);
}

static int configure(struct bird_ask *ask, const char *path, int wait_ms, struct err *err)
{
    const struct bird_reply *status = await_calm(ask, "another reconfiguration", wait_ms, err);
    if (!status)
        return -1;
    if (bird_reply_has(status, CODE_UNCONFIRMED))
        return err_set(err,
                       "somebody's `configure timeout` waits to be confirmed or undone: see to "
                       "that first (birdc configure confirm)");
    if (begin(ask, path, err))
        return -1;
    return await_calm(ask, "it", wait_ms, err) ? 0 : -1;
}

int bird_configure(struct bird_ask *ask, const char *path, int wait_ms, struct err *err)
{
    return configure(ask, path, wait_ms, err) ? err_wrap(err, "configure") : 0;
}
