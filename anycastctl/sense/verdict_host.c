/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict_host.c - rules about the host around dnsd. */
#include "anycastctl/sense/verdict_scene.h"

static bool is_bad(const struct scene *s, enum host_check check, const char *what)
{
    const struct host_finding *finding = &s->node->host[check];
    return finding->state == HOST_BAD && scene_hold(s, "%s: %s", what, finding->detail);
}

bool host_without_route(const struct scene *s)
{
    return is_bad(s, s->family == FAMILY_4 ? HOST_ROUTE4 : HOST_ROUTE6, "routing");
}

bool host_without_disk(const struct scene *s)
{
    return is_bad(s, HOST_DISK, "disk");
}

bool host_without_clock(const struct scene *s)
{
    return is_bad(s, HOST_CLOCK, "clock");
}

bool host_without_conntrack(const struct scene *s)
{
    return is_bad(s, HOST_CONNTRACK, "conntrack");
}

bool host_loaded(const struct scene *s)
{
    return is_bad(s, HOST_LOAD, "load");
}
