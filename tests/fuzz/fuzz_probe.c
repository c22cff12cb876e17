/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_probe.c - any bytes as the answer to a probe: what is not malformed is within bounds, and is
 * judged in whole sentences. */
#include "tests/fuzz/target.h"

#include "anycastctl/sense/check.h"

#include <assert.h>
#include <string.h>

static void check_text(const char *why, size_t cap)
{
    assert(memchr(why, '\0', cap));
    for (; *why; why++)
        assert(*why >= ' ' && *why <= '~');
}

static void check_signatures(const struct signatures *signatures, int64_t now)
{
    const int64_t span = (int64_t)1 << 31;
    assert(signatures->count <= SIGNATURE_ALGORITHMS_MAX);
    if (signatures->count == 0)
        return;
    assert(signatures_until(signatures, now) >= now - span);
    assert(signatures_until(signatures, now) < now + span);
    assert(signatures_from(signatures, now) >= now - span);
    assert(signatures_from(signatures, now) < now + span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct check_said unknown = { .known = false };
    struct check_query query = { .id = 0x1234 };
    struct check_answer answer;
    char why[160] = "";
    dname_from_text("example.com", &query.zone, NULL);
    if (!check_parse(&query, data, size, &answer))
        return 0;
    assert(strlen(answer.nsid) <= CHECK_NSID_MAX);
    check_text(answer.nsid, sizeof answer.nsid);
    check_signatures(&answer.signatures, 1800000000);
    if (!check_is_ours(&answer, "n1", why, sizeof why) ||
        !check_agrees(&answer, &unknown, why, sizeof why))
        assert(why[0]);
    check_text(why, sizeof why);
    return 0;
}
