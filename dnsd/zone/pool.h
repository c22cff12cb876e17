/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.h - many small pieces of memory that live and die together. */
#ifndef PROXIMA_ZONE_POOL_H
#define PROXIMA_ZONE_POOL_H

#include <stddef.h>

struct pool_chunk;

/* Zeroed: an empty pool. */
struct pool {
    struct pool_chunk *chunk;
    size_t used; /* bytes of `chunk` */
};

/* `bytes` of new memory, aligned to 8, valid until pool_free. */
void *pool_alloc(struct pool *pool, size_t bytes);
void pool_free(struct pool *pool);

#endif
