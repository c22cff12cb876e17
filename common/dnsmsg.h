/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnsmsg.h - what both daemons know of DNS messages: numbers (from IANA's registries), the header,
 * and a reader for names and records. dnsd's answer engine and anycastd's probes stand on it. RFC
 * 1035 4.1, RFC 6891 (EDNS), RFC 5001 (NSID), RFC 8914 (extended errors). */
#ifndef PROXIMA_COMMON_DNSMSG_H
#define PROXIMA_COMMON_DNSMSG_H

#include "common/dname.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DNS_HEADER_BYTES = 12,
    DNS_UDP_MIN = 512,      /* RFC 1035 2.3.4: without EDNS */
    DNS_UDP_DEFAULT = 1232, /* fits the IPv6 minimum MTU of 1280: no fragments anywhere */
    DNS_MESSAGE_MAX = 65535,
    DNS_PORT = 53,
};

/* Flag bits of the header's second 16-bit word. */
enum {
    DNS_FLAG_QR = 0x8000,
    DNS_FLAG_AA = 0x0400,
    DNS_FLAG_TC = 0x0200,
    DNS_FLAG_RD = 0x0100,
    DNS_FLAG_RA = 0x0080,
    DNS_FLAG_AD = 0x0020,
    DNS_FLAG_CD = 0x0010,
    DNS_OPCODE_SHIFT = 11,
    DNS_OPCODE_MASK = 0x7800,
    DNS_RCODE_MASK = 0x000f,
    DNS_EDNS_FLAG_DO = 0x8000, /* in the low 16 bits of OPT's TTL */
};

enum dns_opcode { DNS_OPCODE_QUERY = 0, DNS_OPCODE_NOTIFY = 4, DNS_OPCODE_UPDATE = 5 };

#define DNS_RCODES(X)                                                                              \
    X(DNS_NOERROR, 0, "NOERROR")                                                                   \
    X(DNS_FORMERR, 1, "FORMERR")                                                                   \
    X(DNS_SERVFAIL, 2, "SERVFAIL")                                                                 \
    X(DNS_NXDOMAIN, 3, "NXDOMAIN")                                                                 \
    X(DNS_NOTIMP, 4, "NOTIMP")                                                                     \
    X(DNS_REFUSED, 5, "REFUSED")                                                                   \
    X(DNS_YXDOMAIN, 6, "YXDOMAIN")                                                                 \
    X(DNS_NOTAUTH, 9, "NOTAUTH")                                                                   \
    X(DNS_BADVERS, 16, "BADVERS")                                                                  \
    X(DNS_BADCOOKIE, 23, "BADCOOKIE")

enum dns_rcode {
#define DNS_RCODE_ENUM(id, value, name) id = value,
    DNS_RCODES(DNS_RCODE_ENUM)
#undef DNS_RCODE_ENUM
};

/* "NOERROR" …; "?" for a number that is not in the list. */
const char *dns_rcode_name(unsigned rcode);

enum dns_class { DNS_CLASS_IN = 1, DNS_CLASS_CH = 3, DNS_CLASS_NONE = 254, DNS_CLASS_ANY = 255 };

enum dns_type {
    DNS_TYPE_A = 1,
    DNS_TYPE_NS = 2,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_SOA = 6,
    DNS_TYPE_PTR = 12,
    DNS_TYPE_MX = 15,
    DNS_TYPE_TXT = 16,
    DNS_TYPE_AAAA = 28,
    DNS_TYPE_SRV = 33,
    DNS_TYPE_NAPTR = 35,
    DNS_TYPE_DNAME = 39,
    DNS_TYPE_OPT = 41,
    DNS_TYPE_DS = 43,
    DNS_TYPE_RRSIG = 46,
    DNS_TYPE_NSEC = 47,
    DNS_TYPE_DNSKEY = 48,
    DNS_TYPE_NSEC3 = 50,
    DNS_TYPE_NSEC3PARAM = 51,
    DNS_TYPE_SVCB = 64,
    DNS_TYPE_HTTPS = 65,
    DNS_TYPE_META_MIN = 128, /* to 255: meta types, in questions at most (RFC 6895 3.1) */
    DNS_TYPE_NXNAME = 128,   /* RFC 9824: in NSEC bitmaps alone */
    DNS_TYPE_TKEY = 249,
    DNS_TYPE_TSIG = 250,
    DNS_TYPE_IXFR = 251,
    DNS_TYPE_AXFR = 252,
    DNS_TYPE_MAILB = 253,
    DNS_TYPE_MAILA = 254,
    DNS_TYPE_ANY = 255,
    DNS_TYPE_META_MAX = 255,
};

enum dns_edns_option {
    DNS_OPT_NSID = 3,
    DNS_OPT_EXPIRE = 9,         /* RFC 7314 */
    DNS_OPT_COOKIE = 10,        /* RFC 7873 */
    DNS_OPT_TCP_KEEPALIVE = 11, /* RFC 7828 */
    DNS_OPT_EDE = 15,
    DNS_OPT_REPORT_CHANNEL = 18, /* RFC 9567 */
    DNS_OPT_ZONEVERSION = 19,    /* RFC 9660 */
};

/* Extended errors that we tell (RFC 8914); 0 would be "other error": we use it for "nothing to
 * add".
 */
enum dns_ede {
    DNS_EDE_NONE = 0,
    DNS_EDE_STALE_ANSWER = 3,       /* true once, perhaps no more: the zone's last load failed */
    DNS_EDE_NOT_READY = 14,         /* SERVFAIL: our zone, but it has never been loaded */
    DNS_EDE_PROHIBITED = 18,        /* this client may not ask that */
    DNS_EDE_NOT_AUTHORITATIVE = 20, /* REFUSED: outside our zones */
    DNS_EDE_NOT_SUPPORTED = 21,     /* NOTIMP: nobody may ask that here */
    DNS_EDE_INVALID_DATA = 24,      /* SERVFAIL: our zone, but its data is too old */
};

struct dns_header {
    uint16_t id, flags, qdcount, ancount, nscount, arcount;
};

/* Reads or writes the 12 bytes of a header; the cursor latches when there are fewer. */
struct dns_header dns_get_header(struct wire_reader *r);
void dns_put_header(struct wire_writer *w, const struct dns_header *header);

/* Reads a possibly compressed name (RFC 1035 4.1.4) into `out`, original case kept. Pointers must
 * point backwards, behind the header; so `r` starts at the message's first byte. Latches `r` and
 * returns -1 when malformed. */
int dns_get_name(struct wire_reader *r, struct dname *out);

/* One resource record as it stands in a message. `rdata` is borrowed from the message. */
struct dns_record {
    struct dname owner;
    uint16_t type, class;
    uint32_t ttl;
    uint16_t rdlength;
    size_t rdata_offset; /* from the message's start, for names inside that are compressed */
    const uint8_t *rdata;
};

/* Reads one record; -1 with `r` latched when malformed or cut short. */
int dns_get_record(struct wire_reader *r, struct dns_record *out);

#endif
