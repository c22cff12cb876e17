/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.h - one record, as whoever has it hands it over. */
#ifndef PROXIMA_ZONE_RECORD_H
#define PROXIMA_ZONE_RECORD_H

#include <stdint.h>

struct zone_record {
    const uint8_t *owner; /* wire, uncompressed, any case */
    uint16_t type;
    uint32_t ttl;
    uint16_t rdlength;
    const uint8_t *rdata; /* uncompressed */
};

#endif
