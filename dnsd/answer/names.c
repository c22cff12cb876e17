/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c - name compression. Knows labels and pointers; hides the list and the hashed tree. */
#include "dnsd/answer/names.h"

#include "common/dname.h"

/* The bit of each byte that tells the cases of a letter apart. */
#define CASE_BITS UINT64_C(0x2020202020202020)

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
    size_t n = *label + 1u;
    uint64_t word;
    if (n >= 8)
        word = (load64(label) | CASE_BITS) ^ (load64(label + n - 8) | CASE_BITS) << 1;
    else if (n >= 4)
        word = (load32(label) | (uint64_t)load32(label + n - 4) << 32) | CASE_BITS;
    else
        word = (label[1] | (uint64_t)label[n - 1] << 8 | (uint64_t)n << 16) | CASE_BITS;
    word = (word ^ parent * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbb67ae8584caa73b);
    return (uint32_t)(word >> 32);
}

/* In which bits the bytes differ, all together. Whole words, the last of which may overlap: labels
 * are too short for a call. */
static inline uint64_t difference(const uint8_t *a, const uint8_t *b, size_t n)
{
    if (n < 4)
        return (uint64_t)((a[0] ^ b[0]) | (a[n / 2] ^ b[n / 2]) | (a[n - 1] ^ b[n - 1]));
    if (n < 8)
        return (load32(a) ^ load32(b)) | (load32(a + n - 4) ^ load32(b + n - 4));
    uint64_t bits = load64(a + n - 8) ^ load64(b + n - 8);
    for (size_t i = 0; i + 8 < n; i += 8)
        bits |= load64(a + i) ^ load64(b + i);
    return bits;
}

static bool equal_but_for_case(const uint8_t *a, const uint8_t *b)
{
    for (unsigned i = 1; i <= *a; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/* Mostly they are the same bytes, or no case would make them so. */
static inline bool label_equal(const uint8_t *a, const uint8_t *b, bool exact_case)
{
    if (*a != *b)
        return false;
    const uint64_t bits = difference(a, b, *a + 1u);
    if (bits == 0 || exact_case || bits & ~CASE_BITS)
        return bits == 0;
    return equal_but_for_case(a, b);
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

/* How many labels left of `known` the name has in common with `recent`, from the right. */
static inline unsigned count_common(const struct names *names, const uint8_t *message,
                                    const uint8_t *name, const struct names_labels *labels,
                                    struct suffix known, const struct names_recent *recent)
{
    unsigned n = 0;
    while (n < recent->count && n < known.missing &&
           label_equal(message + recent->offset + recent->at[recent->count - n - 1],
                       name + labels->at[known.missing - n - 1], names->exact_case))
        n++;
    return n;
}

/* What the name has in common with those before, left of `known`. */
static inline struct suffix find_in_recent(const struct names *names, const uint8_t *message,
                                           const uint8_t *name, const struct names_labels *labels,
                                           struct suffix known)
{
    for (unsigned i = 0; i < names->recent_count && known.missing; i++) {
        const struct names_recent *recent = &names->recent[i];
        if (recent->parent != known.offset)
            continue;
        const unsigned common = count_common(names, message, name, labels, known, recent);
        if (common == 0)
            continue; /* one at most has more: it would stand behind that one otherwise */
        known.missing -= common;
        known.offset = (uint16_t)(recent->offset + recent->at[recent->count - common]);
        known.hops = (uint8_t)(recent->hops + 1);
    }
    return known;
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
    for (unsigned i = 0; i < names->recent_count; i++) {
        const struct names_recent *recent = &names->recent[i];
        const struct suffix known = { recent->count, recent->parent, recent->hops };
        struct names_labels labels = { .count = recent->count };
        memcpy(labels.at, recent->at, sizeof(recent->at));
        file_labels(names, message, &labels, known, recent->offset);
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

static bool fits_into_list(const struct names *names, struct suffix known)
{
    return names->recent_count < NAMES_RECENT_MAX && known.missing <= NAMES_RECENT_LABELS_MAX;
}

/* Takes note of the labels left of `known`, of a name that was written at `offset`. */
static void remember(struct names *names, const struct names_labels *labels, struct suffix known,
                     size_t offset)
{
    if (offset + labels->at[known.missing - 1] > NAMES_OFFSET_MAX || known.hops >= NAMES_HOPS_MAX)
        return; /* as in file_labels */
    struct names_recent *recent = &names->recent[names->recent_count++];
    recent->offset = (uint16_t)offset;
    recent->parent = known.offset;
    recent->hops = known.hops;
    recent->count = (uint8_t)known.missing;
    memcpy(recent->at, labels->at, sizeof(recent->at));
}

uint16_t names_put(struct names *names, struct wire_writer *w, const uint8_t *name)
{
    struct names_labels labels;
    split(name, &labels);
    struct suffix known = find_in_question(names, w->start, name, &labels);
    if (!names->ready && known.missing) {
        known = find_in_recent(names, w->start, name, &labels, known);
        if (!fits_into_list(names, known))
            start_table(names, w->start);
    }
    if (names->ready)
        known = find_in_table(names, w->start, name, &labels, known);
    const size_t offset = w->pos;
    write_name(w, name, labels.at[known.missing], known.offset);
    if (known.offset && !known.missing)
        return known.offset;
    if (names->ready && !w->overflow)
        file_labels(names, w->start, &labels, known, offset);
    else if (known.missing && !w->overflow)
        remember(names, &labels, known, offset);
    return (uint16_t)offset;
}
