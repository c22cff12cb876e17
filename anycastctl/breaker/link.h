/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.h - silence between this node and its BGP neighbours.
 *
 * A table of nftables of our own drops what this host itself sends to them and gets from them: BGP
 * and BFD. What they only forward, queries and replies, goes on, and so does neighbour discovery:
 * so the providers must notice, and nobody pays for that with a query. The table has the flag
 * `owner`: the kernel takes it away when we close our socket, however we end. */
#ifndef PROXIMA_BREAKER_LINK_H
#define PROXIMA_BREAKER_LINK_H

#include "anycastctl/breaker/neighbours.h"
#include "common/err.h"

#include <stdbool.h>

struct link;

/* Silence begins. Returns new; link_restore ends it and frees. */
struct link *link_drop(const struct neighbours *neighbours, struct err *err);
int link_restore(struct link *link, struct err *err);

/* The table's text, as nft(8) reads it. Returns new memory. */
char *link_rules(const struct neighbours *neighbours);

#endif
