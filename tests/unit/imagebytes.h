/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagebytes.h - for tests: the bytes of an image's file, changed on purpose, and what readers do
 * with what is read from them. */
#ifndef PROXIMA_TESTS_IMAGEBYTES_H
#define PROXIMA_TESTS_IMAGEBYTES_H

#include "dnsd/zone/zone.h"

#include <stddef.h>
#include <stdint.h>

/* Makes all checksums right, as far as the label can be read. */
void image_bytes_sum_up(uint8_t *bytes, size_t len);

/* Looks up every name of the zone and some that are not there, and reads every byte of what is
 * found. Returns a sum of all. */
uint64_t image_bytes_look_around(const struct zone *zone);

#endif
