/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loop.h - libev, included in one way everywhere: always with an explicit `struct ev_loop *`.
 * libev's watcher casts break strict aliasing by design; the pragma silences just its header. */
#ifndef PROXIMA_COMMON_LOOP_H
#define PROXIMA_COMMON_LOOP_H

#define EV_COMPAT3 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-aliasing"
#include <ev.h>
#pragma GCC diagnostic pop

#endif
