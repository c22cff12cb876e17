/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonetext.c - a zone from text. Hands what libzscanner reads to the zone builder. */
#include "tests/unit/zonetext.h"

#include "dnsd/zone/builder.h"

#include <libzscanner/scanner.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_record(zs_scanner_t *scanner)
{
    struct err err = { "" };
    struct zone_record record = {
        .owner = scanner->r_owner,
        .type = scanner->r_type,
        .ttl = scanner->r_ttl,
        .rdlength = (uint16_t)scanner->r_data_length,
        .rdata = scanner->r_data,
    };
    if (zone_builder_add(scanner->process.data, &record, &err))
        fail_msg("line %u: %s", (unsigned)scanner->line_counter, err.msg);
}

static void on_error(zs_scanner_t *scanner)
{
    fail_msg("line %u: %s", (unsigned)scanner->line_counter, zs_strerror(scanner->error.code));
}

const struct zone *zone_from_text(const char *origin, const char *text)
{
    struct dname apex;
    struct err err = { "" };
    if (dname_from_text(origin, &apex, &err))
        fail_msg("%s", err.msg);
    struct zone_builder *builder = zone_builder_new(apex.wire);
    zs_scanner_t *scanner = malloc(sizeof(*scanner));
    assert_non_null(scanner);
    assert_int_equal(zs_init(scanner, origin, 1, 3600), 0);
    assert_int_equal(zs_set_processing(scanner, on_record, on_error, builder), 0);
    assert_int_equal(zs_set_input_string(scanner, text, strlen(text)), 0);
    assert_int_equal(zs_parse_all(scanner), 0);
    const struct zone *zone = zone_builder_finish(builder, NULL, &err);
    if (!zone)
        fail_msg("zone %s: %s", origin, err.msg);
    zs_deinit(scanner);
    free(scanner);
    zone_builder_free(builder);
    return zone;
}

const struct zone *zone_plain(const char *origin)
{
    return zone_from_text(origin, "@ 60 SOA ns hostmaster 42 1 1 1 1\n@ 60 NS ns\n"
                                  "ns 60 A 192.0.2.1\n");
}
