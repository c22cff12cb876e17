/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_address.c - the addresses that the host has: those of services, in the right place, and
 * others for all that is not service. From `ip -j address`. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"

#include <stdio.h>
#include <string.h>

/* One address of an interface. Borrowed from the patient. */
struct place {
    const json_t *link, *info;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Walks over all addresses: { 0 } to start with. */
struct walk {
    size_t link, info;
};

static bool next_place(const struct patient *patient, struct walk *walk, struct place *out)
{
    const json_t *link;
    while ((link = json_array_get(patient->links, walk->link))) {
        const json_t *infos = json_object_get(link, "addr_info");
        if (walk->info < json_array_size(infos)) {
            *out = (struct place){ link, json_array_get(infos, walk->info++) };
            return true;
        }
        walk->link++;
        walk->info = 0;
    }
    return false;
}

/* By address, not by text: "2001:db8::1" has many. */
static bool is_at(const struct place *place, const struct addr *addr)
{
    struct addr other;
    return addr_parse(text_of(place->info, "local"), addr_port(addr), &other, NULL) == 0 &&
           addr_equal(&other, addr);
}

static bool is_service(const struct patient *patient, const char *text)
{
    struct addr addr;
    for (unsigned i = 0; i < patient->address_count; i++)
        if (addr_parse(text, addr_port(&patient->address[i].addr), &addr, NULL) == 0 &&
            addr_equal(&addr, &patient->address[i].addr))
            return true;
    return false;
}

/* Calls `look` for each place where a service address is. */
static void each_service_place(const struct patient *patient, struct findings *findings,
                               void (*look)(const struct patient_address *address,
                                            const struct place *place, struct findings *findings))
{
    for (unsigned i = 0; i < patient->address_count; i++) {
        struct walk walk = { 0 };
        struct place place;
        while (next_place(patient, &walk, &place))
            if (is_at(&place, &patient->address[i].addr))
                look(&patient->address[i], &place, findings);
    }
}

static int host_bits(const struct patient_address *address)
{
    return addr_family(&address->addr) == 4 ? 32 : 128;
}

static void look_present(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->address_count; i++) {
        const struct patient_address *address = &patient->address[i];
        struct walk walk = { 0 };
        struct place place;
        bool found = false;
        while (!found && next_place(patient, &walk, &place))
            found = is_at(&place, &address->addr);
        if (found)
            continue;
        finding(findings, DOCTOR_WRONG, "service %s: this host does not have %s", address->service,
                address->text);
        finding_fix(findings, "ip address add %s/%d dev lo  (and in the host's network settings)",
                    address->text, host_bits(address));
    }
}

/* Loopback and dummy devices answer no ARP and no neighbour discovery for others. */
static bool is_quiet_link(const struct place *place)
{
    return strcmp(text_of(place->link, "link_type"), "loopback") == 0 ||
           strncmp(text_of(place->link, "ifname"), "dummy", 5) == 0;
}

static void look_place_of(const struct patient_address *address, const struct place *place,
                          struct findings *findings)
{
    const char *device = text_of(place->link, "ifname"), *scope = text_of(place->info, "scope");
    const long long bits = json_integer_value(json_object_get(place->info, "prefixlen"));
    if (bits != host_bits(address)) {
        finding(findings, DOCTOR_WRONG, "%s is %s/%lld on %s: the kernel has a route of it",
                address->text, address->text, bits, device);
        finding_fix(findings, "ip address del %s/%lld dev %s; ip address add %s/%d dev lo",
                    address->text, bits, device, address->text, host_bits(address));
    } else if (!is_quiet_link(place)) {
        finding(findings, DOCTOR_RISKY, "%s is on %s, whose neighbours may take it for their own",
                address->text, device);
        finding_fix(findings, "ip address del %s/%lld dev %s; ip address add %s/%d dev lo",
                    address->text, bits, device, address->text, host_bits(address));
    } else if (strcmp(scope, "global") != 0) {
        finding(findings, DOCTOR_RISKY, "%s on %s has scope %s: replies may not leave from it",
                address->text, device, scope);
        finding_fix(findings, "ip address change %s/%d dev %s scope global", address->text,
                    host_bits(address), device);
    }
}

static void look_place(const struct patient *patient, struct findings *findings)
{
    each_service_place(patient, findings, look_place_of);
}

static void look_ready_of(const struct patient_address *address, const struct place *place,
                          struct findings *findings)
{
    const char *device = text_of(place->link, "ifname");
    if (json_is_true(json_object_get(place->info, "dadfailed")))
        finding(findings, DOCTOR_WRONG, "%s on %s: somebody else on the link has it", address->text,
                device);
    else if (json_is_true(json_object_get(place->info, "tentative")))
        finding(findings, DOCTOR_WRONG, "%s on %s is tentative: nothing is answered from it yet",
                address->text, device);
}

static void look_ready(const struct patient *patient, struct findings *findings)
{
    each_service_place(patient, findings, look_ready_of);
}

/* --- addresses of its own ------------------------------------------------------------------ */

static bool has_own(const struct patient *patient, int family)
{
    struct walk walk = { 0 };
    struct place place;
    const char *wanted = family == 4 ? "inet" : "inet6";
    while (next_place(patient, &walk, &place))
        if (strcmp(text_of(place.info, "family"), wanted) == 0 &&
            strcmp(text_of(place.info, "scope"), "global") == 0 &&
            !is_service(patient, text_of(place.info, "local")))
            return true;
    return false;
}

/* A session of BIRD's configuration, whose statements are gone through. */
struct source {
    const struct patient *patient;
    const char *session;
    struct findings *findings;
};

/* "local 198.51.100.2 as ASN", "source address 198.51.100.2" */
static void look_statement(void *arg, const char *statement)
{
    const struct source *source = arg;
    char address[ADDR_TEXT_MAX] = "";
    if ((sscanf(statement, "local %63[0-9a-fA-F.:]", address) == 1 ||
         sscanf(statement, "source address %63[0-9a-fA-F.:]", address) == 1) &&
        is_service(source->patient, address))
        finding(source->findings, DOCTOR_WRONG, "BGP session %s comes from %s, a service address",
                source->session, address);
}

static void look_unicast(const struct patient *patient, struct findings *findings)
{
    size_t at = 0;
    for (int family = 4; family <= 6; family += 2)
        if (patient_uses_family(patient, family) && !has_own(patient, family))
            finding(findings, DOCTOR_WRONG, "the host has no IPv%d address but those of services",
                    family);
    for (const char *name;
         patient->conf && (name = bird_conftext_next(patient->conf, "protocol bgp", &at));)
        bird_conftext_each(patient->conf, name, look_statement,
                           &(struct source){ patient, name, findings });
}

static void look_mtu(const struct patient *patient, struct findings *findings)
{
    size_t i;
    const json_t *link;
    json_array_foreach(patient->links, i, link) {
        const long long mtu = json_integer_value(json_object_get(link, "mtu"));
        if (json_array_size(json_object_get(link, "addr_info")) == 0 || mtu >= 1500)
            continue;
        finding(findings, mtu < 1280 ? DOCTOR_WRONG : DOCTOR_NOTE, "%s has an MTU of %lld%s",
                text_of(link, "ifname"), mtu,
                mtu < 1280 ? ": IPv6 needs 1280 (RFC 8200 5)"
                           : ": dnsd's responses (1280 at most) fit, larger ones do not");
    }
}

const struct doctor_check doctor_address_checks[] = {
    { "service-address", "The host has each service address",
      "A query to an address that nobody has is dropped, or goes back where it came from.",
      "ip address add ADDRESS dev lo", NEEDS_SETTINGS | NEEDS_ADDRESSES, look_present },
    { "address-place", "Service addresses are /32 and /128 on lo or a dummy device",
      "An interface with the whole prefix makes a route of it, which BIRD prefers to the service's "
      "and does not export; on a LAN neighbours see a duplicate.",
      "ip address add ADDRESS/32 dev lo", NEEDS_SETTINGS | NEEDS_ADDRESSES, look_place },
    { "address-ready", "No service address waits for duplicate address detection",
      "Until it is over the kernel does not answer from the address (RFC 4862 5.4); what failed "
      "stays unusable.",
      "ip address add ADDRESS/128 dev lo nodad", NEEDS_SETTINGS | NEEDS_ADDRESSES, look_ready },
    { "unicast", "Sessions, transfers and management have addresses of their own",
      "What comes back to a service address may come back to another site.",
      "give the host an address of its own, and say it in the session: local ADDRESS as ASN;",
      NEEDS_SETTINGS | NEEDS_ADDRESSES, look_unicast },
    { "mtu", "Interfaces take packets of 1500 bytes",
      "On anycast, \"packet too big\" may reach another site than the one that sent it.",
      "ip link set DEVICE mtu 1500, if the path takes it", NEEDS_ADDRESSES, look_mtu },
    { 0 },
};
