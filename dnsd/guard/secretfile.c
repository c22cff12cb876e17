/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secretfile.c - reading secrets. Knows the lines and who may read them; its errors never quote
 * them. */
#include "dnsd/guard/secretfile.h"

#include "common/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOW_TO_MAKE "make one with: openssl rand -hex 16"

enum { LINE_BYTES = 256, DIGITS = 2 * COOKIE_SECRET_BYTES };

struct reading {
    const char *path;
    unsigned line;
    struct cookie_secrets *into;
};

static int wrong(const struct reading *reading, struct err *err, const char *what)
{
    return err_set(err, "%s:%u: %s", reading->path, reading->line, what);
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* `text` without the blanks around it and the comment. */
static char *strip(char *text)
{
    static const char blanks[] = " \t\r\n";
    text[strcspn(text, "#\n")] = '\0';
    text += strspn(text, blanks);
    size_t len = strlen(text);
    while (len && strchr(blanks, text[len - 1]))
        text[--len] = '\0';
    return text;
}

static int read_secret(const struct reading *reading, const char *text, struct err *err)
{
    struct cookie_secrets *into = reading->into;
    if (strlen(text) != DIGITS)
        return wrong(reading, err, "a secret is 32 hexadecimal digits; " HOW_TO_MAKE);
    if (into->count == COOKIE_SECRETS_MAX)
        return wrong(reading, err, "more than three secrets: current, previous and next do");
    for (int i = 0; i < COOKIE_SECRET_BYTES; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return wrong(reading, err, "not a hexadecimal digit; " HOW_TO_MAKE);
        into->secret[into->count][i] = (uint8_t)(high << 4 | low);
    }
    into->count++;
    return 0;
}

static int read_lines(struct reading *reading, FILE *file, struct err *err)
{
    char line[LINE_BYTES];
    int result = 0;
    while (result == 0 && fgets(line, sizeof line, file)) {
        reading->line++;
        const char *text = strip(line);
        if (*text)
            result = read_secret(reading, text, err);
    }
    explicit_bzero(line, sizeof line);
    if (result == 0 && ferror(file))
        return err_sys(err, "%s", reading->path);
    if (result == 0 && reading->into->count == 0)
        return err_set(err, "%s: no secret in it; " HOW_TO_MAKE, reading->path);
    return result;
}

/* Who knows the secret can make cookies for any address. A group that may read it is the usual way
 * to let dnsd's user do so. */
static int examine(const char *path, FILE *file, struct err *err)
{
    struct stat status;
    if (fstat(fileno(file), &status))
        return err_sys(err, "%s", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, "%s: not a regular file", path);
    if (status.st_mode & (S_IWGRP | S_IROTH | S_IWOTH))
        log_event(LOG_WARN, "cookie-secret-open",
                  "file=%s mode=%03o remedy=\"chmod 640, with the group that dnsd runs as\"", path,
                  (unsigned)status.st_mode & 0777);
    return 0;
}

int secretfile_read(const char *path, struct cookie_secrets *out, struct err *err)
{
    struct reading reading = { .path = path, .into = out };
    *out = (struct cookie_secrets){ 0 };
    FILE *file = fopen(path, "re");
    if (!file)
        return err_sys(err, "%s", path);
    int result = examine(path, file, err) ? -1 : read_lines(&reading, file, err);
    fclose(file);
    return result;
}

void secretfile_random(struct cookie_secrets *out)
{
    out->count = 1;
    for (size_t got = 0; got < COOKIE_SECRET_BYTES;) {
        ssize_t n = getrandom(out->secret[0] + got, COOKIE_SECRET_BYTES - got, 0);
        if (n > 0)
            got += (size_t)n;
        else if (errno != EINTR)
            abort(); /* a Linux before 3.17: nothing else there is worth trusting */
    }
}
