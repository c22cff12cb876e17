/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_timeout.c - the rule by which idle timeouts shorten. */
#include "dnsd/net/tcp_timeout.h"

enum { SHORTEST_MS = 100, SHORTEN_TO = 10 /* a tenth */ };

static int64_t at_least(int64_t value, int64_t least)
{
    return value < least ? least : value;
}

int64_t tcp_timeout_ms(const struct tcp_settings *settings, size_t open)
{
    int64_t longest = settings->idle_timeout_ms;
    int64_t shortest = at_least(longest / SHORTEN_TO, SHORTEST_MS);
    int64_t half = (int64_t)settings->connections_max / 2;
    int64_t rest = (int64_t)settings->connections_max - half;
    int64_t over = (int64_t)open - half;
    if (over <= 0 || shortest >= longest)
        return longest;
    return at_least(longest - (longest - shortest) * over / rest, shortest);
}

uint16_t tcp_timeout_in_100ms(int64_t timeout_ms)
{
    int64_t units = at_least(timeout_ms / 100, 1);
    return units < UINT16_MAX ? (uint16_t)units : UINT16_MAX;
}
