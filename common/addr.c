/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr.c - addresses and prefixes. Knows both families and their text; hides the sockaddr unions
 * and the byte order. */
#include "common/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of an address in network order, whatever its family. */
struct bytes {
    const uint8_t *at;
    unsigned bits; /* 32 or 128 */
};

static struct bytes bytes_of(const struct addr *addr)
{
    if (addr->sa.sa_family == AF_INET)
        return (struct bytes){ (const uint8_t *)&addr->in4.sin_addr, 32 };
    return (struct bytes){ (const uint8_t *)&addr->in6.sin6_addr, 128 };
}

static struct addr addr_from_in4(const void *four_bytes)
{
    struct addr addr = { .len = sizeof addr.in4 };
    addr.in4.sin_family = AF_INET;
    memcpy(&addr.in4.sin_addr, four_bytes, 4);
    return addr;
}

static struct addr addr_from_in6(const struct in6_addr *in6)
{
    struct addr addr = { .len = sizeof addr.in6 };
    addr.in6.sin6_family = AF_INET6;
    addr.in6.sin6_addr = *in6;
    return addr;
}

/* ::ffff:192.0.2.1 (RFC 4291 2.5.5.2) as 192.0.2.1; any other address as it is. The port is lost.
 */
static struct addr addr_unmapped(const struct addr *addr)
{
    if (addr->sa.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr))
        return addr_from_in4(addr->in6.sin6_addr.s6_addr + 12);
    return *addr;
}

/* The host part of `text`: what stands before `mark` or the end. */
static int parse_host(const char *text, size_t len, struct addr *out, struct err *err)
{
    char host[INET6_ADDRSTRLEN];
    struct in_addr in4;
    struct in6_addr in6;
    if (len < sizeof host) {
        memcpy(host, text, len);
        host[len] = '\0';
        if (inet_pton(AF_INET, host, &in4) == 1) {
            *out = addr_from_in4(&in4);
            return 0;
        }
        if (inet_pton(AF_INET6, host, &in6) == 1) {
            *out = addr_from_in6(&in6);
            return 0;
        }
    }
    return err_set(err, "\"%.100s\" is not an IPv4 or IPv6 address", text);
}

/* Digits only, at most `max`. */
static int parse_number(const char *text, unsigned max, unsigned *out)
{
    unsigned value = 0;
    if (*text == '\0' || strlen(text) > 5)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = value * 10 + (unsigned)(*text - '0');
    }
    *out = value;
    return value <= max ? 0 : -1;
}

int addr_parse(const char *text, uint16_t default_port, struct addr *out, struct err *err)
{
    size_t host_len = strcspn(text, "@");
    unsigned port = default_port;
    struct addr addr;
    if (parse_host(text, host_len, &addr, err))
        return -1;
    if (text[host_len] == '@' && parse_number(text + host_len + 1, UINT16_MAX, &port))
        return err_set(err, "\"%.100s\": the port after @ is not a number from 0 to 65535", text);
    addr_set_port(&addr, (uint16_t)port);
    *out = addr;
    return 0;
}

char *addr_text_host(const struct addr *addr, char out[ADDR_TEXT_MAX])
{
    if (!inet_ntop(addr->sa.sa_family, bytes_of(addr).at, out, ADDR_TEXT_MAX))
        strcpy(out, "?");
    return out;
}

char *addr_text(const struct addr *addr, char out[ADDR_TEXT_MAX])
{
    size_t used = strlen(addr_text_host(addr, out));
    snprintf(out + used, ADDR_TEXT_MAX - used, "@%u", (unsigned)addr_port(addr));
    return out;
}

uint16_t addr_port(const struct addr *addr)
{
    return ntohs(addr->sa.sa_family == AF_INET ? addr->in4.sin_port : addr->in6.sin6_port);
}

void addr_set_port(struct addr *addr, uint16_t port)
{
    if (addr->sa.sa_family == AF_INET)
        addr->in4.sin_port = htons(port);
    else
        addr->in6.sin6_port = htons(port);
}

int addr_family(const struct addr *addr)
{
    return addr->sa.sa_family == AF_INET ? 4 : 6;
}

bool addr_is_any(const struct addr *addr)
{
    static const uint8_t zeros[16];
    struct bytes bytes = bytes_of(addr);
    return memcmp(bytes.at, zeros, bytes.bits / 8) == 0;
}

/* The scope (the link of an fe80:: address) is part of the address; the flow label is not. */
bool addr_equal(const struct addr *a, const struct addr *b)
{
    struct bytes in_a = bytes_of(a), in_b = bytes_of(b);
    return in_a.bits == in_b.bits && memcmp(in_a.at, in_b.at, in_a.bits / 8) == 0 &&
           addr_port(a) == addr_port(b) &&
           (in_a.bits == 32 || a->in6.sin6_scope_id == b->in6.sin6_scope_id);
}

/* Zeroes what is behind the first `bits` bits; true if something had been set there. */
static bool clear_host_bits(struct addr *addr, unsigned bits)
{
    struct bytes bytes = bytes_of(addr);
    uint8_t *at = (uint8_t *)bytes.at;
    bool had_some = false;
    for (unsigned i = 0; i < bytes.bits / 8; i++) {
        unsigned kept = bits >= 8 * i + 8 ? 8 : bits <= 8 * i ? 0 : bits - 8 * i;
        uint8_t mask = (uint8_t)(0xff00u >> kept);
        had_some |= at[i] & (uint8_t)~mask;
        at[i] &= mask;
    }
    return had_some;
}

int prefix_parse(const char *text, struct prefix *out, struct err *err)
{
    size_t host_len = strcspn(text, "/");
    struct prefix prefix;
    if (parse_host(text, host_len, &prefix.base, err))
        return -1;
    unsigned longest = bytes_of(&prefix.base).bits, bits = longest;
    if (text[host_len] == '/' && parse_number(text + host_len + 1, longest, &bits))
        return err_set(err, "\"%.100s\": the length after / is not a number from 0 to %u", text,
                       longest);
    prefix.bits = (uint8_t)bits;
    if (clear_host_bits(&prefix.base, bits)) {
        char meant[ADDR_TEXT_MAX];
        return err_set(err, "\"%.100s\" has bits set behind its length: the prefix is %s", text,
                       prefix_text(&prefix, meant));
    }
    *out = prefix;
    return 0;
}

char *prefix_text(const struct prefix *prefix, char out[ADDR_TEXT_MAX])
{
    size_t used = strlen(addr_text_host(&prefix->base, out));
    snprintf(out + used, ADDR_TEXT_MAX - used, "/%u", prefix->bits);
    return out;
}

bool prefix_contains(const struct prefix *prefix, const struct addr *addr)
{
    struct addr plain = addr_unmapped(addr);
    struct bytes base = bytes_of(&prefix->base), host = bytes_of(&plain);
    unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
    if (base.bits != host.bits || memcmp(base.at, host.at, whole) != 0)
        return false;
    return rest == 0 || (base.at[whole] ^ host.at[whole]) >> (8 - rest) == 0;
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
    return a->bits == b->bits && addr_equal(&a->base, &b->base);
}

bool prefixes_overlap(const struct prefix *a, const struct prefix *b)
{
    return a->bits <= b->bits ? prefix_contains(a, &b->base) : prefix_contains(b, &a->base);
}

bool prefixes_contain(const struct prefix *prefixes, size_t count, const struct addr *addr)
{
    for (size_t i = 0; i < count; i++)
        if (prefix_contains(&prefixes[i], addr))
            return true;
    return false;
}
