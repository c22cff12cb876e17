/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listen.c - making listening sockets. Knows the socket options and why each is set; hides their
 * differences between the families. */
#include "dnsd/net/listen.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    /* Connections that wait for accept: a burst of some 10 ms; the kernel's somaxconn bounds it. */
    TCP_BACKLOG = 1024,
    IPV6_MIN_MTU = 1280, /* RFC 8200 5 */
    /* What the kernel holds for a client that takes no more; it would be megabytes. */
    TCP_NOT_SENT_MAX = 128 * 1024,
};

struct option {
    int level, name, value;
};

/* An address that appears later is answered from that moment. The v6 socket leaves IPv4 to its
 * sibling. */
static const struct option any4[] = { { IPPROTO_IP, IP_FREEBIND, 1 }, { 0 } };
static const struct option any6[] = { { IPPROTO_IPV6, IPV6_V6ONLY, 1 },
                                      { IPPROTO_IPV6, IPV6_FREEBIND, 1 },
                                      { 0 } };

static const struct option shared[] = { { SOL_SOCKET, SO_REUSEPORT, 1 }, { 0 } };

/* PROBE: DF is set, and what ICMP says of the path's MTU is not believed: it may be forged, or
 * about another site's path. A response of the default size fits everywhere (RFC 9715 3.1). That
 * the kernel needs no ID for such a packet saves it some 2 % of its work. OMIT: DF is not set, and
 * ICMP is not believed either. */
static const struct option udp4_whole[] = { { IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE },
                                            { 0 } };
static const struct option udp4_fragments[] = { { IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT },
                                                { 0 } };
/* As RFC 3542 11.1's IPV6_USE_MIN_MTU, which Linux has not: whatever ICMP or a route says, nothing
 * is larger than 1,280 bytes. (No response is, either: udp.c.) */
static const struct option udp6_minimum[] = { { IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                                                IPV6_PMTUDISC_OMIT },
                                              { IPPROTO_IPV6, IPV6_MTU, IPV6_MIN_MTU },
                                              { 0 } };
/* TCP's segments are small enough; ICMP is not believed, and a path that takes even less may
 * fragment them over IPv4. */
static const struct option tcp4_path[] = { { IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT },
                                           { 0 } };
static const struct option tcp6_path[] = { { IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT },
                                           { 0 } };
/* Each datagram tells which address it was sent to. */
static const struct option udp4_wildcard[] = { { IPPROTO_IP, IP_PKTINFO, 1 }, { 0 } };
static const struct option udp6_wildcard[] = { { IPPROTO_IPV6, IPV6_RECVPKTINFO, 1 }, { 0 } };

/* Inherited by accepted connections. REUSEADDR: a restart finds old connections in TIME_WAIT. */
static const struct option tcp_any[] = { { SOL_SOCKET, SO_REUSEADDR, 1 },
                                         { IPPROTO_TCP, TCP_NODELAY, 1 },
                                         { IPPROTO_TCP, TCP_NOTSENT_LOWAT, TCP_NOT_SENT_MAX },
                                         { 0 } };

static int set_options(int fd, const struct option *options)
{
    for (; options->name; options++)
        if (setsockopt(fd, options->level, options->name, &options->value, sizeof options->value))
            return -1;
    return 0;
}

/* A receive that finds nothing returns after this time. */
static int set_wait(int fd)
{
    static const struct timeval wait = { .tv_usec = LISTEN_UDP_WAIT_MS * 1000 };
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
}

/* What a reader can do about a bind that failed. */
static const char *remedy(int error)
{
    switch (error) {
    case EADDRINUSE:
        return " (another server has this port: see `ss -lnptu`)";
    case EACCES:
        return " (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
    default:
        return "";
    }
}

/* Reports errno for `addr`, and closes `fd` if it is one. */
static int fail(int fd, const struct addr *addr, int type, struct err *err)
{
    char text[ADDR_TEXT_MAX];
    int error = errno;
    if (fd >= 0)
        close(fd);
    return err_set(err, "listen %s (%s): %s%s", addr_text(addr, text),
                   type == SOCK_DGRAM ? "UDP" : "TCP", strerror(error), remedy(error));
}

static int open_socket(const struct addr *addr, int type)
{
    return socket(addr->sa.sa_family, type | SOCK_CLOEXEC, 0);
}

static bool is_v6(const struct addr *addr)
{
    return addr_family(addr) == 6;
}

/* Asks for `bytes`, beyond the system's limit if we are allowed to. */
static void set_buffer(int fd, int name, int force_name, int bytes)
{
    if (setsockopt(fd, SOL_SOCKET, force_name, &bytes, sizeof bytes))
        (void)setsockopt(fd, SOL_SOCKET, name, &bytes, sizeof bytes);
}

static const struct option *udp_path(const struct udp_settings *settings, bool v6)
{
    if (v6)
        return udp6_minimum;
    return settings->may_fragment ? udp4_fragments : udp4_whole;
}

int listen_udp(const struct addr *addr, const struct udp_settings *settings, struct err *err)
{
    bool v6 = is_v6(addr);
    int fd = open_socket(addr, SOCK_DGRAM);
    if (fd < 0 || set_options(fd, shared) || set_options(fd, v6 ? any6 : any4) || set_wait(fd) ||
        set_options(fd, udp_path(settings, v6)))
        return fail(fd, addr, SOCK_DGRAM, err);
    if (addr_is_any(addr) && set_options(fd, v6 ? udp6_wildcard : udp4_wildcard))
        return fail(fd, addr, SOCK_DGRAM, err);
    set_buffer(fd, SO_RCVBUF, SO_RCVBUFFORCE, settings->receive_bytes);
    set_buffer(fd, SO_SNDBUF, SO_SNDBUFFORCE, settings->send_bytes);
    if (bind(fd, &addr->sa, addr->len))
        return fail(fd, addr, SOCK_DGRAM, err);
    return fd;
}

int listen_tcp(const struct addr *addr, int segment_max, struct err *err)
{
    const struct option segment[] = { { IPPROTO_TCP, TCP_MAXSEG, segment_max }, { 0 } };
    bool v6 = is_v6(addr);
    int fd = open_socket(addr, SOCK_STREAM | SOCK_NONBLOCK);
    if (fd < 0 || set_options(fd, shared) || set_options(fd, v6 ? any6 : any4) ||
        set_options(fd, v6 ? tcp6_path : tcp4_path) || set_options(fd, tcp_any) ||
        set_options(fd, segment) || bind(fd, &addr->sa, addr->len) || listen(fd, TCP_BACKLOG))
        return fail(fd, addr, SOCK_STREAM, err);
    return fd;
}

/* A bind without SO_REUSEPORT and IP_FREEBIND: what do they hide? */
static int probe(const struct addr *addr, int type)
{
    static const struct option only6[] = { { IPPROTO_IPV6, IPV6_V6ONLY, 1 }, { 0 } };
    static const struct option again[] = { { SOL_SOCKET, SO_REUSEADDR, 1 }, { 0 } };
    static const struct option none[] = { { 0 } };
    int fd = open_socket(addr, type);
    if (fd < 0)
        return errno;
    int error = 0;
    if (set_options(fd, is_v6(addr) ? only6 : none) ||
        set_options(fd, type == SOCK_STREAM ? again : none) || bind(fd, &addr->sa, addr->len))
        error = errno;
    close(fd);
    return error;
}

int listen_probe(const struct addr *addr, enum listen_state *state, struct err *err)
{
    static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
    *state = LISTEN_FREE;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        int error = probe(addr, types[i]);
        if (error == EADDRNOTAVAIL) {
            *state = LISTEN_MISSING;
        } else if (error) {
            errno = error;
            return fail(-1, addr, types[i], err);
        }
    }
    return 0;
}

bool listen_address_present(const struct addr *addr)
{
    struct addr anywhere = *addr;
    addr_set_port(&anywhere, 0);
    return probe(&anywhere, SOCK_DGRAM) != EADDRNOTAVAIL;
}

uint16_t listen_port(int fd)
{
    struct addr addr = { .len = sizeof addr.in6 };
    if (getsockname(fd, &addr.sa, &addr.len))
        return 0;
    return addr_port(&addr);
}
