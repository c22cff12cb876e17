/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_report.c - any bytes as a report and as a reply: what is taken for one survives being
 * written and read again. */
#include "tests/fuzz/target.h"

#include "common/report.h"

#include <assert.h>
#include <string.h>

static void try_report(const char *text, size_t size)
{
    static struct report first, second;
    static char message[REPORT_BYTES_MAX];
    struct err err;
    if (report_decode(text, size, &first, &err)) {
        assert(err.msg[0]);
        return;
    }
    size_t len = report_encode(&first, message, sizeof message);
    assert(len > 0 && len <= sizeof message);
    assert(report_decode(message, len, &second, &err) == 0);
    assert(first.seq == second.seq && strcmp(first.node, second.node) == 0);
    assert(memcmp(&first.counters, &second.counters, sizeof first.counters) == 0);
    assert(memcmp(first.worker_starved, second.worker_starved, sizeof first.worker_starved) == 0);
    for (size_t i = 0; i < first.address_count; i++) {
        uint64_t queries;
        assert(report_queries_at(&second, &first.address[i].addr, &queries));
    }
    assert(first.watched_count + first.watched_left_out ==
           second.watched_count + second.watched_left_out);
}

static void try_reply(const char *text, size_t size)
{
    static struct report_reply first, second;
    static char message[REPORT_BYTES_MAX];
    struct err err;
    if (report_reply_decode(text, size, &first, &err))
        return;
    size_t len = report_reply_encode(&first, message, sizeof message);
    assert(len > 0 && len <= sizeof message);
    assert(report_reply_decode(message, len, &second, &err) == 0);
    assert(first.withdrawn == second.withdrawn && first.has_watch == second.has_watch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_report((const char *)data, size);
    try_reply((const char *)data, size);
    return 0;
}
