/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c - name compression. Knows labels and pointers; hides the list and the hashed tree. */
#include "dnsd/answer/names.h"

#include "common/dname.h"

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
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

/* Whole words, the last of which may overlap: labels are too short for a call. */
static inline bool bytes_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    if (n < 4)
        return n < 1 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
    if (n < 8)
        return load32(a) == load32(b) && load32(a + n - 4) == load32(b + n - 4);
    for (size_t i = 0; i + 8 < n; i += 8)
        if (load64(a + i) != load64(b + i))
            return false;
    return load64(a + n - 8) == load64(b + n - 8);
}

static bool equal_but_for_case(const uint8_t *a, const uint8_t *b)
{
    for (unsigned i = 1; i <= *a; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/* Mostly they are the same bytes: what else would be under the same parent? */
static inline bool label_equal(const uint8_t *a, const uint8_t *b, bool exact_case)
{
    if (*a != *b)
        return false;
    return bytes_equal(a, b, *a + 1u) || (!exact_case && equal_but_for_case(a, b));
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

static inline void split(const uint8_t *name, struct names_labels *labels)
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

/* What the name has in common with the question's, label by label from the right. */
static inline struct suffix find_in_question(struct names *names, const uint8_t *message,
                                             const uint8_t *name, const struct names_labels *labels)
{
    struct names_labels *question = &names->question;
    struct suffix known = { .missing = labels->count };
    if (names->first == 0)
        return known;
    if (question->count == NAMES_UNREAD)
        split(message + names->first, question);
    for (unsigned left = question->count; left && known.missing; known.missing--) {
        const uint16_t offset = (uint16_t)(names->first + question->at[--left]);
        const uint8_t *label = name + labels->at[known.missing - 1];
        if (!label_equal(message + offset, label, names->exact_case))
            break;
        known = (struct suffix){ known.missing, offset, 1 };
    }
    return known;
}

/* A name whose first label alone is not the question's: where has it been? 0: nowhere. */
static uint16_t find_short(const struct names *names, const uint8_t *message, const uint8_t *label,
                           uint16_t parent)
{
    for (unsigned i = 0; i < names->short_count; i++) {
        const struct names_short *one = &names->shorts[i];
        if (one->parent == parent && label_equal(message + one->offset, label, names->exact_case))
            return one->offset;
    }
    return 0;
}

static inline struct suffix find_in_table(const struct names *names, const uint8_t *message,
                                          const uint8_t *name, const struct names_labels *labels,
                                          struct suffix known)
{
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
static void file_labels(struct names *names, const uint8_t *message,
                        const struct names_labels *labels, struct suffix known, size_t offset)
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

/* From the list to the table. */
static void start_table(struct names *names, const uint8_t *message)
{
    memset(names->slots, 0, names->count * sizeof(*names->slots));
    names->ready = true;
    for (unsigned i = 0; i < names->short_count; i++) {
        const struct names_short one = names->shorts[i];
        *find_slot(names, message, one.parent, message + one.offset) = (struct names_slot){
            .offset = one.offset, .parent = one.parent, .hops = one.parent ? 1 : 0
        };
        names->used++;
    }
}

static void write_name(struct wire_writer *w, const uint8_t *name, size_t own, uint16_t rest)
{
    wire_put(w, name, own);
    if (rest)
        wire_put_u16(w, names_pointer(rest));
    else
        wire_put_u8(w, 0);
}

/* One label of its own, and room in the list. */
static uint16_t put_short(struct names *names, struct wire_writer *w, const uint8_t *name,
                          uint16_t parent)
{
    const uint16_t found = find_short(names, w->start, name, parent);
    const size_t offset = w->pos;
    if (found) {
        wire_put_u16(w, names_pointer(found));
        return found;
    }
    write_name(w, name, name[0] + 1u, parent);
    if (!w->overflow && offset <= NAMES_OFFSET_MAX)
        names->shorts[names->short_count++] = (struct names_short){ (uint16_t)offset, parent };
    return (uint16_t)offset;
}

static uint16_t put_by_table(struct names *names, struct wire_writer *w, const uint8_t *name,
                             const struct names_labels *labels, struct suffix known)
{
    if (!names->ready)
        start_table(names, w->start);
    known = find_in_table(names, w->start, name, labels, known);
    const size_t offset = w->pos;
    write_name(w, name, labels->at[known.missing], known.offset);
    if (w->overflow)
        return 0;
    if (known.offset && !known.missing)
        return known.offset;
    file_labels(names, w->start, labels, known, offset);
    return (uint16_t)offset;
}

uint16_t names_put(struct names *names, struct wire_writer *w, const uint8_t *name)
{
    struct names_labels labels;
    split(name, &labels);
    const struct suffix known = find_in_question(names, w->start, name, &labels);
    if (known.missing == 0) {
        const size_t offset = w->pos;
        write_name(w, name, 0, known.offset);
        return known.offset ? known.offset : (uint16_t)offset; /* the root */
    }
    if (known.missing == 1 && !names->ready && names->short_count < NAMES_SHORTS_MAX)
        return put_short(names, w, name, known.offset);
    return put_by_table(names, w, name, &labels, known);
}
