/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.h - for tests: a DNS message as text, one line for the header and one per record, read by
 * libknot's parser, which knows nothing of ours:
 *
 *   NOERROR aa rd
 *   edns 1232 do nsid=node-1 ede=20
 *   an www.example. 3600 A 192.0.2.1
 *   ns …
 *   ar … */
#ifndef PROXIMA_TESTS_REPLY_H
#define PROXIMA_TESTS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The message as text (the caller frees it). A malformed one becomes a line that says so. Opcode,
 * class and question are shown only where they are not QUERY, IN and one. */
char *reply_text(const uint8_t *message, size_t len);

/* Walks all records with common/dnsmsg: true if the message is exactly what its header counts. */
bool reply_well_formed(const uint8_t *message, size_t len);

#endif
