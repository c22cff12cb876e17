/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_answer.c - the answer engine on its own: the case files that need no more of a message than
 * a question, and room. */
#include "dnsd/answer/answer.h"

#include "tests/unit/cases.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The question of a well-formed query, as dnsd/query would read it. */
static void read_question(const struct ask *ask, struct answer_question *question, size_t *end)
{
    struct wire_reader r = wire_reader(ask->bytes, ask->len);
    struct dname name;
    dns_get_header(&r);
    assert_int_equal(dns_get_name(&r, &name), 0);
    question->name = ask->bytes + DNS_HEADER_BYTES;
    name_key_init(&question->key, question->name);
    question->type = wire_get_u16(&r);
    wire_get_u16(&r);
    *end = r.pos;
    struct dns_record opt;
    question->dnssec_ok = wire_left(&r) && dns_get_record(&r, &opt) == 0 &&
                          opt.ttl & DNS_EDNS_FLAG_DO;
}

static struct cases_reply respond(const struct zone_set *zones, const struct ask *ask, uint8_t *out)
{
    struct answer_question question;
    size_t end;
    read_question(ask, &question, &end);
    struct answer_response response = { .w = wire_writer(out, ask->cap) };
    memcpy(wire_reserve(&response.w, end), ask->bytes, end);
    answer(zones, &question, &response);
    assert_false(response.w.overflow);

    struct wire_writer header = wire_writer(out, DNS_HEADER_BYTES);
    unsigned flags = DNS_FLAG_QR | response.rcode;
    flags |= response.aa ? DNS_FLAG_AA : 0;
    flags |= response.truncated ? DNS_FLAG_TC : 0;
    dns_put_header(&header, &(struct dns_header){
                                .id = 0x1234,
                                .flags = (uint16_t)flags,
                                .qdcount = 1,
                                .ancount = response.ancount,
                                .nscount = response.nscount,
                                .arcount = response.arcount,
                            });
    return (struct cases_reply){ .len = response.w.pos };
}

int main(void)
{
    static const char *const files[] = {
        "answer.cases", "referral.cases", "additional.cases", "signed.cases", "denial.cases",
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        failed += cases_run(files[i], respond);
    return failed;
}
