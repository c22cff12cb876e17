/* SPDX-License-Identifier: GPL-3.0-or-later */
/* question.c - counting through services, families, prefixes and sessions. */
#include "anycastctl/act/question.h"

#include "anycastctl/model/view.h"
#include "bird/route.h"

struct question question_at(unsigned at)
{
    struct question q = { .session = at % VIEW_SESSIONS_MAX };
    at /= VIEW_SESSIONS_MAX;
    q.prefix = at % SERVICE_PREFIXES_MAX;
    at /= SERVICE_PREFIXES_MAX;
    q.family = (enum family)(at % FAMILY_COUNT);
    q.service = at / FAMILY_COUNT;
    return q;
}

unsigned question_end(unsigned services)
{
    return services * FAMILY_COUNT * SERVICE_PREFIXES_MAX * VIEW_SESSIONS_MAX;
}

int question_command(const struct settings *settings, struct question q, const char *session,
                     char *out, size_t cap, struct err *err)
{
    char prefix[ADDR_TEXT_MAX];
    prefix_text(&settings->service[q.service].family[q.family].prefix[q.prefix], prefix);
    if (!bird_command_exported(session, prefix, out, cap))
        return err_set(err, "no name of BIRD's: %s", session);
    return 0;
}
