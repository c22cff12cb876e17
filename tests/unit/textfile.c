/* SPDX-License-Identifier: GPL-3.0-or-later */
/* textfile.c - one temporary file. */
#include "tests/unit/textfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/textfile-XXXXXX";

int textfile_setup(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd);
}

int textfile_teardown(void **state)
{
    (void)state;
    return unlink(path);
}

const char *textfile_path(void)
{
    return path;
}

void textfile_write(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}
