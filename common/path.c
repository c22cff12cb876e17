/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.c - joining and taking apart. */
#include "common/path.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

char *path_below(const char *folder, char *path)
{
    if (path[0] == '/')
        return path;
    char *whole = mem_printf("%s/%s", folder, path);
    free(path);
    return whole;
}

char *path_folder(const char *path)
{
    char *whole = realpath(path, NULL);
    if (!whole)
        return mem_strdup(".");
    char *slash = strrchr(whole, '/');
    slash[slash == whole] = '\0';
    return whole;
}
