/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_image.c - an image whose contents are wrong and whose checksums are right: it is refused, or
 * no answer from it leaves it. The first byte of the input chooses the zone, each 5 more change a
 * byte: where, and how; so inputs keep their sense when the layout changes. */
#include "tests/fuzz/target.h"

#include "dnsd/answer/answer.h"
#include "dnsd/zone/imagefile.h"
#include "tests/unit/imagebytes.h"
#include "tests/unit/signedzone.h"
#include "tests/unit/zonetext.h"

#include "common/dnsmsg.h"
#include "common/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] =
    "$TTL 60\n@ SOA ns m 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n@ MX 1 mail\nmail AAAA ::1\n"
    "*.wild TXT wild\na.b.ent A 192.0.2.2\ncut NS ns.cut\nns.cut A 192.0.2.3\n"
    "ds NS ns.cut\nds DS 1 8 2 00\nold DNAME test2.\nalias CNAME ns\nloop CNAME x.old\n"
    "@ NSEC a.b.ent SOA NS MX NSEC\na.b.ent NSEC alias A NSEC\nalias NSEC test. CNAME NSEC\n"
    "svc SRV 1 2 3 mail\nsvc HTTPS 1 ns\nnap NAPTR 1 1 \"s\" \"x\" \"\" svc\n";

static const uint8_t apex[] = "\5nsec3\4test";
static const uint8_t *const apexes[] = { apex + 6, apex };

/* A good image and the file that it is in. */
static struct good {
    char path[32];
    uint8_t *bytes;
    size_t len;
} goods[2];

static void remove_files(void)
{
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++)
        unlink(goods[i].path);
}

/* The file that the zone was made from is not there, and need not be. Takes `zone`. */
static void make_good_image(struct good *good, const struct zone *zone)
{
    struct err err;
    struct file_entry source = { .path = (char *)"/nonexistent/zone" };
    const struct imagefile_origin origin = { .files = { &source, 1 } };
    const atomic_bool go_on = false;
    strcpy(good->path, "/tmp/fuzz_image.XXXXXX");
    close(mkstemp(good->path));
    if (imagefile_write(good->path, zone, &origin, &go_on, &err))
        abort();
    zone_release(zone);
    const int fd = open(good->path, O_RDONLY);
    good->len = (size_t)lseek(fd, 0, SEEK_END);
    good->bytes = mem_alloc(good->len);
    if (pread(fd, good->bytes, good->len, 0) != (ssize_t)good->len)
        abort();
    close(fd);
}

static void make_good_images(void)
{
    atexit(remove_files);
    make_good_image(&goods[0], zone_from_text("test.", text));
    make_good_image(&goods[1], signed_zone("nsec3.test"));
}

static void write_changed(const struct good *good, const uint8_t *data, size_t size)
{
    uint8_t *bytes = mem_dup(good->bytes, good->len);
    for (; size >= 5; data += 5, size -= 5) {
        uint32_t at;
        memcpy(&at, data, sizeof at);
        bytes[at % good->len] ^= data[4];
    }
    image_bytes_sum_up(bytes, good->len);
    const int fd = open(good->path,
                        O_WRONLY); /* of the same length: what truncates waits for the disk */
    if (write(fd, bytes, good->len) != (ssize_t)good->len)
        abort();
    close(fd);
    free(bytes);
}

static void ask(const struct zone_set *set, const uint8_t *name, uint16_t type)
{
    static uint8_t message[4096];
    struct answer_question question = { .name = name, .type = type, .dnssec_ok = true };
    name_key_init(&question.key, name);
    memcpy(message + DNS_HEADER_BYTES, name, question.key.len);
    struct answer_response response = { .w = wire_writer(message, sizeof message) };
    response.w.pos = DNS_HEADER_BYTES + question.key.len + 4u;
    answer(set, &question, &response);
}

/* Every name, and one below it that is not there. */
static void ask_all(const struct zone *zone)
{
    static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_DS, DNS_TYPE_ANY, 65 };
    const struct zone_entry entry = { .zone = zone, .apex = zone_name(zone) };
    const struct zone_set *set = zone_set_new(&entry, 1);
    const struct zone_node *node = NULL;
    while ((node = zone_next_node(zone, node))) {
        uint8_t below[DNAME_MAX + 2] = { 1, 'x' };
        const uint8_t *name = zone_node_name(zone, node);
        const size_t len = dname_len(name);
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            ask(set, name, types[i]);
        memcpy(below + 2, name, len);
        if (len + 2 <= DNAME_MAX)
            ask(set, below, DNS_TYPE_MX);
    }
    zone_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!goods[0].bytes)
        make_good_images();
    if (size == 0)
        return 0;
    const unsigned which = data[0] & 1;
    const struct imagefile_wanted wanted = { apexes[which], "/nonexistent/zone", 1, NULL };
    struct imagefile_origin origin = { .files.count = 0 };
    struct err err = { "" };
    write_changed(&goods[which], data + 1, size - 1);
    const struct zone *zone = imagefile_read(goods[which].path, &wanted, &origin, &err);
    if (zone) {
        image_bytes_look_around(zone);
        ask_all(zone);
    } else if (err.msg[0] == '\0' || size < 6) {
        abort();
    }
    zone_release(zone);
    file_list_free(&origin.files);
    return 0;
}
