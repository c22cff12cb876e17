/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_names.c - name compression, read back with common/dnsmsg. */
#include "dnsd/answer/names.h"

#include "common/dnsmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SLOTS = 64 };

struct message {
    uint8_t bytes[DNS_MESSAGE_MAX];
    struct wire_writer w;
    struct names names;
    struct names_slot slots[SLOTS];
};

static struct message *begin(void)
{
    static struct message message;
    memset(&message, 0xa5, sizeof(message));
    message.w = wire_writer(message.bytes, sizeof(message.bytes));
    names_init(&message.names, message.slots, SLOTS, 0);
    wire_reserve(&message.w, DNS_HEADER_BYTES);
    return &message;
}

/* Writes the name, checks that it reads back, and returns how many bytes it took. */
static size_t put(struct message *message, const char *text)
{
    struct dname name, back;
    char got[DNAME_TEXT_MAX];
    assert_int_equal(dname_from_text(text, &name, NULL), 0);
    size_t before = message->w.pos;
    uint16_t offset = names_put(&message->names, &message->w, name.wire);
    assert_false(message->w.overflow);

    struct wire_reader r = wire_reader(message->bytes, message->w.pos);
    wire_take(&r, before);
    assert_int_equal(dns_get_name(&r, &back), 0);
    assert_int_equal(wire_left(&r), 0);
    assert_true(dname_equal(back.wire, name.wire));
    if (message->names.exact_case)
        assert_string_equal(dname_to_text(back.wire, got), text);

    r = wire_reader(message->bytes, message->w.pos);
    wire_take(&r, offset); /* where it says that the name stands, it does */
    assert_int_equal(dns_get_name(&r, &back), 0);
    assert_true(dname_equal(back.wire, name.wire));
    return message->w.pos - before;
}

static void test_suffixes(void **state)
{
    (void)state;
    struct message *m = begin();
    assert_int_equal(put(m, "www.example.com."), 17);
    assert_int_equal(put(m, "www.example.com."), 2);
    assert_int_equal(put(m, "example.com."), 2);
    assert_int_equal(put(m, "com."), 2);
    assert_int_equal(put(m, "mail.example.com."), 5 + 2);
    assert_int_equal(put(m, "a.b.mail.example.com."), 4 + 2);
    assert_int_equal(put(m, "b.mail.example.com."), 2);
    assert_int_equal(put(m, "example.org."), 13);
    assert_int_equal(put(m, "www.example.org."), 4 + 2);
}

static void test_root(void **state)
{
    (void)state;
    struct message *m = begin();
    assert_int_equal(put(m, "."), 1);
    assert_int_equal(put(m, "."), 1);
    assert_int_equal(put(m, "com."), 5);
}

/* The same label under another parent is another name. */
static void test_labels_are_not_names(void **state)
{
    (void)state;
    struct message *m = begin();
    put(m, "a.b.c.");
    assert_int_equal(put(m, "b."), 3);
    assert_int_equal(put(m, "a.b."), 2 + 2);
    assert_int_equal(put(m, "a.c."), 2 + 2);
    assert_int_equal(put(m, "c.c."), 2 + 2);
}

static void test_case(void **state)
{
    (void)state;
    struct message *m = begin();
    put(m, "www.Example.COM.");
    assert_int_equal(put(m, "WWW.example.com."), 2);
    m = begin();
    m->names.exact_case = true;
    put(m, "www.Example.COM.");
    assert_int_equal(put(m, "www.example.COM."), 12 + 2);
    assert_int_equal(put(m, "www.Example.COM."), 2);
}

/* Bytes that differ only in the bit of the case, but are no letters. */
static void test_bytes_that_are_no_letters(void **state)
{
    (void)state;
    struct message *m = begin();
    put(m, "\\@\\[.x.");
    assert_int_equal(put(m, "`{.x."), 3 + 2);
    assert_int_equal(put(m, "\\192\\.x.x."), 4 + 2);
    assert_int_equal(put(m, "\\224\\.x.x."), 4 + 2);
}

static void test_question_is_known(void **state)
{
    (void)state;
    struct message *m = begin();
    wire_put(&m->w, "\3WwW\7example\3com", 17);
    names_init(&m->names, m->slots, SLOTS, DNS_HEADER_BYTES);
    assert_int_equal(put(m, "www.example.com."), 2);
    assert_int_equal(put(m, "ns.example.com."), 3 + 2);
}

static void test_longest_name(void **state)
{
    (void)state;
    char text[2 * DNAME_LABELS_MAX + 1] = "";
    for (int i = 0; i < DNAME_LABELS_MAX; i++)
        strcat(text, i % 2 ? "a." : "b.");
    struct message *m = begin();
    assert_int_equal(put(m, text), DNAME_MAX);
    /* The table has no room for all of its labels, but for the right ones. */
    assert_int_equal(put(m, text + 200), 2);
    assert_true(put(m, text) < DNAME_MAX);
}

/* A full table costs bytes, never correctness, and never a search without end. */
static void test_full_table(void **state)
{
    (void)state;
    struct message *m = begin();
    put(m, "example.");
    for (int i = 0; i < 1000; i++) {
        char text[32];
        snprintf(text, sizeof(text), "host%d.example.", i);
        put(m, text);
    }
    assert_int_equal(put(m, "host0.example."), 2);
    assert_int_equal(put(m, "host999.example."), 8 + 2);
    assert_true(m->names.used < SLOTS);
}

/* Pointers on the way through the name at `offset`. */
static unsigned hops(const struct message *m, size_t offset)
{
    unsigned n = 0;
    for (uint8_t label; (label = m->bytes[offset]);) {
        if (label >= 0xc0) {
            offset = wire_peek_u16(m->bytes + offset) & NAMES_OFFSET_MAX;
            n++;
        } else {
            offset += label + 1u;
        }
    }
    return n;
}

/* Each name is one label longer than the one before. */
static void test_chain_of_pointers(void **state)
{
    (void)state;
    struct message *m = begin();
    char text[2 * 30 + 1] = "";
    for (unsigned i = 0; i < 30; i++) {
        memmove(text + 2, text, sizeof(text) - 2);
        memcpy(text, "a.", 2);
        size_t offset = m->w.pos, bytes = put(m, text);
        assert_int_equal(hops(m, offset), i < NAMES_HOPS_MAX ? i : NAMES_HOPS_MAX);
        assert_int_equal(bytes, i == 0 ? 3 : i < NAMES_HOPS_MAX ? 4 : 4 + 2 * (i - NAMES_HOPS_MAX));
    }
    assert_int_equal(put(m, "a.a.a."), 2);
}

/* 14 bits are as far as a pointer reaches. */
static void test_beyond_reach(void **state)
{
    (void)state;
    struct message *m = begin();
    put(m, "near.example.");
    wire_reserve(&m->w, NAMES_OFFSET_MAX - m->w.pos);
    assert_int_equal(put(m, "far.near.example."), 4 + 2); /* begins at the last offset */
    assert_int_equal(put(m, "far.near.example."), 2);
    assert_int_equal(put(m, "beyond.near.example."), 7 + 2);
    assert_int_equal(put(m, "beyond.near.example."), 7 + 2);
    assert_int_equal(put(m, "other.test."), 12);
    assert_int_equal(put(m, "other.test."), 12);
}

static void test_overflow_latches(void **state)
{
    (void)state;
    struct message *m = begin();
    struct dname name;
    dname_from_text("www.example.com.", &name, NULL);
    m->w.cap = m->w.pos + 16;
    names_put(&m->names, &m->w, name.wire);
    assert_true(m->w.overflow);
}

/* Names of several labels, found again before the table is in use, and after. */
static void test_from_the_list_to_the_table(void **state)
{
    (void)state;
    struct message *m = begin();
    wire_put(&m->w, "\3www\5child\4test", 16);
    names_init(&m->names, m->slots, SLOTS, DNS_HEADER_BYTES);
    assert_int_equal(put(m, "ns1.hoster.net."), 4 + 7 + 5);
    assert_int_equal(put(m, "ns2.hoster.net."), 4 + 2);
    assert_int_equal(put(m, "ns.other.net."), 3 + 6 + 2);
    assert_int_equal(put(m, "a.ns2.hoster.net."), 2 + 2);
    assert_int_equal(put(m, "net."), 2);
    assert_int_equal(put(m, "ns1.child.test."), 4 + 2);
    assert_int_equal(put(m, "test."), 2);
    assert_int_equal(put(m, "a.b.c.d.e."), 11); /* too many labels for the list */
    assert_true(m->names.ready);
    assert_int_equal(put(m, "ns1.hoster.net."), 2);
    assert_int_equal(put(m, "a.ns2.hoster.net."), 2);
    assert_int_equal(put(m, "b.ns1.child.test."), 2 + 2);
    assert_int_equal(put(m, "x.other.net."), 2 + 2);
    assert_int_equal(put(m, "c.d.e."), 2);
    assert_int_equal(put(m, "www.child.test."), 2);
}

/* Random names over a small alphabet, so that much is shared. */
static void test_random(void **state)
{
    (void)state;
    static const char words[][4] = { "a.", "b.", "A.", "aa." };
    unsigned seed = 12345;
    for (int round = 0; round < 400; round++) {
        struct message *m = begin();
        m->names.exact_case = round % 3 == 0;
        if (round % 2) {
            wire_put(&m->w, "\1a\2aa\1b\1B", 10);
            m->names.first = DNS_HEADER_BYTES;
        }
        for (int i = 0; i < 1 + round % 40; i++) {
            char text[64] = "";
            for (int labels = 1 + rand_r(&seed) % 6; labels; labels--)
                strcat(text, words[(size_t)rand_r(&seed) % 4]);
            put(m, text);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suffixes),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_labels_are_not_names),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_bytes_that_are_no_letters),
        cmocka_unit_test(test_question_is_known),
        cmocka_unit_test(test_longest_name),
        cmocka_unit_test(test_full_table),
        cmocka_unit_test(test_chain_of_pointers),
        cmocka_unit_test(test_beyond_reach),
        cmocka_unit_test(test_overflow_latches),
        cmocka_unit_test(test_from_the_list_to_the_table),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
