/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cut.h - private: where the text of a master file can be cut. */
#ifndef PROXIMA_ZONE_CUT_H
#define PROXIMA_ZONE_CUT_H

#include <stddef.h>

/* The last place within `text`, which begins with a record or directive, where a record with an
 * owner of its own begins; 0: there is none. */
size_t cut(const char *text, size_t len);

#endif
