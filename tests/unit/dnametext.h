/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnametext.h - for tests: a name from its text. */
#ifndef PROXIMA_TESTS_DNAMETEXT_H
#define PROXIMA_TESTS_DNAMETEXT_H

#include "common/dname.h"

/* Fails the test where it is no name. */
struct dname dname_of(const char *text);

#endif
