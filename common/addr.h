/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr.h - socket addresses and prefixes, IPv4 and IPv6, in text and in struct form.
 * Text of an address: "192.0.2.53", "192.0.2.53@5353", "2001:db8::53", "2001:db8::53@5353"
 * (the @ as in NSD and Knot, because a colon is ambiguous with IPv6). No allocation. */
#ifndef PROXIMA_COMMON_ADDR_H
#define PROXIMA_COMMON_ADDR_H

#include "common/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDR_TEXT_MAX 64 /* longest text form of an address with port, or of a prefix, with NUL */

struct addr {
    socklen_t len;
    union {
        struct sockaddr sa;
        struct sockaddr_in in4;
        struct sockaddr_in6 in6;
    };
};

struct prefix {
    struct addr base; /* host bits are zero, port is zero */
    uint8_t bits;     /* 0..32 or 0..128 */
};

/* Parses an address; `default_port` (host order) is used where the text has none. */
int addr_parse(const char *text, uint16_t default_port, struct addr *out, struct err *err);

/* "192.0.2.53@53". Returns `out`. addr_text_host leaves the port out. */
char *addr_text(const struct addr *addr, char out[ADDR_TEXT_MAX]);
char *addr_text_host(const struct addr *addr, char out[ADDR_TEXT_MAX]);

uint16_t addr_port(const struct addr *addr); /* host order */
void addr_set_port(struct addr *addr, uint16_t port);
int addr_family(const struct addr *addr);                    /* 4 or 6 */
bool addr_is_any(const struct addr *addr);                   /* 0.0.0.0 or :: */
bool addr_equal(const struct addr *a, const struct addr *b); /* port included */

/* Parses "192.0.2.0/24", "2001:db8::/32"; an address alone is a /32 or /128. Host bits that are set
 * are an error that names the prefix meant. */
int prefix_parse(const char *text, struct prefix *out, struct err *err);
char *prefix_text(const struct prefix *prefix, char out[ADDR_TEXT_MAX]);

/* True if `addr` is within `prefix`. IPv4-mapped IPv6 addresses count as IPv4. */
bool prefix_contains(const struct prefix *prefix, const struct addr *addr);

/* The same addresses; and whether any address is in both, which is so if one contains the other. */
bool prefix_equal(const struct prefix *a, const struct prefix *b);
bool prefixes_overlap(const struct prefix *a, const struct prefix *b);

/* True if one of them contains it. */
bool prefixes_contain(const struct prefix *prefixes, size_t count, const struct addr *addr);

#endif
