/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_imagefile.c - images on disk: what is written is read; what is damaged, foreign or stale is
 * not. */
#include "dnsd/zone/imagefile.h"

#include "common/mem.h"
#include "dnsd/zone/imagelabel.h"
#include "dnsd/zone/load.h"
#include "tests/unit/imagebytes.h"
#include "tests/unit/zonefiles.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t test[] = "\4test";
static const char head[] = "$TTL 60\n@ SOA ns m 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
                           "@ MX 1 mail\nmail AAAA ::1\n*.wild TXT wild\na.b.ent A 192.0.2.2\n"
                           "cut NS ns.cut\nns.cut A 192.0.2.3\nold DNAME test2.\nalias CNAME ns\n"
                           "$INCLUDE more\n";
static const char chain[] = "@ NSEC a.b.ent SOA NS MX NSEC\na.b.ent NSEC alias A NSEC\n"
                            "alias NSEC test. CNAME NSEC\n";

enum { TEXT_MAX = 2 << 20, MANY = 22000 }; /* names: as many as make several runs of parts */

static const uint8_t *apex; /* of the zone that is tried */
static uint32_t serial;
static char *image_path;
static struct file_list from; /* what the zone was loaded from */
static const struct zone *zone;
static struct err err;

static void write_source(const char *name, const char *text, unsigned names)
{
    static char all[TEXT_MAX];
    size_t len = (size_t)snprintf(all, sizeof all, "%s", text);
    for (unsigned i = 0; i < names; i++)
        len += (size_t)snprintf(all + len, sizeof all - len, "n%u.x TXT \"%060u\"\n", i, i);
    files_write(name, all);
}

/* Loads the file "zone" and writes its image. */
static void begin(const uint8_t *name)
{
    apex = name;
    image_path = mem_strdup(files_path("image"));
    struct zone_load load = { .apex = apex, .path = files_path("zone") };
    zone = zone_load_run(&load, &err);
    from = load.files;
    if (!zone)
        fail_msg("%s", err.msg);
    serial = zone_serial(zone);
    const atomic_bool go_on = false;
    assert_int_equal(imagefile_write(image_path, zone, &(struct imagefile_origin){ .files = from },
                                     &go_on, &err),
                     0);
}

static int begin_small(void **state)
{
    (void)state;
    files_begin();
    write_source("zone", head, 0);
    files_write("more", chain);
    begin(test);
    return 0;
}

static int begin_large(void **state)
{
    (void)state;
    files_begin();
    write_source("zone", head, MANY);
    files_write("more", chain);
    begin(test);
    return 0;
}

/* Without a chain: with one, versions have one layer. */
static int begin_plain(void **state)
{
    (void)state;
    files_begin();
    write_source("zone", head, MANY);
    files_write("more", "");
    begin(test);
    return 0;
}

/* One that an independent signer has signed: `state` is its name. */
static int begin_signed(void **state)
{
    static uint8_t text[TEXT_MAX];
    const char *name = *state, *source = getenv("PROXIMA_SRCDIR");
    char path[512];
    static struct dname origin;
    dname_from_text(name, &origin, NULL);
    snprintf(path, sizeof path, "%s/tests/data/zones/signed/%s.zone", source ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: is PROXIMA_SRCDIR the source folder?", path);
    const size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    files_begin();
    files_write_bytes("zone", text, len);
    files_write("more", "");
    begin(origin.wire);
    return 0;
}

static int end(void **state)
{
    (void)state;
    zone_release(zone);
    file_list_free(&from);
    free(image_path);
    files_end();
    return 0;
}

static const struct zone *read_as(const uint8_t *name, const char *source, struct file_list *list)
{
    const struct imagefile_wanted wanted = { name, files_path(source), 2, NULL };
    struct imagefile_origin origin = { .files = *list };
    err_clear(&err);
    const struct zone *got = imagefile_read(image_path, &wanted, &origin, &err);
    *list = origin.files;
    return got;
}

static void assert_unused(const char *why)
{
    struct file_list list = { 0 };
    assert_null(read_as(apex, "zone", &list));
    assert_int_equal(list.count, 0);
    if (strncmp(err.msg, why, strlen(why)) != 0)
        fail_msg("\"%s\" instead of \"%s\"", err.msg, why);
}

static void assert_used(void)
{
    struct file_list list = { 0 };
    const struct zone *got = read_as(apex, "zone", &list);
    if (!got)
        fail_msg("%s", err.msg);
    assert_int_equal(zone_serial(got), serial);
    zone_release(got);
    file_list_free(&list);
}

/* The file's bytes, and putting others in their place. */
static uint8_t *bytes_of(size_t *len)
{
    struct stat st;
    const int fd = open(image_path, O_RDONLY);
    assert_int_equal(fstat(fd, &st), 0);
    uint8_t *bytes = mem_alloc((size_t)st.st_size);
    assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
    close(fd);
    *len = (size_t)st.st_size;
    return bytes;
}

static void put_bytes(const uint8_t *bytes, size_t len)
{
    files_write_bytes("image", bytes, len);
}

/* Flips one bit of the file, and asks for the image. */
static void assert_bit_noticed(size_t at, unsigned bit)
{
    uint8_t byte;
    const int fd = open(image_path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    const uint8_t other = byte ^ (uint8_t)(1u << bit);
    assert_int_equal(pwrite(fd, &other, 1, (off_t)at), 1);
    struct file_list list = { 0 };
    if (read_as(apex, "zone", &list))
        fail_msg("bit %u of byte %zu may be wrong", bit, at);
    if (strncmp(err.msg, "damaged: ", 9) != 0 && strncmp(err.msg, "foreign: ", 9) != 0)
        fail_msg("bit %u of byte %zu: %s", bit, at, err.msg);
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

/* --- what is good ----------------------------------------------------------------------------- */

static void test_what_was_written_is_read(void **state)
{
    (void)state;
    static char before[2 * TEXT_MAX], after[2 * TEXT_MAX];
    struct file_list list = { 0 };
    const struct zone *got = read_as(apex, "zone", &list);
    if (!got)
        fail_msg("%s", err.msg);
    assert_string_equal(zone_dump(got, after, sizeof after),
                        zone_dump(zone, before, sizeof before));
    assert_true(image_bytes_look_around(got) == image_bytes_look_around(zone));
    assert_null(file_list_changed(&list));
    write_source("zone", "", 1);
    assert_string_equal(file_list_changed(&list), files_path("zone"));
    zone_release(got);
    file_list_free(&list);
}

/* What is new, gone and moved in a second version, and who points at it. */
static const char second[] =
    "$TTL 60\n@ SOA ns m 8 2 3 4 5\n@ NS ns\n@ NS n1.x\nns A 192.0.2.9\n@ MX 1 mail\n@ MX 2 new\n"
    "new AAAA ::2\nmail A 192.0.2.7\n*.wild TXT other\n0first TXT 1\nzz.last A 192.0.2.8\n"
    "cut NS ns.cut\ncut NS ns2.cut\nns.cut A 192.0.2.3\nns2.cut A 192.0.2.4\nalias CNAME ns\n"
    "m1 MX 1 n21999.x\n$INCLUDE more\n";

static void test_two_layers_become_one(void **state)
{
    (void)state;
    static char before[2 * TEXT_MAX], after[2 * TEXT_MAX];
    const atomic_bool go_on = false;
    write_source("zone", second, MANY - 5);
    struct zone_load load = { .apex = apex, .path = files_path("zone"), .old = zone };
    const struct zone *layered = zone_load_run(&load, &err);
    if (!layered || !load.by_difference)
        fail_msg("no difference: %s", err.msg);
    assert_int_equal(imagefile_write(image_path, layered,
                                     &(struct imagefile_origin){ .files = load.files }, &go_on,
                                     &err),
                     0);

    struct file_list list = { 0 };
    const struct zone *got = read_as(apex, "zone", &list);
    if (!got)
        fail_msg("%s", err.msg);
    assert_string_equal(zone_dump(got, after, sizeof after),
                        zone_dump(layered, before, sizeof before));
    assert_true(image_bytes_look_around(got) == image_bytes_look_around(layered));
    assert_int_equal(zone_size(got).names, zone_size(layered).names);
    assert_int_equal(zone_size(got).records, zone_size(layered).records);
    zone_release(got);
    zone_release(layered);
    file_list_free(&list);
    file_list_free(&load.files);
}

/* So many that the hash table is made in more than one stripe. */
static void write_large(unsigned version)
{
    enum { NAMES = 185000 };
    FILE *file = fopen(files_path("large"), "w");
    assert_non_null(file);
    fprintf(file, "$TTL 60\n@ SOA ns m %u 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n", version);
    for (unsigned i = version; i < NAMES + version; i++)
        fprintf(file, "n%u A 192.0.2.%u\n", i, i % 1000 ? 1 : version);
    fclose(file);
}

static void test_two_large_layers_become_one(void **state)
{
    (void)state;
    const atomic_bool go_on = false;
    struct zone_load load = { .apex = apex, .path = files_path("large") };
    write_large(1);
    const struct zone *first = zone_load_run(&load, &err);
    file_list_free(&load.files);
    write_large(2);
    load.old = first;
    const struct zone *layered = zone_load_run(&load, &err);
    assert_true(load.by_difference);
    assert_int_equal(imagefile_write(image_path, layered,
                                     &(struct imagefile_origin){ .files = load.files }, &go_on,
                                     &err),
                     0);

    struct file_list list = { 0 };
    const struct zone *got = read_as(apex, "large", &list);
    if (!got)
        fail_msg("%s", err.msg);
    assert_true(image_bytes_look_around(got) == image_bytes_look_around(layered));
    assert_int_equal(zone_size(got).names, zone_size(layered).names);
    zone_release(got);
    zone_release(layered);
    zone_release(first);
    file_list_free(&list);
    file_list_free(&load.files);
}

static void test_a_new_image_takes_the_place_of_the_old(void **state)
{
    (void)state;
    const atomic_bool go_on = false;
    put_bytes((const uint8_t *)"other", 5);
    assert_unused("damaged: ");
    assert_int_equal(imagefile_write(image_path, zone, &(struct imagefile_origin){ .files = from },
                                     &go_on, &err),
                     0);
    assert_used();
    assert_int_equal(access(files_path("image.new"), F_OK), -1);
}

/* --- writing that fails ----------------------------------------------------------------------- */

static void test_one_that_is_not_wanted_any_more_is_given_up(void **state)
{
    (void)state;
    const atomic_bool stop = true;
    assert_int_equal(
        imagefile_write(image_path, zone, &(struct imagefile_origin){ .files = from }, &stop, &err),
        -1);
    assert_int_equal(access(files_path("image.new"), F_OK), -1);
    assert_used(); /* the old one */
}

static void test_a_full_disk_leaves_the_old_one(void **state)
{
    (void)state;
    const atomic_bool go_on = false;
    struct rlimit before, little = { 5000, 5000 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    const int result = imagefile_write(image_path, zone,
                                       &(struct imagefile_origin){ .files = from }, &go_on, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(result, -1);
    assert_string_equal(err.msg, "writing: File too large");
    assert_int_equal(access(files_path("image.new"), F_OK), -1);
    assert_used();
}

static void test_a_folder_that_is_not_there(void **state)
{
    (void)state;
    const atomic_bool go_on = false;
    assert_int_equal(imagefile_write("/nonexistent/image", zone,
                                     &(struct imagefile_origin){ .files = from }, &go_on, &err),
                     -1);
    assert_string_equal(err.msg, "opening: No such file or directory");
}

/* --- damaged ---------------------------------------------------------------------------------- */

static void test_each_bit_of_the_label_counts(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = bytes_of(&len);
    const struct image_label_head *label = (const void *)bytes;
    for (size_t i = 0; i < label->bytes; i++)
        assert_bit_noticed(i, i % 8);
    for (size_t i = 0; i < 400; i++) /* those that stand in front of paths and zeros */
        for (unsigned bit = 0; bit < 8; bit++)
            assert_bit_noticed(i, bit);
    free(bytes);
    assert_used();
}

static void test_each_part_of_the_block_counts(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = bytes_of(&len);
    const struct image_label_head *label = (const void *)bytes;
    assert_true(label->part_count > 8);
    for (size_t i = label->bytes; i < len; i += 9973)
        assert_bit_noticed(i, i % 8);
    assert_bit_noticed(len - 1, 0);
    free(bytes);
    assert_used();
}

static void test_another_length(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = bytes_of(&len);
    bytes = mem_realloc(bytes, len + 1);
    bytes[len] = 0;
    put_bytes(bytes, len + 1);
    assert_unused("damaged: not ");
    for (size_t less = 1; less < len; less = less * 3 + 1) {
        put_bytes(bytes, len - less);
        assert_unused("damaged: ");
    }
    put_bytes(bytes, 0);
    assert_unused("damaged: shorter than its label");
    put_bytes(bytes, len);
    assert_used();
    free(bytes);
}

/* Right checksums around what makes no sense. */
static void test_sense_is_verified(void **state)
{
    (void)state;
    size_t len;
    uint8_t *good = bytes_of(&len), *bytes = mem_alloc(len);
    const struct image_label_head *label = (const void *)good;
    const unsigned rounds = len < 16 * 1024 ? 4000 : 800; /* tests/fuzz/fuzz_image.c has more */
    unsigned refused = 0;
    uint64_t random = 1;
    for (unsigned i = 0; i < rounds; i++) {
        memcpy(bytes, good, len);
        for (unsigned change = 0; change <= i % 3; change++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            bytes[label->bytes + (random >> 33) % (len - label->bytes)] = (uint8_t)(random >> 24);
        }
        image_bytes_sum_up(bytes, len);
        put_bytes(bytes, len);
        struct file_list list = { 0 };
        const struct zone *got = read_as(apex, "zone", &list);
        if (got)
            image_bytes_look_around(got);
        else if (strncmp(err.msg, "damaged: ", 9) != 0)
            fail_msg("%s", err.msg);
        refused += !got;
        zone_release(got);
        file_list_free(&list);
    }
    assert_in_range(refused, rounds / 20, rounds - rounds / 40);
    free(good);
    free(bytes);
}

/* --- foreign ---------------------------------------------------------------------------------- */

static void test_another_program(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = bytes_of(&len);
    struct image_label_head *label = (void *)bytes;
    label->program[0]++;
    image_bytes_sum_up(bytes, len);
    put_bytes(bytes, len);
    assert_unused("foreign: written by version 1.1.0 of dnsd");
    label->program[0]--;
    label->layout++;
    image_bytes_sum_up(bytes, len);
    put_bytes(bytes, len);
    assert_unused("foreign: written on another kind of machine");
    label->layout--;
    label->format++;
    put_bytes(bytes, len);
    assert_unused("foreign: of format 3 instead of 2");
    label->format--;
    image_bytes_sum_up(bytes, len);
    put_bytes(bytes, len);
    assert_used();
    free(bytes);
}

static void test_another_zone(void **state)
{
    (void)state;
    struct file_list list = { 0 };
    assert_null(read_as((const uint8_t *)"\5tests", "zone", &list));
    assert_string_equal(err.msg, "foreign: of zone test.");
}

static void test_no_image_at_all(void **state)
{
    (void)state;
    write_source("image", head, 100);
    assert_unused("foreign: not an image of a zone");
    unlink(image_path);
    assert_unused("opening: No such file or directory");
    assert_int_equal(mkfifo(image_path, 0600), 0);
    assert_unused("damaged: ");
    unlink(image_path);
    assert_int_equal(symlink(files_path("zone"), image_path), 0);
    assert_unused("opening: ");
}

/* --- stale ------------------------------------------------------------------------------------ */

static void set_mtime(const char *name, struct timespec mtime)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, mtime };
    assert_int_equal(utimensat(AT_FDCWD, files_path(name), times, 0), 0);
}

static void test_another_time(void **state)
{
    (void)state;
    const struct timespec before = from.entries[0].identity.mtime;
    struct timespec after = before;
    after.tv_nsec = (after.tv_nsec + 1) % 1000000000;
    set_mtime("zone", after);
    assert_unused("stale: ");
    set_mtime("zone", before);
    assert_used();
}

static void test_another_size(void **state)
{
    (void)state;
    const struct timespec before = from.entries[0].identity.mtime;
    assert_int_equal(truncate(files_path("zone"), 10), 0);
    set_mtime("zone", before);
    assert_unused("stale: ");
}

static void test_another_inode(void **state)
{
    (void)state;
    write_source("zone2", head, 0);
    set_mtime("zone2", from.entries[0].identity.mtime);
    assert_int_equal(rename(files_path("zone2"), files_path("zone")), 0);
    assert_unused("stale: ");
}

static void test_another_device(void **state)
{
    (void)state;
    const atomic_bool go_on = false;
    from.entries[0].identity.device++;
    assert_int_equal(imagefile_write(image_path, zone, &(struct imagefile_origin){ .files = from },
                                     &go_on, &err),
                     0);
    assert_unused("stale: ");
}

static void test_an_included_file(void **state)
{
    (void)state;
    char why[600];
    snprintf(why, sizeof why, "stale: %s has changed", files_path("more"));
    unlink(files_path("more"));
    assert_unused(why);
    files_write("more", chain);
    assert_unused(why);
}

static void test_another_source(void **state)
{
    (void)state;
    struct file_list list = { 0 };
    assert_null(read_as(apex, "more", &list));
    assert_int_equal(strncmp(err.msg, "stale: made from ", 17), 0);
}

int main(void)
{
#define SMALL(test) cmocka_unit_test_setup_teardown(test, begin_small, end)
#define LARGE(test) cmocka_unit_test_setup_teardown(test, begin_large, end)
#define SIGNED(test, name)                                                                         \
    cmocka_unit_test_prestate_setup_teardown(test, begin_signed, end, (char *)name)
    const struct CMUnitTest tests[] = {
        SMALL(test_what_was_written_is_read),
        LARGE(test_what_was_written_is_read),
        SIGNED(test_what_was_written_is_read, "nsec.test"),
        SIGNED(test_what_was_written_is_read, "nsec3.test"),
        SIGNED(test_what_was_written_is_read, "optout.test"),
        cmocka_unit_test_setup_teardown(test_two_layers_become_one, begin_plain, end),
        cmocka_unit_test_setup_teardown(test_two_large_layers_become_one, begin_plain, end),
        SMALL(test_a_new_image_takes_the_place_of_the_old),
        SMALL(test_one_that_is_not_wanted_any_more_is_given_up),
        LARGE(test_a_full_disk_leaves_the_old_one),
        SMALL(test_a_folder_that_is_not_there),
        SMALL(test_each_bit_of_the_label_counts),
        LARGE(test_each_part_of_the_block_counts),
        SMALL(test_another_length),
        LARGE(test_another_length),
        SMALL(test_sense_is_verified),
        SIGNED(test_sense_is_verified, "nsec3.test"),
        SMALL(test_another_program),
        SMALL(test_another_zone),
        SMALL(test_no_image_at_all),
        SMALL(test_another_time),
        SMALL(test_another_size),
        SMALL(test_another_inode),
        SMALL(test_another_device),
        SMALL(test_an_included_file),
        SMALL(test_another_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
