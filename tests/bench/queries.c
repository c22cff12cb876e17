/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queries.c - reading and writing files of queries. Knows their layout, and which responses are of
 * which kind; hides the table of offsets. */
#include "tests/bench/queries.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    ITEM_HEAD = 3, /* kind, length */
    HEADER = 12,
    FLAG_AA = 0x04,
    FLAG_TC = 0x02,
    RCODE_NXDOMAIN = 3,
};

const char *const kind_names[KINDS] = { "answer", "nxdomain", "referral", "nodata", "other" };

struct queries {
    uint8_t *bytes;
    size_t size, count, at;
    size_t *offsets;
};

static uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* Counts the items, and notes where they begin if there is a table; 0 if the last one is cut. */
static size_t find_items(const struct queries *q, size_t *offsets)
{
    size_t count = 0, pos = 0;
    while (pos + ITEM_HEAD <= q->size) {
        size_t length = get_u16(q->bytes + pos + 1);
        if (length < HEADER || length > QUERY_MAX || pos + ITEM_HEAD + length > q->size)
            return 0;
        if (offsets)
            offsets[count] = pos;
        count++;
        pos += ITEM_HEAD + length;
    }
    return pos == q->size ? count : 0;
}

static int read_bytes(struct queries *q, FILE *file)
{
    struct stat st;
    if (fstat(fileno(file), &st))
        return -1;
    q->size = (size_t)st.st_size;
    q->bytes = malloc(q->size + 1);
    return q->bytes && fread(q->bytes, 1, q->size, file) == q->size ? 0 : -1;
}

struct queries *queries_read(const char *path)
{
    struct queries *q = calloc(1, sizeof(*q));
    FILE *file = fopen(path, "rb");
    if (!q || !file || read_bytes(q, file)) {
        perror(path);
        goto fail;
    }
    q->count = find_items(q, NULL);
    q->offsets = calloc(q->count + 1, sizeof(*q->offsets));
    if (!q->count || !q->offsets) {
        fprintf(stderr, "%s: not a file of queries\n", path);
        goto fail;
    }
    find_items(q, q->offsets);
    fclose(file);
    return q;
fail:
    if (file)
        fclose(file);
    queries_free(q);
    return NULL;
}

void queries_free(struct queries *queries)
{
    if (!queries)
        return;
    free(queries->offsets);
    free(queries->bytes);
    free(queries);
}

size_t queries_count(const struct queries *queries)
{
    return queries->count;
}

void queries_seek(struct queries *queries, uint64_t n)
{
    queries->at = n % queries->count;
}

struct query queries_next(struct queries *queries)
{
    const uint8_t *item = queries->bytes + queries->offsets[queries->at];
    if (++queries->at == queries->count)
        queries->at = 0;
    return (
        struct query){ .message = item + ITEM_HEAD, .length = get_u16(item + 1), .kind = item[0] };
}

enum kind kind_of_response(const uint8_t *message, size_t length)
{
    if (length < HEADER || message[2] & FLAG_TC)
        return KIND_OTHER;
    unsigned rcode = message[3] & 15;
    if (rcode == RCODE_NXDOMAIN)
        return KIND_NXDOMAIN;
    if (rcode)
        return KIND_OTHER;
    if (get_u16(message + 6))
        return KIND_ANSWER;
    return message[2] & FLAG_AA || !get_u16(message + 8) ? KIND_NODATA : KIND_REFERRAL;
}

bool kind_is_right(enum kind kind, uint8_t expected, const uint8_t *message)
{
    if (kind != (expected & ~KIND_SIGNED))
        return false;
    if (!(expected & KIND_SIGNED))
        return true;
    /* RRset and RRSIG; or SOA, an NSEC or NSEC3, and an RRSIG of each */
    return kind == KIND_ANSWER ? get_u16(message + 6) >= 2 : get_u16(message + 8) >= 4;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The wire form of `name` at `out`; returns the bytes. */
static size_t put_name(uint8_t *out, const char *name)
{
    size_t pos = 0;
    while (*name && strcmp(name, ".") != 0) {
        size_t length = strcspn(name, ".");
        out[pos++] = (uint8_t)length;
        memcpy(out + pos, name, length);
        pos += length;
        name += length + (name[length] == '.');
    }
    out[pos++] = 0;
    return pos;
}

void queries_write(FILE *file, const char *name, uint16_t type, uint8_t kind)
{
    static const uint8_t header[HEADER] = { [5] = 1 /* question */, [11] = 1 /* OPT */ };
    uint8_t item[ITEM_HEAD + QUERY_MAX] = { kind };
    uint8_t *message = item + ITEM_HEAD;
    memcpy(message, header, HEADER);
    size_t length = HEADER + put_name(message + HEADER, name);
    const uint8_t tail[] = { (uint8_t)(type >> 8),
                             (uint8_t)type,
                             0,
                             1,
                             0,
                             0,
                             41,
                             4,
                             208,
                             0,
                             0,
                             kind & KIND_SIGNED ? 0x80 : 0,
                             0,
                             0,
                             0 };
    memcpy(message + length, tail, sizeof(tail));
    length += sizeof(tail);
    item[1] = (uint8_t)(length >> 8);
    item[2] = (uint8_t)length;
    fwrite(item, 1, ITEM_HEAD + length, file);
}
