/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files.c - reading and replacing files. */
#include "bird/config/files.h"

#include "bird/config/render.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 16 * 1024 * 1024 };

static void forget(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

void bird_files_free(struct bird_files *files)
{
    forget(&files->conf);
    forget(&files->passwords);
}

/* ---- reading ---- */

static int read_all(int fd, char **out, const char *path, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_sys(err, "%s", path);
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
        return err_set(err, "%s is no file that BIRD's configuration could be in", path);
    char *text = mem_zalloc((size_t)st.st_size + 1);
    ssize_t got = read(fd, text, (size_t)st.st_size);
    if (got < 0) {
        free(text);
        return err_sys(err, "read %s", path);
    }
    *out = text;
    return 0;
}

static int read_file(const char *dir, const char *name, char **out, struct err *err)
{
    char *path = mem_printf("%s/%s", dir, name);
    int result = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *out = NULL;
    if (fd >= 0) {
        result = read_all(fd, out, path, err);
        close(fd);
    } else if (errno != ENOENT) {
        result = err_sys(err, "open %s", path);
    }
    free(path);
    return result;
}

int bird_files_read(const char *dir, struct bird_files *out, struct err *err)
{
    *out = (struct bird_files){ 0 };
    if (read_file(dir, BIRD_CONF_NAME, &out->conf, err) == 0 &&
        read_file(dir, BIRD_PASSWORDS_NAME, &out->passwords, err) == 0)
        return 0;
    bird_files_free(out);
    return -1;
}

/* ---- writing ---- */

static int give_to_group(int fd, const char *path, const char *name, struct err *err)
{
    const struct group *group = *name ? getgrnam(name) : NULL;
    if (!*name)
        return 0;
    if (!group)
        return err_set(err, "%s: there is no group \"%s\": set bird.group to BIRD's", path, name);
    if (fchown(fd, (uid_t)-1, group->gr_gid))
        return err_sys(err, "give %s to the group %s", path, name);
    return 0;
}

static int fill(int fd, const char *path, const char *text, struct err *err)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t done = write(fd, text, left);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_sys(err, "write %s", path);
        text += done;
        left -= (size_t)done;
    }
    return fsync(fd) ? err_sys(err, "write %s", path) : 0;
}

struct new_file {
    const char *name, *text, *group;
    mode_t mode;
};

/* Under another name first: whoever reads the file meanwhile reads the old one, or the new one. */
static int write_file(const char *dir, const struct new_file *file, struct err *err)
{
    char *path = mem_printf("%s/%s", dir, file->name);
    char *fresh = mem_printf("%s/.%s.XXXXXX", dir, file->name);
    int result, fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0) {
        result = err_sys(err, "make %s", fresh);
    } else {
        result = give_to_group(fd, path, file->group, err) || fill(fd, path, file->text, err);
        if (result == 0 && fchmod(fd, file->mode))
            result = err_sys(err, "chmod %s", path);
        if (result == 0 && rename(fresh, path))
            result = err_sys(err, "rename %s to %s", fresh, path);
        close(fd);
        if (result)
            unlink(fresh);
    }
    free(fresh);
    free(path);
    return result ? -1 : 0;
}

static int take_away(const char *dir, const char *name, struct err *err)
{
    char *path = mem_printf("%s/%s", dir, name);
    int result = unlink(path) && errno != ENOENT ? err_sys(err, "take away %s", path) : 0;
    free(path);
    return result;
}

int bird_files_write(const char *dir, const char *group, const struct bird_files *files,
                     struct err *err)
{
    const struct new_file passwords = { BIRD_PASSWORDS_NAME, files->passwords, group, 0640 };
    const struct new_file conf = { BIRD_CONF_NAME, files->conf, "", 0644 };
    if (files->passwords && write_file(dir, &passwords, err))
        return -1;
    if (files->conf ? write_file(dir, &conf, err) : take_away(dir, BIRD_CONF_NAME, err))
        return -1;
    return files->passwords ? 0 : take_away(dir, BIRD_PASSWORDS_NAME, err);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool bird_files_same(const struct bird_files *a, const struct bird_files *b)
{
    return same_text(a->conf, b->conf) && same_text(a->passwords, b->passwords);
}
