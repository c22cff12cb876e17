/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signature_check.c - whether a validator would find a signature for each RRset that it is to find
 * one for, and until when. Knows RFC 4035 2.2 and 5.3.1 but for the cryptography. That signatures
 * expire is told once for the whole zone: they mostly do together. */
#include "common/dname.h"
#include "common/dnsmsg.h"
#include "common/duration.h"
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/rrtype.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { /* in the RDATA of RRSIG, and of DNSKEY */
       SIG_ALGORITHM = 2,
       SIG_LABELS = 3,
       SIG_EXPIRATION = 8,
       SIG_INCEPTION = 12,
       SIG_KEY_TAG = 16,
       SIG_SIGNER = 18,
       KEY_ALGORITHM = 3,
       KEY_IS_OF_ZONE = 0x0100, /* RFC 4034 2.1.1 */
};

struct key {
    uint16_t tag;
    uint8_t algorithm;
};

/* RRsets whose signatures are alike, and the one of them that is told of. */
struct timely {
    uint64_t rrsets;
    int64_t worst; /* its time */
    const struct zone_node *node;
    const uint8_t *rdata; /* at its length */
};

struct signature_check {
    const struct zone *zone;
    struct findings *findings;
    struct key *keys;
    size_t key_count;

    const struct zone_node *node; /* that is looked at */
    const struct zone_rrset *signatures;
    uint8_t labels; /* as a good signature has it */
    unsigned used;  /* signatures of the node that cover what they may */

    uint64_t rrsets; /* that are signed */
    struct timely expired, near, early;
};

bool check_is_authoritative(const struct zone_node *node, uint16_t type)
{
    const unsigned flags = zone_node_flags(node);
    if (flags & NODE_BELOW_CUT)
        return false;
    return !(flags & NODE_CUT) || type == DNS_TYPE_DS || type == DNS_TYPE_NSEC;
}

static const uint8_t *next_rdata(const uint8_t *rdata)
{
    return rdata + 2 + wire_peek_u16(rdata);
}

static struct zone_record signature(const struct zone *zone, const struct zone_node *node,
                                    const uint8_t *rdata)
{
    return (struct zone_record){
        .owner = zone_node_name(zone, node),
        .type = DNS_TYPE_RRSIG,
        .ttl = ZONE_TTL_ANY,
        .rdlength = wire_peek_u16(rdata),
        .rdata = rdata + 2,
    };
}

/* --- keys ------------------------------------------------------------------------------------- */

/* RFC 4034 B */
static uint16_t key_tag(const uint8_t *rdata, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += i & 1 ? rdata[i] : (uint32_t)rdata[i] << 8;
    return (uint16_t)(sum + (sum >> 16));
}

static void find_keys(struct signature_check *check, const struct zone_rrset *keys)
{
    const uint8_t *rdata = keys->rdata;
    check->keys = mem_calloc(keys->count, sizeof *check->keys);
    for (unsigned i = 0; i < keys->count; i++, rdata = next_rdata(rdata))
        if (wire_peek_u16(rdata + 2) & KEY_IS_OF_ZONE)
            check->keys[check->key_count++] = (struct key){
                .tag = key_tag(rdata + 2, wire_peek_u16(rdata)),
                .algorithm = rdata[2 + KEY_ALGORITHM],
            };
}

static bool is_by_our_key(const struct signature_check *check, const uint8_t *sig)
{
    const uint16_t tag = wire_peek_u16(sig + SIG_KEY_TAG);
    for (size_t i = 0; i < check->key_count; i++)
        if (check->keys[i].tag == tag && check->keys[i].algorithm == sig[SIG_ALGORITHM])
            return sig[SIG_LABELS] == check->labels &&
                   dname_equal(sig + SIG_SIGNER, zone_name(check->zone));
    return false;
}

/* --- times ------------------------------------------------------------------------------------ */

/* RFC 4034 3.1.5: within 68 years of now. */
static int64_t time_at(const uint8_t *field, int64_t now)
{
    return now + (int32_t)(wire_peek_u32(field) - (uint32_t)now);
}

/* What the signatures of an RRset come to: the one that is valid for longest of those that have
 * begun, else the one that begins first. */
struct cover {
    bool is_there;
    const uint8_t *best; /* at its length; NULL: none by a key of the zone */
    int64_t from, until;
};

static void consider(struct cover *cover, const uint8_t *rdata, int64_t now)
{
    const int64_t from = time_at(rdata + 2 + SIG_INCEPTION, now),
                  until = time_at(rdata + 2 + SIG_EXPIRATION, now);
    const bool has_begun = from <= now, best_has_begun = cover->best && cover->from <= now;
    if (cover->best && (has_begun != best_has_begun ? best_has_begun
                        : has_begun                 ? until <= cover->until
                                                    : from >= cover->from))
        return;
    cover->best = rdata;
    cover->from = from;
    cover->until = until;
}

static struct cover cover_of(struct signature_check *check, uint16_t type)
{
    struct cover cover = { .is_there = false };
    const uint8_t *rdata = check->signatures ? check->signatures->rdata : NULL;
    for (unsigned i = 0; check->signatures && i < check->signatures->count;
         i++, rdata = next_rdata(rdata)) {
        if (wire_peek_u16(rdata + 2) != type)
            continue;
        cover.is_there = true;
        check->used++;
        if (is_by_our_key(check, rdata + 2))
            consider(&cover, rdata, check->findings->now);
    }
    return cover;
}

static void count(struct timely *timely, const struct signature_check *check,
                  const struct cover *cover, int64_t time, bool is_worse)
{
    if (timely->rrsets++ && !is_worse)
        return;
    timely->worst = time;
    timely->node = check->node;
    timely->rdata = cover->best;
}

static void judge_times(struct signature_check *check, const struct cover *cover)
{
    struct zone_verdict *verdict = &check->findings->verdict;
    const int64_t now = check->findings->now;
    if (!verdict->signed_until || cover->until < verdict->signed_until)
        verdict->signed_until = cover->until;
    if (!verdict->signed_from || cover->from > verdict->signed_from)
        verdict->signed_from = cover->from;
    if (cover->from > now)
        count(&check->early, check, cover, cover->from, cover->from > check->early.worst);
    else if (cover->until < now)
        count(&check->expired, check, cover, cover->until, cover->until < check->expired.worst);
    else if (cover->until - now < check->findings->policy->signature_warning_s)
        count(&check->near, check, cover, cover->until, cover->until < check->near.worst);
}

static void tell_timely(const struct signature_check *check, enum check_id kind,
                        const struct timely *timely, const char *what, const char *of_all)
{
    char type[RRTYPE_TEXT_MAX], text[64];
    struct tm tm;
    if (!timely->rrsets)
        return;
    const time_t worst = timely->worst;
    const struct zone_record about = signature(check->zone, timely->node, timely->rdata);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&worst, &tm));
    findings_tell(check->findings, kind, about.owner, (struct zone_finding){ .about = about },
                  "that of %s %s %s; %llu of %llu RRsets %s",
                  rrtype_text(wire_peek_u16(timely->rdata + 2), type), what, text,
                  (unsigned long long)timely->rrsets, (unsigned long long)check->rrsets, of_all);
}

static void tell_times(const struct signature_check *check)
{
    char warning[DURATION_TEXT_MAX], of_all[64 + DURATION_TEXT_MAX];
    duration_text((int64_t)check->findings->policy->signature_warning_s * 1000, warning);
    snprintf(of_all, sizeof of_all, "have none for longer than %s", warning);
    tell_timely(check, CHECK_SIGNATURE_EXPIRED, &check->expired, "has expired at",
                "have none that is still valid (RFC 4035 5.3.1)");
    tell_timely(check, CHECK_SIGNATURE_NEAR_EXPIRY, &check->near, "expires at", of_all);
    tell_timely(check, CHECK_SIGNATURE_NOT_YET, &check->early, "is not valid before",
                "have none that is valid yet (RFC 4035 5.3.1)");
}

/* --- the walk --------------------------------------------------------------------------------- */

static void check_rrset(struct signature_check *check, uint16_t type)
{
    const uint8_t *owner = zone_node_name(check->zone, check->node);
    const struct zone_finding finding = {
        .about = { .owner = owner, .type = type, .ttl = ZONE_TTL_ANY },
    };
    const struct cover cover = cover_of(check, type);
    check->rrsets++;
    if (!cover.is_there)
        findings_tell(check->findings, CHECK_MISSING_SIGNATURE, owner, finding,
                      "is not signed (RFC 4035 2.2)");
    else if (!cover.best)
        findings_tell(check->findings, CHECK_MISSING_SIGNATURE, owner, finding,
                      "no signature is by a key of the zone (RFC 4035 5.3.1)");
    else if (check->findings->now)
        judge_times(check, &cover);
}

static void check_needless(const struct signature_check *check, const uint8_t *rdata)
{
    const uint16_t type = wire_peek_u16(rdata + 2);
    const struct zone_finding finding = { .about = signature(check->zone, check->node, rdata) };
    char text[RRTYPE_TEXT_MAX];
    if (!zone_node_rrset(check->zone, check->node, type))
        findings_tell(check->findings, CHECK_NEEDLESS_SIGNATURE, finding.about.owner, finding,
                      "signs %s, which is not there", rrtype_text(type, text));
    else if (!check_is_authoritative(check->node, type))
        findings_tell(check->findings, CHECK_NEEDLESS_SIGNATURE, finding.about.owner, finding,
                      "signs %s, which must not be signed here (RFC 4035 2.2)",
                      rrtype_text(type, text));
}

static void check_node(struct signature_check *check, const struct zone_node *node)
{
    const uint8_t *name = zone_node_name(check->zone, node);
    const struct zone_rrset *rrset = NULL;
    check->node = node;
    check->used = 0;
    check->signatures = zone_node_rrset(check->zone, node, DNS_TYPE_RRSIG);
    check->labels = (uint8_t)(dname_labels(name) - (name[0] == 1 && name[1] == '*'));
    while ((rrset = zone_node_next_rrset(check->zone, node, rrset)))
        if (rrset->type != DNS_TYPE_RRSIG && check_is_authoritative(node, rrset->type))
            check_rrset(check, rrset->type);
    if (!check->signatures || check->used == check->signatures->count)
        return;
    const uint8_t *rdata = check->signatures->rdata;
    for (unsigned i = 0; i < check->signatures->count; i++, rdata = next_rdata(rdata))
        check_needless(check, rdata);
}

static void check_all(struct signature_check *check)
{
    const struct zone_node *node = NULL;
    while (!findings_are_enough(check->findings) && (node = zone_next_node(check->zone, node)))
        check_node(check, node);
    tell_times(check);
}

void signature_check(const struct zone *zone, struct findings *findings)
{
    const struct zone_node *apex = zone_apex(zone);
    const struct zone_rrset *keys = zone_node_rrset(zone, apex, DNS_TYPE_DNSKEY);
    const struct zone_finding finding = { .about.type = DNS_TYPE_DNSKEY };
    struct signature_check check = { .zone = zone, .findings = findings };
    if (!zone_node_rrset(zone, apex, DNS_TYPE_RRSIG))
        return; /* RFC 4035 2.1: not signed, or not yet */
    if (!keys) {
        findings_tell(findings, CHECK_MISSING_DNSKEY, zone_name(zone), finding,
                      "missing: there are signatures, and no key to check them (RFC 4035 2.1)");
        return;
    }
    find_keys(&check, keys);
    check_all(&check);
    free(check.keys);
}

int zone_check_times(const struct zone *zone, struct findings *findings)
{
    const struct check_policy *whole = findings->policy;
    const uint64_t times = check_bit(CHECK_SIGNATURE_EXPIRED) |
                           check_bit(CHECK_SIGNATURE_NEAR_EXPIRY) |
                           check_bit(CHECK_SIGNATURE_NOT_YET);
    struct check_policy policy = *whole;
    for (int check = 0; check < CHECK_COUNT; check++)
        if (!(times & check_bit((enum check_id)check)))
            policy.levels[check] = CHECK_OFF;
    findings->policy = &policy;
    signature_check(zone, findings);
    findings->policy = whole;
    return findings->errors ? -1 : 0;
}
