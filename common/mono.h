/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mono.h - monotonic time as a type of its own, so that it is never mixed up with durations or
 * wall-clock time. CLOCK_MONOTONIC is shared by all processes of a machine, so a stamp that dnsd
 * puts into its report can be compared with anycastd's own now. Only event loops call mono_now().
 */
#ifndef PROXIMA_COMMON_MONO_H
#define PROXIMA_COMMON_MONO_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct mono {
    int64_t ns; /* nanoseconds since an arbitrary start; 0 means "never" */
};

static inline struct mono mono_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (struct mono){ (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec };
}

static inline struct mono mono_never(void)
{
    return (struct mono){ 0 };
}

static inline bool mono_is_never(struct mono t)
{
    return t.ns == 0;
}

static inline struct mono mono_add_ms(struct mono t, int64_t ms)
{
    return (struct mono){ t.ns + ms * 1000000 };
}

/* `later - earlier` in whole milliseconds, rounded towards zero; negative when the order is wrong.
 */
static inline int64_t mono_diff_ms(struct mono later, struct mono earlier)
{
    return (later.ns - earlier.ns) / 1000000;
}

static inline double mono_diff_s(struct mono later, struct mono earlier)
{
    return (double)(later.ns - earlier.ns) / 1e9;
}

static inline bool mono_before(struct mono a, struct mono b)
{
    return a.ns < b.ns;
}

#endif
