/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.c - who may ask. The socket's mode says the same; this holds if somebody changes that. */
#include "anycastctl/breaker/breaker.h"

#include <grp.h>
#include <pwd.h>

enum { GROUPS_MAX = 128 };

static bool is_member(uid_t uid, gid_t gid)
{
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;
    /* cppcheck-suppress getpwuidCalled ; there is one thread that looks up users */
    const struct passwd *user = getpwuid(uid);
    if (!user || getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
        return false;
    for (int i = 0; i < count; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

bool breaker_may_ask(const struct unixsock_peer *peer, const char *group)
{
    if (peer->uid == 0)
        return true;
    /* cppcheck-suppress getgrnamCalled ; as above */
    const struct group *allowed = *group ? getgrnam(group) : NULL;
    return allowed && (peer->gid == allowed->gr_gid || is_member(peer->uid, allowed->gr_gid));
}
