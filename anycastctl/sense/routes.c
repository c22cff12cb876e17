/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes.c - one netlink message there, one back. */
#include "anycastctl/sense/routes.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES = 4096, STRAY_MAX = 8 /* answers to questions that were given up */ };

struct routes routes_open(void)
{
    return (struct routes){ .fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                         NETLINK_ROUTE) };
}

void routes_close(struct routes *routes)
{
    if (routes->fd >= 0)
        close(routes->fd);
    routes->fd = -1;
}

size_t routes_question(const struct addr *to, uint32_t seq, uint8_t out[ROUTES_QUESTION_MAX])
{
    const bool is4 = addr_family(to) == 4;
    const void *bytes = is4 ? (const void *)&to->in4.sin_addr : &to->in6.sin6_addr;
    const size_t count = is4 ? sizeof to->in4.sin_addr : sizeof to->in6.sin6_addr;
    const struct rtattr destination = { .rta_len = (unsigned short)RTA_LENGTH(count),
                                        .rta_type = RTA_DST };
    const struct rtmsg route = { .rtm_family = (unsigned char)to->sa.sa_family,
                                 .rtm_dst_len = (unsigned char)(count * 8) };
    const size_t len = NLMSG_LENGTH(sizeof route) + RTA_LENGTH(count);
    const struct nlmsghdr header = { .nlmsg_len = (uint32_t)len,
                                     .nlmsg_type = RTM_GETROUTE,
                                     .nlmsg_flags = NLM_F_REQUEST,
                                     .nlmsg_seq = seq };

    memcpy(out, &header, sizeof header);
    memcpy(out + NLMSG_HDRLEN, &route, sizeof route);
    memcpy(out + NLMSG_LENGTH(sizeof route), &destination, sizeof destination);
    memcpy(out + NLMSG_LENGTH(sizeof route) + RTA_LENGTH(0), bytes, count);
    return len;
}

static enum route_kind kind_of_error(int error)
{
    switch (error) {
    case ENETUNREACH:
    case EHOSTUNREACH: /* an unreachable route */
    case EACCES:       /* a prohibit route */
    case EINVAL:       /* a blackhole route */
        return ROUTE_NONE;
    default:
        return ROUTE_UNKNOWN;
    }
}

static enum route_kind kind_of_type(unsigned type)
{
    switch (type) {
    case RTN_LOCAL:
    case RTN_ANYCAST: /* of IPv6: the host takes it, too */
        return ROUTE_HERE;
    case RTN_UNICAST:
        return ROUTE_AWAY;
    case RTN_BLACKHOLE:
    case RTN_UNREACHABLE:
    case RTN_PROHIBIT:
    case RTN_THROW:
        return ROUTE_NONE;
    default:
        return ROUTE_UNKNOWN;
    }
}

enum route_kind routes_answer(const void *message, size_t len, uint32_t seq)
{
    struct nlmsghdr header;
    struct nlmsgerr error;
    struct rtmsg route;

    if (len < sizeof header)
        return ROUTE_UNKNOWN;
    memcpy(&header, message, sizeof header);
    if (header.nlmsg_len > len || header.nlmsg_seq != seq)
        return ROUTE_UNKNOWN;
    const uint8_t *body = (const uint8_t *)message + NLMSG_HDRLEN;
    if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len >= NLMSG_LENGTH(sizeof error)) {
        memcpy(&error, body, sizeof error);
        return kind_of_error(-error.error);
    }
    if (header.nlmsg_type != RTM_NEWROUTE || header.nlmsg_len < NLMSG_LENGTH(sizeof route))
        return ROUTE_UNKNOWN;
    memcpy(&route, body, sizeof route);
    return kind_of_type(route.rtm_type);
}

enum route_kind routes_look_up(struct routes *routes, const struct addr *to)
{
    uint8_t question[ROUTES_QUESTION_MAX], answer[ANSWER_BYTES];
    const size_t len = routes_question(to, ++routes->seq, question);

    if (send(routes->fd, question, len, 0) < 0)
        return ROUTE_UNKNOWN;
    for (int i = 0; i < STRAY_MAX; i++) {
        const ssize_t got = recv(routes->fd, answer, sizeof answer, 0);
        if (got < 0)
            break;
        const enum route_kind kind = routes_answer(answer, (size_t)got, routes->seq);
        if (kind != ROUTE_UNKNOWN)
            return kind;
    }
    return ROUTE_UNKNOWN;
}
