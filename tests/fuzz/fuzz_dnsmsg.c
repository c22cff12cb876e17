/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_dnsmsg.c - any bytes as a DNS message: what is read as a name is one, and is within the
 * message. */
#include "tests/fuzz/target.h"

#include "common/dnsmsg.h"

#include <assert.h>
#include <stdlib.h>

static void check_name(const struct dname *name)
{
    char text[DNAME_TEXT_MAX];
    struct dname again;
    assert(dname_valid(name->wire, name->len));
    assert(dname_from_text(dname_to_text(name->wire, text), &again, NULL) == 0);
    assert(again.len == name->len && dname_cmp(again.wire, name->wire) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader r = wire_reader(data, size);
    struct dns_header header = dns_get_header(&r);
    unsigned records = header.ancount + header.nscount + header.arcount;
    for (unsigned i = 0; i < header.qdcount && !r.overflow; i++) {
        struct dname name;
        if (dns_get_name(&r, &name) == 0)
            check_name(&name);
        wire_get_u32(&r);
    }
    for (unsigned i = 0; i < records && !r.overflow; i++) {
        struct dns_record record;
        if (dns_get_record(&r, &record))
            break;
        check_name(&record.owner);
        assert(record.rdata == data + record.rdata_offset);
        assert(record.rdata_offset + record.rdlength <= size && r.pos <= size);
    }
    return 0;
}
