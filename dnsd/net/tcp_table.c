/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_table.c - the order of use (a list) and the networks (hash buckets). Hides both. All entries
 * have the same timeout, so the list is sorted by it. */
#include "dnsd/net/tcp_table.h"

uint64_t tcp_network_of(const struct addr *client)
{
    if (client->sa.sa_family == AF_INET)
        return ntohl(client->in4.sin_addr.s_addr) >> 8;
    uint64_t network = 0;
    for (size_t i = 0; i < 7; i++)
        network = network << 8 | client->in6.sin6_addr.s6_addr[i];
    return network | (uint64_t)1 << 63; /* never equal to one of IPv4 */
}

static size_t bucket_of(uint64_t network)
{
    return (size_t)(network * 0x9e3779b97f4a7c15u >> 56); /* Fibonacci hashing: the top 8 bits */
}

static void append(struct tcp_table *table, struct tcp_entry *entry)
{
    entry->older = table->newest;
    entry->newer = NULL;
    if (table->newest)
        table->newest->newer = entry;
    else
        table->oldest = entry;
    table->newest = entry;
}

static void unlink_entry(struct tcp_table *table, struct tcp_entry *entry)
{
    if (entry->older)
        entry->older->newer = entry->newer;
    else
        table->oldest = entry->newer;
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        table->newest = entry->older;
}

void tcp_table_add(struct tcp_table *table, struct tcp_entry *entry, uint64_t network,
                   struct mono now)
{
    struct tcp_entry **bucket = &table->buckets[bucket_of(network)];
    entry->network = network;
    entry->used = now;
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    append(table, entry);
    table->count++;
}

void tcp_table_remove(struct tcp_table *table, struct tcp_entry *entry)
{
    struct tcp_entry **at = &table->buckets[bucket_of(entry->network)];
    while (*at != entry)
        at = &(*at)->next_in_bucket;
    *at = entry->next_in_bucket;
    unlink_entry(table, entry);
    table->count--;
}

void tcp_table_touch(struct tcp_table *table, struct tcp_entry *entry, struct mono now)
{
    unlink_entry(table, entry);
    append(table, entry);
    entry->used = now;
}

size_t tcp_table_of_network(const struct tcp_table *table, uint64_t network,
                            struct tcp_entry **oldest)
{
    size_t count = 0;
    *oldest = NULL;
    struct tcp_entry *entry = table->buckets[bucket_of(network)];
    for (; entry; entry = entry->next_in_bucket) {
        if (entry->network != network)
            continue;
        count++;
        if (!*oldest || mono_before(entry->used, (*oldest)->used))
            *oldest = entry;
    }
    return count;
}
