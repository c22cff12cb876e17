/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagelabel.c - the label's bytes. Knows what makes an image foreign: another format, another
 * layout of structs, another version of the program, whose idea of a zone may differ. Numbers are
 * in the machine's own order, as in the block. */
#include "dnsd/zone/imagelabel.h"

#include "common/mem.h"
#include "dnsd/zone/chain.h"
#include "dnsd/zone/image.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    PART_BYTES = 256 << 10,    /* fit into a core's cache, where they are summed up and verified */
    LABEL_UNIT = 4096,         /* the block begins at a page */
    LABEL_BYTES_MAX = 1 << 24, /* parts of 16 GiB need 1 MiB; the rest is for paths */
};

static const char magic[8] = "PROXIMG\n";

/* What the bits of a verdict mean. */
static uint64_t checks_id(void)
{
    char names[CHECK_NAMES_MAX];
    check_names(~UINT64_C(0), names);
    return XXH3_64bits(names, strlen(names));
}

/* What the compiler and the hash make of the block: the same number, the same layout. */
static uint64_t layout_id(void)
{
    struct name_key key;
    name_key_init(&key, (const uint8_t *)"\7proxima\4test");
    const uint64_t facts[] = {
        IMAGE_UNIT,
        sizeof(struct image_slot),
        sizeof(struct image_head),
        sizeof(struct image_chain),
        sizeof(struct image_proof),
        offsetof(struct image_head, chain),
        offsetof(struct zone_node, name),
        offsetof(struct zone_node, flags),
        offsetof(struct zone_rrset, rdata),
        offsetof(struct zone_rrset, ttl),
        key.hash[0],
        sizeof(struct zone_verdict),
        checks_id(),
    };
    return XXH3_64bits(facts, sizeof facts);
}

static uint64_t label_checksum(const uint8_t *bytes, size_t len)
{
    const size_t from = offsetof(struct image_label_head, layout);
    return XXH3_64bits(bytes + from, len - from);
}

/* --- parts ------------------------------------------------------------------------------------ */

static uint64_t end_of_parts(const struct image_label *label)
{
    return label->part_count ? label->parts[label->part_count - 1].end : 0;
}

void image_label_add_part(struct image_label *label, uint64_t end)
{
    label->parts = mem_realloc(label->parts, (label->part_count + 1) * sizeof *label->parts);
    label->parts[label->part_count++] = (struct image_part){ .end = end };
}

void image_label_add_front(struct image_label *label, uint64_t nodes_at)
{
    label->nodes_at = nodes_at;
    while (nodes_at - end_of_parts(label) > PART_BYTES)
        image_label_add_part(label, end_of_parts(label) + PART_BYTES);
    image_label_add_part(label, nodes_at);
}

void image_label_cut(struct image_label *label, uint64_t at)
{
    if (at - end_of_parts(label) >= PART_BYTES)
        image_label_add_part(label, at);
}

/* --- writing ---------------------------------------------------------------------------------- */

static size_t path_bytes(const char *path)
{
    return image_round(strlen(path) + 1, 8);
}

size_t image_label_bytes(const struct image_label *label)
{
    size_t bytes = sizeof(struct image_label_head) + label->part_count * sizeof *label->parts;
    for (size_t i = 0; i < label->files.count; i++)
        bytes += sizeof(struct image_label_file) + path_bytes(label->files.entries[i].path);
    return image_round(bytes, LABEL_UNIT);
}

static uint8_t *put(uint8_t *at, const void *data, size_t bytes)
{
    return (uint8_t *)memcpy(at, data, bytes) + bytes;
}

static uint8_t *put_file(uint8_t *at, const struct file_entry *entry)
{
    const struct file_identity *identity = &entry->identity;
    const struct image_label_file file = {
        .device = identity->device,
        .inode = identity->inode,
        .size = (uint64_t)identity->size,
        .mtime_s = (uint64_t)identity->mtime.tv_sec,
        .mtime_ns = (uint32_t)identity->mtime.tv_nsec,
        .path_bytes = (uint32_t)path_bytes(entry->path),
    };
    at = put(at, &file, sizeof file);
    put(at, entry->path, strlen(entry->path));
    return at + file.path_bytes;
}

uint8_t *image_label_encode(const struct image_label *label)
{
    const size_t bytes = image_label_bytes(label);
    uint8_t *start = mem_zalloc(bytes), *at = start + sizeof(struct image_label_head);
    struct image_label_head *head = (void *)start;
    memcpy(head->magic, magic, sizeof magic);
    head->format = IMAGE_FORMAT;
    head->bytes = (uint32_t)bytes;
    head->layout = layout_id();
    strncpy(head->program, PACKAGE_VERSION, sizeof head->program - 1);
    head->nodes_at = label->nodes_at;
    head->part_count = label->part_count;
    head->file_count = (uint32_t)label->files.count;
    head->apex.len = label->apex.len;
    memcpy(head->apex.wire, label->apex.wire, label->apex.len);
    head->verdict = label->verdict;
    at = put(at, label->parts, label->part_count * sizeof *label->parts);
    for (size_t i = 0; i < label->files.count; i++)
        at = put_file(at, &label->files.entries[i]);
    head->checksum = label_checksum(start, bytes);
    return start;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* What is left of the label's bytes. */
struct rest {
    const uint8_t *at;
    size_t left;
};

/* Takes `bytes` from the rest; NULL if it has not as many. */
static const void *take(struct rest *rest, size_t bytes)
{
    if (rest->left < bytes)
        return NULL;
    const uint8_t *at = rest->at;
    rest->at += bytes;
    rest->left -= bytes;
    return at;
}

static int take_parts(struct rest *rest, const struct image_label_head *head,
                      struct image_label *out)
{
    const size_t bytes = (size_t)head->part_count * sizeof *out->parts;
    const void *parts = take(rest, bytes);
    if (!parts || head->part_count == 0)
        return -1;
    out->parts = mem_dup(parts, bytes);
    out->part_count = head->part_count;
    out->nodes_at = head->nodes_at;
    bool is_cut_at_nodes = false;
    for (uint32_t i = 0; i < out->part_count; i++) {
        if (out->parts[i].end <= (i ? out->parts[i - 1].end : 0) ||
            out->parts[i].end % IMAGE_UNIT != 0)
            return -1;
        is_cut_at_nodes = is_cut_at_nodes || out->parts[i].end == out->nodes_at;
    }
    return is_cut_at_nodes ? 0 : -1;
}

static int take_file(struct rest *rest, struct file_list *files)
{
    const struct image_label_file *file = take(rest, sizeof *file);
    const char *path = file ? take(rest, file->path_bytes) : NULL;
    if (!path || file->path_bytes % 8 != 0 || strnlen(path, file->path_bytes) == file->path_bytes)
        return -1;
    const size_t i = file_list_add(files, path);
    files->entries[i].identity = (struct file_identity){
        .device = file->device,
        .inode = file->inode,
        .size = (off_t)file->size,
        .mtime = { (time_t)file->mtime_s, (long)file->mtime_ns },
    };
    return 0;
}

static int take_all(const uint8_t *bytes, size_t len, struct image_label *out)
{
    struct rest rest = { bytes, len };
    const struct image_label_head *head = take(&rest, sizeof *head);
    if (!head || !dname_valid(head->apex.wire, head->apex.len) || take_parts(&rest, head, out))
        return -1;
    out->apex = head->apex;
    out->verdict = head->verdict;
    for (uint32_t i = 0; i < head->file_count; i++)
        if (take_file(&rest, &out->files))
            return -1;
    return head->file_count ? 0 : -1;
}

/* Who wrote the label, as far as that makes a difference. */
static int check_writer(const struct image_label_head *head, struct err *err)
{
    if (head->layout != layout_id())
        return err_set(err, "foreign: written on another kind of machine, or by another compiler");
    if (strncmp(head->program, PACKAGE_VERSION, sizeof head->program) != 0)
        return err_set(err, "foreign: written by version %.*s of dnsd", IMAGE_PROGRAM_MAX,
                       head->program);
    return 0;
}

static int parse_label(const uint8_t *bytes, size_t len, struct image_label *out, struct err *err)
{
    const struct image_label_head *head = (const void *)bytes;
    if (head->checksum != label_checksum(bytes, len))
        return err_set(err, "damaged: the checksum of its label is wrong");
    if (check_writer(head, err))
        return -1;
    if (take_all(bytes, len, out)) {
        image_label_free(out);
        return err_set(err, "damaged: its label makes no sense");
    }
    out->block_at = len;
    return 0;
}

/* What can be said before the whole label is read. */
static int check_begin(const struct image_label_head *head, struct err *err)
{
    if (memcmp(head->magic, magic, sizeof magic) != 0)
        return err_set(err, "foreign: not an image of a zone");
    if (head->format != IMAGE_FORMAT)
        return err_set(err, "foreign: of format %u instead of %d", head->format, IMAGE_FORMAT);
    if (head->bytes < sizeof *head || head->bytes > LABEL_BYTES_MAX ||
        head->bytes % LABEL_UNIT != 0)
        return err_set(err, "damaged: a label of %u bytes", head->bytes);
    return 0;
}

int image_label_read(int fd, struct image_label *out, struct err *err)
{
    struct image_label_head head;
    *out = (struct image_label){ 0 };
    if (pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head)
        return err_set(err, "damaged: shorter than its label");
    if (check_begin(&head, err))
        return -1;
    uint8_t *bytes = mem_alloc(head.bytes);
    const ssize_t got = pread(fd, bytes, head.bytes, 0);
    const int result = got == (ssize_t)head.bytes ? parse_label(bytes, head.bytes, out, err)
                                                  : err_set(err, "damaged: shorter than its label");
    free(bytes);
    return result;
}

bool image_label_is_there(int fd)
{
    char begin[sizeof magic];
    return pread(fd, begin, sizeof begin, 0) == (ssize_t)sizeof begin &&
           memcmp(begin, magic, sizeof magic) == 0;
}

void image_label_free(struct image_label *label)
{
    file_list_free(&label->files);
    free(label->parts);
    *label = (struct image_label){ 0 };
}
