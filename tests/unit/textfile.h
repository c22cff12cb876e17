/* SPDX-License-Identifier: GPL-3.0-or-later */
/* textfile.h - for tests of what reads one file: the file, which goes away with the test. */
#ifndef PROXIMA_TESTS_TEXTFILE_H
#define PROXIMA_TESTS_TEXTFILE_H

/* cmocka's fixture of the group. */
int textfile_setup(void **state);
int textfile_teardown(void **state);

const char *textfile_path(void);

/* Has the file say `text`, and nothing else. */
void textfile_write(const char *text);

#endif
