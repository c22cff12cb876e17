/* SPDX-License-Identifier: GPL-3.0-or-later */
/* privs.c - giving up root. Knows the order in which identity, capabilities and the flags around
 * them must change; hides libcap and the user database. */
#include "common/privs.h"

#include "common/mem.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct identity {
    char name[64];
    uid_t uid;
    gid_t gid;
};

static int find_group(const char *name, gid_t *out, struct err *err)
{
    errno = 0;
    /* cppcheck-suppress getgrnamCalled ; there are no threads yet */
    const struct group *group = getgrnam(name);
    if (!group && errno)
        return err_sys(err, "cannot look up the group \"%s\"", name);
    if (!group)
        return err_set(err, "the group \"%s\" does not exist: create it: addgroup --system %s",
                       name, name);
    *out = group->gr_gid;
    return 0;
}

/* Looks up "name" or "name:group". */
static int find_identity(const char *user, struct identity *out, struct err *err)
{
    size_t len = strcspn(user, ":");
    if (len == 0 || len >= sizeof out->name)
        return err_set(err, "\"%s\" is no user: write \"name\" or \"name:group\"", user);
    memcpy(out->name, user, len);
    out->name[len] = '\0';
    errno = 0;
    /* cppcheck-suppress getpwnamCalled ; there are no threads yet */
    const struct passwd *passwd = getpwnam(out->name);
    if (!passwd && errno && errno != ENOENT)
        return err_sys(err, "cannot look up the user \"%s\"", out->name);
    if (!passwd)
        return err_set(err,
                       "the user \"%s\" does not exist: create it: adduser --system --group %s",
                       out->name, out->name);
    out->uid = passwd->pw_uid;
    out->gid = passwd->pw_gid;
    return user[len] == ':' ? find_group(user + len + 1, &out->gid, err) : 0;
}

static bool has_wish(const char *user)
{
    return user && *user && geteuid() == 0;
}

/* Groups first: once the user has changed they cannot. */
static int become(const struct identity *identity, struct err *err)
{
    if (initgroups(identity->name, identity->gid))
        return err_sys(err, "cannot take the groups of \"%s\"", identity->name);
    if (setresgid(identity->gid, identity->gid, identity->gid))
        return err_sys(err, "cannot become group %u", (unsigned)identity->gid);
    if (setresuid(identity->uid, identity->uid, identity->uid))
        return err_sys(err, "cannot become \"%s\"", identity->name);
    return 0;
}

/* The capabilities in `keep` that we have; one that we lack is missed where it is needed. */
static int keep_only(const int *keep, struct err *err)
{
    cap_t have = cap_get_proc(), want = cap_init();
    int result = have && want ? 0 : -1;
    for (; result == 0 && keep && *keep >= 0; keep++) {
        cap_flag_value_t permitted = CAP_CLEAR;
        cap_value_t cap = *keep;
        cap_get_flag(have, cap, CAP_PERMITTED, &permitted);
        if (permitted == CAP_SET && (cap_set_flag(want, CAP_PERMITTED, 1, &cap, CAP_SET) ||
                                     cap_set_flag(want, CAP_EFFECTIVE, 1, &cap, CAP_SET)))
            result = -1;
    }
    if (result || cap_reset_ambient() || cap_set_proc(want))
        result = err_sys(err, "cannot give up capabilities");
    cap_free(have);
    cap_free(want);
    return result;
}

/* A kernel that said yes to everything above and yet left a way back would be worse than an error.
 */
static int check_no_way_back(const struct identity *identity, struct err *err)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;
    getresuid(&real, &effective, &saved);
    getresgid(&real_group, &effective_group, &saved_group);
    if (real != identity->uid || effective != identity->uid || saved != identity->uid ||
        real_group != identity->gid || effective_group != identity->gid ||
        saved_group != identity->gid)
        return err_set(err, "became \"%s\" only in part", identity->name);
    if (identity->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
        return err_set(err, "became \"%s\", and yet can be root again", identity->name);
    return 0;
}

/* A change of identity makes the kernel forget both: without the first there would be no core
 * dumps, and without the second a child would outlive its parent. */
static int restore_flags(int parent_death_signal, struct err *err)
{
    if (prctl(PR_SET_DUMPABLE, 1) || prctl(PR_SET_PDEATHSIG, parent_death_signal))
        return err_sys(err, "cannot set dumpable and the parent's death signal");
    return 0;
}

int privs_drop(const char *user, const int *keep, struct err *err)
{
    struct identity identity;
    bool change = has_wish(user);
    int parent_death_signal = 0;
    prctl(PR_GET_PDEATHSIG, &parent_death_signal);
    if (change && find_identity(user, &identity, err))
        return -1;
    if (keep && *keep >= 0 && prctl(PR_SET_KEEPCAPS, 1))
        return err_sys(err, "cannot keep capabilities");
    if ((change && become(&identity, err)) || keep_only(keep, err) ||
        (change && check_no_way_back(&identity, err)))
        return -1;
    if (prctl(PR_SET_KEEPCAPS, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return err_sys(err, "cannot set no_new_privs");
    return restore_flags(parent_death_signal, err);
}

/* Makes what is missing above `folder`; those belong to whoever runs us. */
static int ensure_parents(const char *folder, struct err *err)
{
    char *path = mem_strdup(folder);
    int result = 0;
    for (char *slash = strchr(path + 1, '/'); slash && slash[1] && result == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) && errno != EEXIST)
            result = err_sys(err, "cannot make the folder %s", path);
        *slash = '/';
    }
    free(path);
    return result;
}

static int make_folder(const char *folder, const struct identity *owner, struct err *err)
{
    struct stat status;
    if (mkdir(folder, 0755) == 0)
        return owner && lchown(folder, owner->uid, owner->gid)
                   ? err_sys(err, "%s: cannot give it to \"%s\"", folder, owner->name)
                   : 0;
    if (errno != EEXIST)
        return err_sys(err, "cannot make the folder %s", folder);
    if (stat(folder, &status) || !S_ISDIR(status.st_mode))
        return err_set(err, "%s: exists and is no folder: move it away", folder);
    return 0;
}

int privs_ensure_folder(const char *folder, const char *user, struct err *err)
{
    struct identity identity;
    bool change = has_wish(user);
    if (change && find_identity(user, &identity, err))
        return -1;
    if (!*folder || ensure_parents(folder, err))
        return *folder ? -1 : 0;
    return make_folder(folder, change ? &identity : NULL, err);
}

int privs_ensure_folder_of(const char *path, const char *user, struct err *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0; /* the working folder, or the root */
    char *folder = mem_printf("%.*s", (int)(slash - path), path);
    int result = privs_ensure_folder(folder, user, err);
    free(folder);
    return result;
}
