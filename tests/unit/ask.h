/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.h - for tests: a query from one line of text, as dig's command line would say it.
 *
 *   NAME [TYPE] [+rd] [+cd] [+ad] [+z] [+qr] [+opcode=N] [+class=N] [+questions=N]
 *     [+edns=PAYLOAD] [+do] [+nsid] [+expire] [+cookie=HEX] [+keepalive] [+zoneversion[=BYTES]]
 *     [+version=N] [+flags=N] [+option=N] [+badoption] [+opts=N]
 *     [+optowner] [+optanswer] [+soa=SERIAL] [+trail] [+cut=N] [+tcp] [+tsig[=KIND]]
 *     [+client=ADDRESS] [+anycast] [+cap=N]
 *   raw HEX…     the bytes of the message themselves
 * KIND: twice; answer (in that section); class (IN); mac (longer than the record); key (named as
 * the question, by a pointer). +do, +nsid, +version, +flags, +option, +badoption and +opts imply
 * EDNS. */
#ifndef PROXIMA_TESTS_ASK_H
#define PROXIMA_TESTS_ASK_H

#include "common/addr.h"

#include <stdbool.h>
#include <stdint.h>

struct ask {
    uint8_t bytes[1024];
    size_t len;
    bool tcp;
    bool anycast;       /* to an address that other sites have, too */
    struct addr client; /* 192.0.2.99 */
    size_t cap;         /* bytes for the response; 65535 */
};

/* Reads the line; fails the test where it is not understood. */
void ask_from_text(struct ask *ask, const char *line);

#endif
