/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_nsec3.c - hashed names, against RFC 5155 Appendix A; which parameters are used. */
#include "dnsd/zone/nsec3.h"

#include "common/dname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t salt[] = { 0xaa, 0xbb, 0xcc, 0xdd };

static void hashes_are_those_of_rfc_5155_appendix_a(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hash;
    } known[] = {
        { "example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom." },
        { "a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl." },
        { "*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en." },
        { "x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s." },
        { "xx.example.", "t644ebqk9bibcna874givr6joj62mlhv." },
    };
    const struct nsec3_params params = { salt, sizeof salt, NSEC3_SHA1, 12 };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct dname name, owner;
        uint8_t hash[NSEC3_HASH_BYTES], expected[NSEC3_HASH_BYTES];
        assert_int_equal(dname_from_text(known[i].name, &name, NULL), 0);
        assert_int_equal(dname_from_text(known[i].hash, &owner, NULL), 0);
        nsec3_hash(&params, name.wire, name.len, hash);
        assert_true(nsec3_hash_from_owner(owner.wire, expected));
        assert_memory_equal(hash, expected, sizeof hash);
    }
}

static void an_owner_that_is_no_hash_is_none(void **state)
{
    (void)state;
    static const char *const owners[] = {
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3to.",   /* too short */
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tomm.", /* too long */
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tow.",  /* no digit of base32hex */
        "0P9mhaveqvm6t7vbl5lop2u3t2rp3tom.",  /* owners are kept in lower case */
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3t-m.",  ".",
    };
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        struct dname owner;
        uint8_t hash[NSEC3_HASH_BYTES];
        assert_int_equal(dname_from_text(owners[i], &owner, NULL), 0);
        assert_false(nsec3_hash_from_owner(owner.wire, hash));
    }
}

static void the_next_hash_stands_behind_the_salt(void **state)
{
    (void)state;
    uint8_t rdata[64] = { 1, 1, 0, 12, 4, 0xaa, 0xbb, 0xcc, 0xdd, NSEC3_HASH_BYTES, 0x77 };
    assert_ptr_equal(nsec3_next_hash(rdata), rdata + 10);
    rdata[9] = 32; /* of another algorithm */
    assert_null(nsec3_next_hash(rdata));
}

static struct nsec3_params read_params(uint8_t algorithm, uint8_t flags, uint16_t iterations)
{
    static uint8_t rdata[9];
    const uint8_t bytes[9] = {
        algorithm, flags, (uint8_t)(iterations >> 8), (uint8_t)iterations, 4, 0xaa, 0xbb, 0xcc, 0xdd
    };
    memcpy(rdata, bytes, sizeof bytes);
    return nsec3_params(rdata);
}

static void parameters_are_equal_but_for_flags(void **state)
{
    (void)state;
    const struct nsec3_params params = { salt, sizeof salt, NSEC3_SHA1, 300 };
    struct nsec3_params same = read_params(1, 1, 300);
    assert_true(nsec3_params_equal(&params, &same));
    same.salt_len = 3;
    assert_false(nsec3_params_equal(&params, &same));
    const struct nsec3_params algorithm = read_params(2, 0, 300);
    assert_false(nsec3_params_equal(&params, &algorithm));
    const struct nsec3_params iterations = read_params(1, 0, 301);
    assert_false(nsec3_params_equal(&params, &iterations));
}

static void iterations_have_a_limit_and_algorithms_are_known(void **state)
{
    (void)state;
    struct nsec3_params params = read_params(1, 0, NSEC3_ITERATIONS_MAX);
    assert_true(nsec3_params_usable(&params));
    params = read_params(1, 0, NSEC3_ITERATIONS_MAX + 1);
    assert_false(nsec3_params_usable(&params));
    params = read_params(2, 0, 0);
    assert_false(nsec3_params_usable(&params));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_rfc_5155_appendix_a),
        cmocka_unit_test(an_owner_that_is_no_hash_is_none),
        cmocka_unit_test(the_next_hash_stands_behind_the_salt),
        cmocka_unit_test(parameters_are_equal_but_for_flags),
        cmocka_unit_test(iterations_have_a_limit_and_algorithms_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
