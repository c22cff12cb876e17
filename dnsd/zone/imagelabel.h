/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagelabel.h - private: what stands in front of the block in an image's file: whose zone it is,
 * what it was made from and by whom, and how the block is checked. */
#ifndef PROXIMA_ZONE_IMAGELABEL_H
#define PROXIMA_ZONE_IMAGELABEL_H

#include "common/dname.h"
#include "common/err.h"
#include "dnsd/zone/file.h"
#include "dnsd/zone/policy.h"

enum { IMAGE_PROGRAM_MAX = 32 };

/* In the file the label begins with this, then come its parts, then its files; zeros fill the last
 * page. */
struct image_label_head {
    char magic[8];
    uint32_t format;
    uint32_t bytes;    /* of the label, whole pages */
    uint64_t checksum; /* XXH3 of what follows in the label */
    /* What stands above is the same in all formats. */
    uint64_t layout;                 /* of the block */
    char program[IMAGE_PROGRAM_MAX]; /* its version */
    uint64_t nodes_at;
    uint32_t part_count, file_count;
    struct dname apex;
    struct zone_verdict verdict;
};

/* Followed by the path, a NUL at least behind it, padded to 8 bytes. */
struct image_label_file {
    uint64_t device, inode, size, mtime_s;
    uint32_t mtime_ns, path_bytes;
};

/* A part of the block that is read and checked by itself. Each holds whole nodes, or none. */
struct image_part {
    uint64_t end;      /* offset in the block; it begins where the one before ends */
    uint64_t checksum; /* XXH3, 64 bits */
};

struct image_label {
    struct dname apex;           /* lower case */
    struct file_list files;      /* that the zone was loaded from */
    struct zone_verdict verdict; /* as it was then */
    uint64_t block_at;           /* in the file; filled in by reading */
    uint64_t nodes_at;           /* in the block: where a part begins, and the nodes do */
    uint32_t part_count;         /* at least 1 */
    struct image_part *parts;    /* their ends ascend; the last one's is the end of the block */
};

/* Reads the label of the open file. Errors say what is wrong with the file: "damaged: …",
 * "foreign: …", "not an image". Fills `out` with new memory; empty after an error. */
int image_label_read(int fd, struct image_label *out, struct err *err);

/* Adds a part that ends at `end`, behind the parts that are there. */
void image_label_add_part(struct image_label *label, uint64_t end);
/* Adds what stands before the nodes, `nodes_at` bytes, which may be cut anywhere. */
void image_label_add_front(struct image_label *label, uint64_t nodes_at);
/* A node begins at `at`: a part ends there if it is large enough. */
void image_label_cut(struct image_label *label, uint64_t at);

/* How many bytes the label takes, and these, in new memory. */
size_t image_label_bytes(const struct image_label *label);
uint8_t *image_label_encode(const struct image_label *label);

/* True if the open file begins as images do. */
bool image_label_is_there(int fd);

void image_label_free(struct image_label *label); /* empties it */

static inline uint64_t image_label_block_bytes(const struct image_label *label)
{
    return label->parts[label->part_count - 1].end;
}

#endif
