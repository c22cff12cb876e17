/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.c - bump allocation in chunks that grow from small (a zone of seven records) to large. */
#include "dnsd/zone/pool.h"

#include "common/mem.h"

#include <stdlib.h>

enum { CHUNK_FIRST = 4 << 10, CHUNK_MAX = 1 << 20 };

struct pool_chunk {
    struct pool_chunk *before;
    size_t cap;
    unsigned char bytes[];
};

static void grow(struct pool *pool, size_t bytes)
{
    size_t cap = pool->chunk ? pool->chunk->cap * 2 : CHUNK_FIRST;
    if (cap > CHUNK_MAX)
        cap = CHUNK_MAX;
    if (cap < bytes)
        cap = bytes;
    struct pool_chunk *chunk = mem_alloc(sizeof *chunk + cap);
    chunk->before = pool->chunk;
    chunk->cap = cap;
    pool->chunk = chunk;
    pool->used = 0;
}

void *pool_alloc(struct pool *pool, size_t bytes)
{
    bytes = (bytes + 7) & ~(size_t)7;
    if (!pool->chunk || pool->chunk->cap - pool->used < bytes)
        grow(pool, bytes);
    void *piece = pool->chunk->bytes + pool->used;
    pool->used += bytes;
    return piece;
}

void pool_free(struct pool *pool)
{
    struct pool_chunk *before;
    for (struct pool_chunk *chunk = pool->chunk; chunk; chunk = before) {
        before = chunk->before;
        free(chunk);
    }
    *pool = (struct pool){ 0 };
}
