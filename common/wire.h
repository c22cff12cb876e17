/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h - bounded byte cursors in network order. Overflow latches: after the first failed put or
 * get nothing more is written or read, and the code between reads straight; check once at the end.
 * A get after the latch gives 0 / NULL. No allocation; the buffers are borrowed. */
#ifndef PROXIMA_COMMON_WIRE_H
#define PROXIMA_COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire_writer {
    uint8_t *start;
    size_t pos; /* bytes written */
    size_t cap; /* bytes that may be written */
    bool overflow;
};

struct wire_reader {
    const uint8_t *start;
    size_t pos;
    size_t len;
    bool overflow;
};

static inline struct wire_writer wire_writer(uint8_t *buf, size_t cap)
{
    return (struct wire_writer){ .start = buf, .cap = cap };
}

static inline struct wire_reader wire_reader(const uint8_t *buf, size_t len)
{
    return (struct wire_reader){ .start = buf, .len = len };
}

static inline size_t wire_room(const struct wire_writer *w)
{
    return w->overflow ? 0 : w->cap - w->pos;
}

static inline size_t wire_left(const struct wire_reader *r)
{
    return r->overflow ? 0 : r->len - r->pos;
}

/* Reserves `n` bytes and returns them, or NULL (latched). */
static inline uint8_t *wire_reserve(struct wire_writer *w, size_t n)
{
    if (w->overflow || w->cap - w->pos < n) {
        w->overflow = true;
        return NULL;
    }
    uint8_t *p = w->start + w->pos;
    w->pos += n;
    return p;
}

static inline void wire_put_u8(struct wire_writer *w, uint8_t v)
{
    uint8_t *p = wire_reserve(w, 1);
    if (p)
        p[0] = v;
}

static inline void wire_set_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void wire_set_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline uint16_t wire_peek_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_peek_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void wire_put_u16(struct wire_writer *w, uint16_t v)
{
    uint8_t *p = wire_reserve(w, 2);
    if (p)
        wire_set_u16(p, v);
}

static inline void wire_put_u32(struct wire_writer *w, uint32_t v)
{
    uint8_t *p = wire_reserve(w, 4);
    if (p)
        wire_set_u32(p, v);
}

static inline void wire_put(struct wire_writer *w, const void *data, size_t n)
{
    uint8_t *p = wire_reserve(w, n);
    if (p && n)
        memcpy(p, data, n);
}

/* Takes `n` bytes and returns them (borrowed from the buffer), or NULL (latched). */
static inline const uint8_t *wire_take(struct wire_reader *r, size_t n)
{
    if (r->overflow || r->len - r->pos < n) {
        r->overflow = true;
        return NULL;
    }
    const uint8_t *p = r->start + r->pos;
    r->pos += n;
    return p;
}

static inline uint8_t wire_get_u8(struct wire_reader *r)
{
    const uint8_t *p = wire_take(r, 1);
    return p ? p[0] : 0;
}

static inline uint16_t wire_get_u16(struct wire_reader *r)
{
    const uint8_t *p = wire_take(r, 2);
    return p ? wire_peek_u16(p) : 0;
}

static inline uint32_t wire_get_u32(struct wire_reader *r)
{
    const uint8_t *p = wire_take(r, 4);
    return p ? wire_peek_u32(p) : 0;
}

#endif
