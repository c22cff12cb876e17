/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.h - what is looked for in a zone, and what it means where it is found: an error (the zone
 * is not served), a warning, or nothing. One table has all checks, with their defaults; what a
 * truthful answer could not be made from is an error whatever the operator says. What cannot be
 * read as records at all has no place here: that is a syntax error.
 *
 * The same findings are made by the same code under the same policy wherever a zone is loaded: so
 * --check-zone and the server agree. A verdict remembers under which policy a version was judged,
 * so that it is judged anew when that is not enough any more. */
#ifndef PROXIMA_ZONE_POLICY_H
#define PROXIMA_ZONE_POLICY_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

enum check_level { CHECK_OFF, CHECK_WARNING, CHECK_ERROR };

/* Number, name, default, the least that may be asked for, where it is written, what is found. */
#define ZONE_CHECKS(ROW)                                                                           \
    ROW(CHECK_MISSING_SOA, "missing-soa", CHECK_ERROR, CHECK_ERROR, "RFC 1035 5.2",                \
        "the apex has no SOA record")                                                              \
    ROW(CHECK_SEVERAL_SOAS, "several-soas", CHECK_ERROR, CHECK_ERROR, "RFC 1035 5.2",              \
        "the apex has more than one SOA record")                                                   \
    ROW(CHECK_SOA_BELOW_APEX, "soa-below-apex", CHECK_ERROR, CHECK_ERROR, "RFC 1035 5.2",          \
        "a name below the apex has a SOA record")                                                  \
    ROW(CHECK_MISSING_NS, "missing-ns", CHECK_ERROR, CHECK_OFF, "RFC 1034 4.2.1",                  \
        "the apex has no NS record")                                                               \
    ROW(CHECK_OUT_OF_ZONE, "out-of-zone", CHECK_ERROR, CHECK_OFF, "RFC 1034 4.2",                  \
        "a record's owner is not in the zone; if that is no error, the record is left out")        \
    ROW(CHECK_CNAME_AND_OTHER, "cname-and-other-data", CHECK_ERROR, CHECK_ERROR, "RFC 1034 3.6.2", \
        "a name has a CNAME and other data")                                                       \
    ROW(CHECK_SEVERAL_CNAMES, "several-cnames", CHECK_ERROR, CHECK_ERROR, "RFC 2181 10.1",         \
        "a name has more than one CNAME")                                                          \
    ROW(CHECK_SEVERAL_DNAMES, "several-dnames", CHECK_ERROR, CHECK_ERROR, "RFC 6672 2.4",          \
        "a name has more than one DNAME")                                                          \
    ROW(CHECK_DNAME_AT_CUT, "dname-at-delegation", CHECK_ERROR, CHECK_ERROR, "RFC 6672 2.3",       \
        "a delegated name has a DNAME")                                                            \
    ROW(CHECK_DNAME_AT_WILDCARD, "dname-at-wildcard", CHECK_WARNING, CHECK_OFF, "RFC 6672 3.3",    \
        "a wildcard has a DNAME")                                                                  \
    ROW(CHECK_WILDCARD_CUT, "wildcard-delegation", CHECK_ERROR, CHECK_ERROR, "RFC 4592 4.2",       \
        "a wildcard has NS records")                                                               \
    ROW(CHECK_RRSET_TOO_LARGE, "rrset-too-large", CHECK_ERROR, CHECK_ERROR, "RFC 1035 4.2.2",      \
        "an RRset, or the signatures of one name, fit into no response, not even over TCP")        \
    ROW(CHECK_DUPLICATE, "duplicate-record", CHECK_WARNING, CHECK_OFF, "RFC 2181 5",               \
        "a record stands there more than once; it is served once")                                 \
    ROW(CHECK_TTL_MISMATCH, "ttl-mismatch", CHECK_WARNING, CHECK_OFF, "RFC 2181 5.2",              \
        "records of an RRset have different TTLs; the smallest counts")                            \
    ROW(CHECK_BELOW_CUT, "data-below-delegation", CHECK_WARNING, CHECK_OFF, "RFC 1034 4.2.1",      \
        "data at or below a delegation that is no glue, and is never served")                      \
    ROW(CHECK_BELOW_DNAME, "data-below-dname", CHECK_WARNING, CHECK_OFF, "RFC 6672 2.4",           \
        "data below a DNAME, which is never served")                                               \
    ROW(CHECK_MISSING_GLUE, "missing-glue", CHECK_WARNING, CHECK_OFF, "RFC 1034 4.2.1",            \
        "a delegation's server has its name below the delegation, and no address here")            \
    ROW(CHECK_MISSING_HOST, "missing-host", CHECK_WARNING, CHECK_OFF, "RFC 1912 2.8",              \
        "an NS, MX or SRV record points at a name of this zone that does not exist")               \
    ROW(CHECK_HOST_WITHOUT_ADDRESS, "host-without-address", CHECK_WARNING, CHECK_OFF,              \
        "RFC 2181 10.3", "an NS, MX or SRV record points at a name without A or AAAA")             \
    ROW(CHECK_HOST_IS_CNAME, "host-is-cname", CHECK_WARNING, CHECK_OFF, "RFC 2181 10.3",           \
        "an NS, MX or SRV record points at a CNAME")                                               \
    ROW(CHECK_DS_AT_APEX, "ds-at-apex", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.4",                  \
        "the apex has DS records, which belong into the parent zone")                              \
    ROW(CHECK_DS_WITHOUT_CUT, "ds-without-delegation", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.4",   \
        "a name has DS records and no NS")                                                         \
    ROW(CHECK_MISSING_DNSKEY, "missing-dnskey", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.1",          \
        "the zone has signatures and no DNSKEY")                                                   \
    ROW(CHECK_MISSING_SIGNATURE, "missing-signature", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.2",    \
        "an RRset of a signed zone has no signature by a key of the zone")                         \
    ROW(CHECK_NEEDLESS_SIGNATURE, "needless-signature", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.2",  \
        "a signature covers nothing, or what must not be signed: glue, or the NS of a delegation") \
    ROW(CHECK_SIGNATURE_EXPIRED, "signature-expired", CHECK_WARNING, CHECK_OFF, "RFC 4035 5.3.1",  \
        "an RRset of a signed zone has no signature that has not expired")                         \
    ROW(CHECK_SIGNATURE_NEAR_EXPIRY, "signature-near-expiry", CHECK_WARNING, CHECK_OFF,            \
        "RFC 6781 4.4.2", "an RRset's last signature expires within signature_warning")            \
    ROW(CHECK_SIGNATURE_NOT_YET, "signature-not-yet-valid", CHECK_WARNING, CHECK_OFF,              \
        "RFC 4035 5.3.1", "an RRset's signatures are all of the future")                           \
    ROW(CHECK_MISSING_CHAIN, "missing-chain", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.3",            \
        "a signed zone has no chain of NSEC or NSEC3 that can be used")                            \
    ROW(CHECK_CHAIN_BROKEN, "chain-broken", CHECK_WARNING, CHECK_OFF, "RFC 4035 2.3, 5155 7.1",    \
        "a name is not in the chain of NSEC or NSEC3, or a link does not lead to the next one")    \
    ROW(CHECK_CHAIN_TYPES, "chain-wrong-types", CHECK_WARNING, CHECK_OFF, "RFC 4034 4.1.2",        \
        "an NSEC or NSEC3 record lists other types than its name has")                             \
    ROW(CHECK_NSEC3_UNUSABLE, "nsec3-unusable", CHECK_WARNING, CHECK_OFF, "RFC 9276 3.2",          \
        "a chain of NSEC3 has an unknown hash or more than 150 iterations, and is not used")       \
    ROW(CHECK_NSEC3_ITERATIONS, "nsec3-iterations", CHECK_WARNING, CHECK_OFF, "RFC 9276 3.1",      \
        "a chain of NSEC3 has iterations, which cost and protect nobody")

enum check_id {
#define ROW(id, name, usual, least, rfc, text) id,
    ZONE_CHECKS(ROW)
#undef ROW
        CHECK_COUNT /* at most 64: see struct zone_verdict */
};

struct check_row {
    const char *name;
    enum check_level usual, least;
    const char *rfc, *text;
};
extern const struct check_row check_rows[CHECK_COUNT];

const char *check_level_name(enum check_level level); /* "off", "warning", "error" */

struct check_policy {
    uint8_t levels[CHECK_COUNT];  /* enum check_level */
    uint32_t signature_warning_s; /* before the expiry */
};

/* The default of all. */
struct check_policy check_policy_usual(void);

/* Sets one level by "NAME=LEVEL". Errors: no such check or level, or one that is less than the
 * check's least. */
int check_policy_set(struct check_policy *policy, const char *setting, struct err *err);

static inline enum check_level check_level(const struct check_policy *policy, enum check_id check)
{
    return (enum check_level)policy->levels[check];
}

/* How a version of a zone was judged. Sets of checks have bit 1 << enum check_id. */
struct zone_verdict {
    uint64_t judged;   /* checks that were made */
    uint64_t found;    /* those of them that found something */
    uint32_t warnings; /* how many were told */
    /* Of a signed zone, in seconds since 1970: when the first RRset is left without a valid
     * signature, and from when on all have one. Both 0: not signed. */
    int64_t signed_until, signed_from;
};

static inline uint64_t check_bit(enum check_id check)
{
    return UINT64_C(1) << check;
}

/* The checks that are at that level. */
uint64_t check_policy_at(const struct check_policy *policy, enum check_level level);

/* True if the policy would have found the same: all that it asks for was judged, and what was found
 * is a warning now too. */
bool zone_verdict_holds(const struct zone_verdict *verdict, const struct check_policy *policy);

/* The checks of signatures' times that find something at `now` (seconds since 1970). */
uint64_t zone_verdict_times(const struct zone_verdict *verdict, const struct check_policy *policy,
                            int64_t now);

/* The names of a set of checks, with commas between them. Returns `out`. */
enum {
    CHECK_NAMES_MAX = 0
#define ROW(id, name, usual, least, rfc, text) +sizeof(name)
    ZONE_CHECKS(ROW)
#undef ROW
};
char *check_names(uint64_t set, char out[CHECK_NAMES_MAX]);

#endif
