/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_table.h - who is connected: in the order in which they were last of use, and by the network
 * that they come from. Knows no sockets. Entries are part of the caller's connections; the table
 * borrows them until they are removed. */
#ifndef PROXIMA_NET_TCP_TABLE_H
#define PROXIMA_NET_TCP_TABLE_H

#include "common/addr.h"
#include "common/mono.h"

#include <stddef.h>
#include <stdint.h>

enum { TCP_TABLE_BUCKETS = 256 };

struct tcp_entry {
    struct tcp_entry *older, *newer;
    struct tcp_entry *next_in_bucket;
    uint64_t network;
    struct mono used; /* when it last got or sent a whole message */
};

struct tcp_table {
    size_t count;
    struct tcp_entry *oldest, *newest;
    struct tcp_entry *buckets[TCP_TABLE_BUCKETS];
};

/* The network of a client, as a number: its IPv4 /24 or IPv6 /56, which is what one party is
 * commonly given. */
uint64_t tcp_network_of(const struct addr *client);

void tcp_table_add(struct tcp_table *table, struct tcp_entry *entry, uint64_t network,
                   struct mono now);
void tcp_table_remove(struct tcp_table *table, struct tcp_entry *entry);

/* The entry was of use: it becomes the newest. */
void tcp_table_touch(struct tcp_table *table, struct tcp_entry *entry, struct mono now);

/* How many entries `network` has, and the oldest of them (NULL if none). */
size_t tcp_table_of_network(const struct tcp_table *table, uint64_t network,
                            struct tcp_entry **oldest);

#endif
