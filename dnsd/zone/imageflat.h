/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageflat.h - private: a zone of two layers as the image of one, made part by part while it is
 * written: nobody holds it whole. It takes a little memory for each name of the top, and some for a
 * stripe of the hash table. */
#ifndef PROXIMA_ZONE_IMAGEFLAT_H
#define PROXIMA_ZONE_IMAGEFLAT_H

#include "dnsd/zone/imagelabel.h"
#include "dnsd/zone/zone.h"

struct image_flat;

/* Plans the image of `zone` (borrowed), and adds its parts to `label`. */
struct image_flat *image_flat_new(const struct zone *zone, struct image_label *label);
void image_flat_free(struct image_flat *flat); /* NULL is fine */

/* The bytes from `from` to `end`, a part of the label's. Parts are asked for in their order. Valid
 * until the next call. */
const uint8_t *image_flat_part(struct image_flat *flat, uint64_t from, uint64_t end);

#endif
