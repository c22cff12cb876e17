/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intent.c - one small file per protocol that shall be announced.
 * Knows the files' names and content; hides how they appear and go whole. */
#include "bird/intent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX     ".conf"
#define SUFFIX_NEW ".new" /* BIRD's pattern svc_…[.]conf does not match it */
#define FILE_MAX   (BIRD_NAME_MAX + 8)

static const char content[] = "disabled no;\n";

int bird_intent_prepare(const char *dir, struct err *err)
{
    if (mkdir(dir, 0755) && errno != EEXIST)
        return err_sys(err, "intent folder %s", dir);
    int fd = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "intent folder %s", dir);
    int failed = fchmod(fd, 0755); /* whatever the umask is: BIRD's user must read it */
    if (failed)
        err_sys(err, "intent folder %s: chmod 0755", dir);
    close(fd);
    return failed;
}

static char *file_name(const struct bird_name *name, const char *suffix, char out[FILE_MAX])
{
    char text[BIRD_NAME_MAX];
    snprintf(out, FILE_MAX, "%s%s", bird_name_text(name, text), suffix);
    return out;
}

static int file_parse(const char *file, const char *suffix, struct bird_name *out)
{
    char text[BIRD_NAME_MAX];
    size_t len = strlen(file), tail = strlen(suffix);
    if (len <= tail || len - tail >= sizeof text || strcmp(file + len - tail, suffix) != 0)
        return -1;
    memcpy(text, file, len - tail);
    text[len - tail] = '\0';
    return bird_name_parse(text, out);
}

/* Returns 0, or -1 with errno. */
static int write_file(int dir, const char *file)
{
    int fd = openat(dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    const size_t len = sizeof content - 1;
    ssize_t n = write(fd, content, len);
    int saved = n < 0 ? errno : ENOSPC;
    int failed = n != (ssize_t)len;
    if (!failed && fchmod(fd, 0644)) {
        saved = errno;
        failed = 1;
    }
    close(fd);
    errno = saved;
    return failed ? -1 : 0;
}

static bool stands_already(int dir, const char *file)
{
    char text[sizeof content];
    int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    return n == sizeof content - 1 && memcmp(text, content, sizeof content - 1) == 0;
}

static int set_in(int dir, const struct bird_name *name)
{
    char fresh[FILE_MAX], file[FILE_MAX];
    file_name(name, SUFFIX_NEW, fresh);
    file_name(name, SUFFIX, file);
    if (stands_already(dir, file))
        return 0;
    if (write_file(dir, fresh) == 0 && renameat(dir, fresh, dir, file) == 0)
        return 0;
    int saved = errno;
    unlinkat(dir, fresh, 0);
    errno = saved;
    return -1;
}

int bird_intent_set(const char *dir, const struct bird_name *name, struct err *err)
{
    char text[BIRD_NAME_MAX];
    int fd = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "intent folder %s", dir);
    int failed = set_in(fd, name);
    if (failed)
        err_sys(err, "intent %s/%s" SUFFIX, dir, bird_name_text(name, text));
    close(fd);
    return failed;
}

int bird_intent_clear(const char *dir, const struct bird_name *name, struct err *err)
{
    char file[FILE_MAX], path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, file_name(name, SUFFIX, file));
    if (unlink(path) && errno != ENOENT)
        return err_sys(err, "intent %s", path);
    return 0;
}

/* ---- the whole folder ---- */

/* A null folder without error: it is missing. */
static int open_folder(const char *dir, DIR **out, struct err *err)
{
    *out = opendir(dir);
    if (!*out && errno != ENOENT)
        return err_sys(err, "intent folder %s", dir);
    return 0;
}

/* Removes the files, finished or not, of one service and family; of all if `service` is NULL. */
static int clear_matching(const char *dir, const char *service, int family, struct err *err)
{
    DIR *folder;
    if (open_folder(dir, &folder, err))
        return -1;
    if (!folder)
        return 0;
    int failed = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct bird_name name;
        if (file_parse(entry->d_name, SUFFIX, &name) &&
            file_parse(entry->d_name, SUFFIX_NEW, &name))
            continue;
        if (service && (name.family != family || strcmp(name.service, service) != 0))
            continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) && errno != ENOENT)
            failed = err_sys(err, "intent %s/%s", dir, entry->d_name);
    }
    closedir(folder);
    return failed;
}

int bird_intent_clear_service(const char *dir, const char *service, int family, struct err *err)
{
    return clear_matching(dir, service, family, err);
}

int bird_intent_clear_all(const char *dir, struct err *err)
{
    return clear_matching(dir, NULL, 0, err);
}

int bird_intent_read(const char *dir, struct bird_name *names, size_t cap, struct err *err)
{
    DIR *folder;
    if (open_folder(dir, &folder, err))
        return -1;
    if (!folder)
        return 0;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct bird_name name;
        if (file_parse(entry->d_name, SUFFIX, &name))
            continue;
        if (count < cap)
            names[count] = name;
        count++;
    }
    closedir(folder);
    return (int)count;
}
