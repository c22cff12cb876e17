/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - what makes a zone valid, and what is worth a warning. Knows the rules that need more
 * than one record to decide; each stands beside its RFC. */
#include "common/dnsmsg.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"
#include "dnsd/zone/rrtype.h"

#include <stdarg.h>
#include <stdio.h>

struct check {
    const struct zone_builder *builder;
    const struct build_node *node; /* the one that is looked at */
    zone_find *find;
    void *arg;
    struct err *err;
    unsigned errors;
};

/* Any of the node's records of this type. */
static struct zone_record any(const struct build_node *node, uint16_t type)
{
    return (struct zone_record){ .owner = node->name, .type = type };
}

/* The record of the node that is looked at. */
static struct zone_record one(const struct check *check, const struct build_record *record)
{
    return (struct zone_record){
        .owner = check->node->name,
        .type = record->type,
        .ttl = record->ttl,
        .rdlength = record->rdlength,
        .rdata = record->rdata,
    };
}

static struct zone_finding missing(uint16_t type)
{
    return (struct zone_finding){ .about.type = type };
}

static struct zone_finding at(struct zone_record about)
{
    return (struct zone_finding){ .about = about };
}

static struct zone_finding at_see(struct zone_record about, struct zone_record other)
{
    return (struct zone_finding){ .about = about, .other = other };
}

static struct zone_finding clash(struct zone_record about, struct zone_record other)
{
    return (struct zone_finding){ .about = about, .other = other, .clash = true };
}

static void report(const struct check *check, struct zone_finding finding, const char *what)
{
    char name[DNAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
    struct err text;
    err_set(&text, "%.300s %s: %s", dname_to_text(check->node->name, name),
            rrtype_text(finding.about.type, type), what);
    if (finding.is_error && check->errors == 1)
        err_set(check->err, "%s", text.msg);
    finding.text = text.msg;
    check->find(check->arg, &finding);
}

static void __attribute__((format(printf, 3, 4)))
warning(const struct check *check, struct zone_finding finding, const char *fmt, ...)
{
    char what[ERR_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    report(check, finding, what);
}

/* The zone cannot be served. The first one becomes the caller's error. */
static void error(struct check *check, struct zone_finding finding, const char *what)
{
    finding.is_error = true;
    check->errors++;
    report(check, finding, what);
}

static bool is_apex(const struct build_node *node)
{
    return node->flags & NODE_APEX;
}

static bool is_wildcard(const struct build_node *node)
{
    return node->name[0] == 1 && node->name[1] == '*';
}

static void check_apex(struct check *check)
{
    check->node = &check->builder->nodes[0];
    if (!build_node_has(check->node, DNS_TYPE_SOA))
        error(check, missing(DNS_TYPE_SOA),
              "missing: a zone begins with a SOA record (RFC 1035 5.2)");
    if (!build_node_has(check->node, DNS_TYPE_NS))
        error(check, missing(DNS_TYPE_NS),
              "missing: a zone names its name servers (RFC 1034 4.2.1)");
    if (build_node_has(check->node, DNS_TYPE_DS))
        warning(check, at(any(check->node, DNS_TYPE_DS)),
                "belongs into the parent zone (RFC 4035 2.4)");
}

/* RFC 2181 10.1, RFC 4034 2.5, RFC 3007 3: what may stand beside a CNAME. */
static bool may_join_cname(uint16_t type)
{
    return type == DNS_TYPE_CNAME || type == DNS_TYPE_RRSIG || type == DNS_TYPE_NSEC ||
           type == 25 /* KEY */;
}

static void check_cname(struct check *check)
{
    const struct build_record *record = check->node->records;
    while (record && may_join_cname(record->type))
        record = record->next;
    if (record)
        error(check, clash(any(check->node, DNS_TYPE_CNAME), any(check->node, record->type)),
              "stands beside other data (RFC 1034 3.6.2)");
}

static void check_dname(struct check *check)
{
    if (check->node->flags & NODE_CUT)
        error(check, clash(any(check->node, DNS_TYPE_DNAME), any(check->node, DNS_TYPE_NS)),
              "stands beside the NS of a delegation (RFC 6672 2.3)");
    if (is_wildcard(check->node))
        warning(check, at(any(check->node, DNS_TYPE_DNAME)),
                "at a wildcard should not be used (RFC 6672 3.3)");
}

/* Of these types a name has at most one record. */
static const struct single {
    uint16_t type;
    const char *problem;
} singles[] = {
    { DNS_TYPE_SOA, "more than one (RFC 1035 5.2)" },
    { DNS_TYPE_CNAME, "more than one at this name (RFC 2181 10.1)" },
    { DNS_TYPE_DNAME, "more than one at this name (RFC 6672 2.4)" },
};

static void check_single(struct check *check, const struct build_rrset *set)
{
    if (set->count == 1)
        return;
    const struct build_record *first = set->first;
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++)
        if (first->type == singles[i].type)
            error(check, clash(one(check, first), one(check, first->next)), singles[i].problem);
}

static void check_ns(struct check *check)
{
    if (is_wildcard(check->node)) /* RFC 4592 4.2: has no meaning */
        error(check, at(any(check->node, DNS_TYPE_NS)),
              "a wildcard cannot be delegated (RFC 4592 4.2)");
}

static void check_place(struct check *check, const struct build_rrset *set)
{
    const struct build_node *node = check->node;
    const uint16_t type = set->first->type;
    const bool apex = is_apex(node);
    if (type == DNS_TYPE_SOA && !apex)
        error(check, at(any(node, type)), "stands below the apex (RFC 1035 5.2)");
    if (type == DNS_TYPE_CNAME)
        check_cname(check);
    if (type == DNS_TYPE_DNAME)
        check_dname(check);
    if (type == DNS_TYPE_NS && !apex)
        check_ns(check);
    if (type == DNS_TYPE_DS && !apex && !(node->flags & NODE_CUT))
        warning(check, at(any(node, type)), "without NS: no delegation here (RFC 4035 2.4)");
}

static bool is_address(uint16_t type)
{
    return type == DNS_TYPE_A || type == DNS_TYPE_AAAA;
}

/* What a parent zone says at a cut: RFC 4035 2.4, 2.3; addresses are glue. */
static bool belongs_to_cut(const struct build_node *node, uint16_t type)
{
    return type == DNS_TYPE_NS || type == DNS_TYPE_DS || type == DNS_TYPE_NSEC ||
           type == DNS_TYPE_RRSIG || (is_address(type) && node->is_glue);
}

/* The name above that hides the node: the one nearest to the apex. */
static const struct build_node *hidden_by(const struct check *check)
{
    const struct build_node *node = check->node, *above = NULL;
    while (node->flags & NODE_BELOW_CUT) {
        node = &check->builder->nodes[node->parent];
        if (node->flags & (NODE_CUT | NODE_DNAME))
            above = node;
    }
    return above;
}

/* Data that no query will ever see. */
static void check_hidden(struct check *check, const struct build_rrset *set)
{
    const struct build_node *node = check->node, *above = hidden_by(check);
    const uint16_t type = set->first->type;
    char name[DNAME_TEXT_MAX];
    if (!above) {
        if (node->flags & NODE_CUT && !belongs_to_cut(node, type))
            warning(check, at_see(any(node, type), any(node, DNS_TYPE_NS)),
                    "is never served: this name is delegated");
    } else if (!(above->flags & NODE_CUT)) {
        warning(check, at_see(any(node, type), any(above, DNS_TYPE_DNAME)),
                "is never served: below the DNAME at %.300s", dname_to_text(above->name, name));
    } else if (!(is_address(type) && node->is_glue)) {
        warning(check, at_see(any(node, type), any(above, DNS_TYPE_NS)),
                "is never served: below the delegation of %.300s",
                dname_to_text(above->name, name));
    }
}

/* A host of this zone that a record points at should have an address. */
static void check_host(const struct check *check, const struct build_record *record)
{
    const uint8_t *host = rdata_host(record->type, record->rdata);
    const struct build_found found = build_find(check->builder, host);
    if (*host == 0 || !found.encloser)
        return; /* "." is no host (RFC 7505, RFC 2782); other zones are not ours to judge */
    if (found.node && build_node_has_address(found.node))
        return;
    const struct zone_finding finding = at(one(check, record));
    char name[DNAME_TEXT_MAX];
    dname_to_text(host, name);
    if (found.encloser->flags & (NODE_CUT | NODE_BELOW_CUT | NODE_DNAME)) {
        if (record->type == DNS_TYPE_NS && !is_apex(check->node) &&
            dname_is_at_or_below(host, check->node->name))
            warning(check, finding, "glue is missing: an A or AAAA record of %.300s", name);
    } else if (found.node && build_node_has(found.node, DNS_TYPE_CNAME)) {
        warning(check, at_see(finding.about, any(found.node, DNS_TYPE_CNAME)),
                "points at %.300s, which is a CNAME (RFC 2181 10.3)", name);
    } else if (found.node) {
        warning(check, finding, "points at %.300s, which has no A or AAAA record", name);
    } else if (!(found.encloser->flags & NODE_HAS_WILDCARD)) {
        warning(check, finding, "points at %.300s, which does not exist", name);
    }
}

static bool is_host_checked(uint16_t type)
{
    return type == DNS_TYPE_NS || type == DNS_TYPE_MX || type == DNS_TYPE_SRV;
}

/* RFC 2181 5.2; those of RRSIGs may (RFC 4034 3). */
static void check_ttls(const struct check *check, const struct build_rrset *set)
{
    const struct build_record *other = set->first;
    if (!set->ttls_differ || other->type == DNS_TYPE_RRSIG)
        return;
    while (other->ttl == set->first->ttl)
        other = other->next;
    warning(check, clash(one(check, set->first), one(check, other)),
            "TTLs differ; the smallest, %u, counts (RFC 2181 5.2)", set->ttl);
}

static void check_rrset(struct check *check, const struct build_rrset *set)
{
    const uint16_t type = set->first->type;
    check_single(check, set);
    check_place(check, set);
    if (set->bytes > UINT16_MAX)
        error(check, at(any(check->node, type)), "too large for a DNS message (64 KiB)");
    check_ttls(check, set);
    check_hidden(check, set);
    if (!is_host_checked(type) || hidden_by(check))
        return;
    for (const struct build_record *record = set->first; record != set->end; record = record->next)
        if (record->target == BUILD_NONE)
            check_host(check, record);
}

static void check_node(struct check *check, const struct build_node *node)
{
    check->node = node;
    for (struct build_record *record = node->records; record;) {
        const struct build_rrset set = build_rrset_at(record);
        check_rrset(check, &set);
        record = set.end;
    }
}

static void drop(void *arg, const struct zone_finding *finding)
{
    (void)arg;
    (void)finding;
}

int build_check(const struct zone_builder *builder, zone_find *find, void *arg, struct err *err)
{
    struct check check = {
        .builder = builder,
        .find = find ? find : drop,
        .arg = arg,
        .err = err,
    };
    check_apex(&check);
    for (uint32_t i = 0; i < builder->node_count && check.errors < ZONE_ERRORS_MAX; i++) {
        build_prefetch(builder, i);
        check_node(&check, &builder->nodes[i]);
    }
    return check.errors ? -1 : 0;
}
