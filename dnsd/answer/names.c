/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c - name compression. Knows labels and pointers; hides the hashed tree of labels. */
#include "dnsd/answer/names.h"

#include "common/dname.h"

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

void names_init(struct names *names, struct names_slot *slots, uint32_t count, uint16_t first)
{
    *names = (struct names){ .slots = slots, .count = count, .first = first };
}

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

static inline uint32_t load32(const uint8_t *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

/* Of the first and the last eight bytes, without bit 5, which tells the cases apart. A hash that is
 * cheap: labels that collide cost a comparison. */
static uint32_t label_hash(uint16_t parent, const uint8_t *label)
{
    const uint64_t case_bits = UINT64_C(0x2020202020202020);
    size_t n = *label + 1u;
    uint64_t word;
    if (n >= 8)
        word = (load64(label) | case_bits) ^ (load64(label + n - 8) | case_bits) << 1;
    else if (n >= 4)
        word = (load32(label) | (uint64_t)load32(label + n - 4) << 32) | case_bits;
    else
        word = (label[1] | (uint64_t)label[n - 1] << 8 | (uint64_t)n << 16) | case_bits;
    word = (word ^ parent * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbb67ae8584caa73b);
    return (uint32_t)(word >> 32);
}

/* Mostly they are the same bytes: what else would be under the same parent and hash? */
static bool label_equal(const uint8_t *a, const uint8_t *b, bool exact_case)
{
    if (*a != *b)
        return false;
    if (memcmp(a + 1, b + 1, *a) == 0)
        return true;
    for (unsigned i = 1; i <= *a; i++)
        if (a[i] != b[i] && (exact_case || lower(a[i]) != lower(b[i])))
            return false;
    return true;
}

/* The slot of `label` under `parent`, or the free one where it belongs. */
static struct names_slot *find_slot(const struct names *names, const uint8_t *message,
                                    uint16_t parent, const uint8_t *label)
{
    uint32_t mask = names->count - 1;
    for (uint32_t i = label_hash(parent, label);; i++) {
        struct names_slot *slot = &names->slots[i & mask];
        if (!slot->offset)
            return slot;
        if (slot->parent == parent && label_equal(message + slot->offset, label, names->exact_case))
            return slot;
    }
}

/* Where each label of a name begins, in bytes from its first; the last entry is the root's. */
struct labels {
    unsigned count; /* the root's not counted */
    uint8_t at[DNAME_LABELS_MAX + 1];
};

static inline void split(const uint8_t *name, struct labels *labels)
{
    unsigned n = 0, at = 0;
    for (; name[at]; at += name[at] + 1u)
        labels->at[n++] = (uint8_t)at;
    labels->at[n] = (uint8_t)at;
    labels->count = n;
}

/* The longest suffix of a name that stands in the message already. */
struct suffix {
    unsigned missing; /* labels left of it */
    uint16_t offset;  /* 0: only the root is known */
    uint8_t hops;     /* pointers in a name that ends with a pointer to it */
};

static inline struct suffix find_suffix(const struct names *names, const uint8_t *message,
                                        const uint8_t *name, const struct labels *labels)
{
    struct suffix known = { .missing = labels->count };
    for (; known.missing; known.missing--) {
        const uint8_t *label = name + labels->at[known.missing - 1];
        const struct names_slot *slot = find_slot(names, message, known.offset, label);
        if (!slot->offset)
            break;
        known.offset = slot->offset;
        known.hops = (uint8_t)(slot->hops + 1);
    }
    return known;
}

/* Files the labels left of `known` of a name that was written at `offset`, from the right. What is
 * beyond a pointer's reach or would make chains of pointers too long, and what would fill the table
 * so far that searching gets slow, is left out: it costs bytes, never correctness. */
static void file_labels(struct names *names, const uint8_t *message, const struct labels *labels,
                        struct suffix known, size_t offset)
{
    uint32_t limit = names->count - names->count / 4;
    if (known.hops >= NAMES_HOPS_MAX)
        return;
    for (unsigned i = known.missing, parent = known.offset; i--;) {
        size_t label = offset + labels->at[i];
        if (label > NAMES_OFFSET_MAX || names->used == limit)
            return;
        *find_slot(names, message, (uint16_t)parent, message + label) =
            (struct names_slot){ .offset = (uint32_t)label, .parent = parent, .hops = known.hops };
        names->used++;
        parent = (unsigned)label;
    }
}

static void make_ready(struct names *names, const uint8_t *message)
{
    memset(names->slots, 0, names->count * sizeof(*names->slots));
    names->ready = true;
    if (names->first) {
        struct labels labels;
        split(message + names->first, &labels);
        file_labels(names, message, &labels, (struct suffix){ .missing = labels.count },
                    names->first);
    }
}

uint16_t names_put(struct names *names, struct wire_writer *w, const uint8_t *name)
{
    if (!names->ready)
        make_ready(names, w->start);
    struct labels labels;
    split(name, &labels);
    struct suffix known = find_suffix(names, w->start, name, &labels);
    size_t offset = w->pos;
    wire_put(w, name, labels.at[known.missing]);
    if (known.offset)
        wire_put_u16(w, names_pointer(known.offset));
    else
        wire_put_u8(w, 0);
    if (w->overflow)
        return 0;
    if (known.offset && !known.missing)
        return known.offset;
    file_labels(names, w->start, &labels, known, offset);
    return (uint16_t)offset;
}
