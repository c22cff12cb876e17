/* SPDX-License-Identifier: GPL-3.0-or-later */
/* password.c - one line, out of a file that nobody else can read. */
#include "bird/config/password.h"

#include "common/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* BIRD's texts have no escapes: what a quote or a control character would end, it ends. */
static int check_text(const char *path, const char *text, struct err *err)
{
    size_t length = strlen(text);
    if (length == 0)
        return err_set(err, "%s: its first line is empty: the password belongs there", path);
    if (length > PASSWORD_MAX)
        return err_set(err, "%s: the password is %zu bytes long, TCP MD5 takes at most %d", path,
                       length, PASSWORD_MAX);
    for (; *text; text++)
        if (*text == '"' || (unsigned char)*text < ' ' || *text == 127)
            return err_set(err,
                           "%s: a password with quotes or control characters cannot be said to "
                           "BIRD: agree on another one",
                           path);
    return 0;
}

static int check_mode(const char *path, int fd, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_sys(err, "%s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, "%s is no file", path);
    if (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))
        return err_set(err, "%s: others can read or change it: chmod 600 %s", path, path);
    return 0;
}

char *password_read(const char *path, struct err *err)
{
    char text[256] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        err_sys(err, "open %s", path);
        return NULL;
    }
    int result = check_mode(path, fd, err);
    ssize_t got = result ? 0 : read(fd, text, sizeof text - 1);
    if (got < 0)
        result = err_sys(err, "read %s", path);
    close(fd);
    if (result)
        return NULL;
    text[strcspn(text, "\r\n")] = '\0';
    char *password = check_text(path, text, err) ? NULL : mem_strdup(text);
    explicit_bzero(text, sizeof text);
    return password;
}
