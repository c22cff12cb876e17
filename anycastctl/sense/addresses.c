/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addresses.c - rtnetlink's notices, and what follows from them. What a notice says is not read:
 * that something has changed is enough to ask anew. */
#include "anycastctl/sense/addresses.h"

#include "anycastctl/sense/routes.h"
#include "common/mem.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    POLL_MS = 1000, /* local routes come and go without a notice that we take */
    REST_MS = 20,   /* between notices: a host that changes all the time must not keep us busy */
    NOTICE_BYTES = 8192,
};

struct addresses {
    struct ev_loop *loop;
    const struct settings *settings;
    void (*changed)(void *arg);
    void *arg;
    struct routes routes;
    ev_io notices;
    ev_timer poll, rest;
    bool known; /* the kernel said something of each address */
    const struct addr *absent[SERVICES_MAX][FAMILY_COUNT];
};

/* The first address of the family that is not here. */
static const struct addr *look_up(struct addresses *a, const struct service_family *family)
{
    const struct addr *absent = NULL;
    for (unsigned i = 0; i < family->address_count; i++) {
        const enum route_kind kind = routes_look_up(&a->routes, &family->address[i]);
        a->known &= kind != ROUTE_UNKNOWN;
        if (!absent && (kind == ROUTE_NONE || kind == ROUTE_AWAY))
            absent = &family->address[i];
    }
    return absent;
}

/* Returns true if something has changed. */
static bool look(struct addresses *a)
{
    bool changed = false;
    a->known = true;
    for (unsigned s = 0; s < a->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct addr *absent = look_up(a, &a->settings->service[s].family[f]);
            changed |= absent != a->absent[s][f];
            a->absent[s][f] = absent;
        }
    return changed;
}

static void look_and_tell(struct addresses *a)
{
    if (look(a))
        a->changed(a->arg);
}

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    look_and_tell(timer->data);
}

static void on_rested(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct addresses *a = timer->data;
    ev_io_start(loop, &a->notices);
}

/* ENOBUFS means that there were more notices than there is room for. */
static void on_notice(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    struct addresses *a = io->data;
    char bytes[NOTICE_BYTES];
    while (recv(io->fd, bytes, sizeof bytes, 0) >= 0 || errno == ENOBUFS)
        ;
    ev_io_stop(loop, io);
    ev_timer_set(&a->rest, REST_MS / 1000.0, 0);
    ev_timer_start(loop, &a->rest);
    look_and_tell(a);
}

static int open_notices(void)
{
    const struct sockaddr_nl groups = {
        .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
    };
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&groups, sizeof groups) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

struct addresses *addresses_new(struct ev_loop *loop, const struct settings *settings,
                                void (*changed)(void *arg), void *arg)
{
    struct addresses *a = mem_zalloc(sizeof *a);
    a->loop = loop;
    a->settings = settings;
    a->changed = changed;
    a->arg = arg;
    a->routes = routes_open();
    ev_io_init(&a->notices, on_notice, open_notices(), EV_READ);
    ev_timer_init(&a->poll, on_poll, POLL_MS / 1000.0, POLL_MS / 1000.0);
    ev_timer_init(&a->rest, on_rested, 0, 0);
    a->notices.data = a->poll.data = a->rest.data = a;
    look(a);
    if (a->notices.fd >= 0)
        ev_io_start(loop, &a->notices);
    ev_timer_start(loop, &a->poll);
    return a;
}

void addresses_free(struct addresses *a)
{
    if (!a)
        return;
    ev_io_stop(a->loop, &a->notices);
    ev_timer_stop(a->loop, &a->poll);
    ev_timer_stop(a->loop, &a->rest);
    if (a->notices.fd >= 0)
        close(a->notices.fd);
    routes_close(&a->routes);
    free(a);
}

const struct addr *addresses_absent(const struct addresses *a, unsigned service, enum family family)
{
    return a->absent[service][family];
}

struct host_finding addresses_finding(const struct addresses *a)
{
    struct host_finding out = { .state = a->known ? HOST_GOOD : HOST_UNKNOWN };
    char text[ADDR_TEXT_MAX];
    size_t len = 0;
    for (unsigned s = 0; s < a->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            if (!a->absent[s][f] || len >= sizeof out.detail)
                continue;
            out.state = HOST_BAD;
            len += (size_t)snprintf(
                out.detail + len, sizeof out.detail - len, "%s%s",
                len ? ", " : "not on this host: ", addr_text_host(a->absent[s][f], text));
        }
    return out;
}
