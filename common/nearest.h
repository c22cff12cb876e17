/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nearest.h - finds what a mistyped name was meant to be, for "did you mean" in errors.
 *
 *   struct nearest nearest = nearest_to("wrokers");
 *   nearest_offer(&nearest, "workers"); …every known name…
 *   if (nearest.best) … did you mean nearest.best */
#ifndef PROXIMA_COMMON_NEAREST_H
#define PROXIMA_COMMON_NEAREST_H

struct nearest {
    const char *name;
    const char *best; /* borrowed from the offers; NULL if none is near */
    unsigned least;   /* only smaller distances count from now on */
};

struct nearest nearest_to(const char *name);
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
