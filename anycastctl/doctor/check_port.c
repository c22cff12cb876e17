/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_port.c - who listens where queries come in, and where they must not. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"
#include "anycastctl/doctor/sockets.h"
#include "common/report.h"

#include <string.h>

/* What is known of one service address. */
struct listening {
    const struct patient *patient;
    struct findings *findings;
    const struct patient_address *address;
    bool udp, tcp; /* dnsd listens, or somebody who cannot be told */
};

static bool is_for(const struct addr *bound, const struct addr *wanted)
{
    if (addr_port(bound) != addr_port(wanted))
        return false;
    if (addr_is_any(bound)) /* :: takes IPv4 too, unless it is told not to: that cannot be seen */
        return addr_family(bound) == addr_family(wanted);
    return addr_equal(bound, wanted);
}

/* The user that dnsd runs as; false if it does not run. */
static bool is_dnsds_user(const struct patient *patient, int64_t uid)
{
    pid_t pids[HOST_PROCESSES_MAX];
    int64_t own;
    return host_find(&patient->host, "dnsd", pids) > 0 &&
           host_status_number(&patient->host, pids[0], "Uid", &own) == 0 && own == uid;
}

static void look_socket(void *arg, const struct host_socket *socket)
{
    struct listening *listening = arg;
    char name[32];
    const struct patient_address *address = listening->address;
    if (!is_for(&socket->addr, &address->addr))
        return;
    const char *transport = socket->tcp ? "TCP" : "UDP";
    const unsigned port = addr_port(&address->addr);
    const pid_t owner = socket_owner(&listening->patient->host, socket->inode, name);
    const bool is_dnsd = owner ? strcmp(name, "dnsd") == 0
                               : is_dnsds_user(listening->patient, socket->uid);
    if (owner && !is_dnsd) {
        finding(listening->findings, DOCTOR_WRONG, "%s port %u (%s) belongs to %s, pid %d",
                address->text, port, transport, name, (int)owner);
        finding_fix(listening->findings,
                    "systemctl disable --now %s, or let it listen on another address only", name);
        return;
    }
    if (!owner && !is_dnsd)
        finding_unseen(listening->findings, "%s port %u (%s) belongs to a process of uid %lld",
                       address->text, port, transport, (long long)socket->uid);
    listening->udp |= !socket->tcp;
    listening->tcp |= socket->tcp;
}

static void look_address(const struct patient *patient, const struct patient_address *address,
                         struct findings *findings)
{
    struct err err;
    const size_t before = findings->count;
    struct listening listening = { patient, findings, address, false, false };
    if (sockets_each(&patient->host, look_socket, &listening, &err))
        finding_unseen(findings, "%s", err.msg);
    else if (findings->count == before && !(listening.udp && listening.tcp))
        finding(findings, DOCTOR_WRONG, "nobody listens on %s port %u (%s)", address->text,
                addr_port(&address->addr),
                listening.udp   ? "TCP"
                : listening.tcp ? "UDP"
                                : "UDP and TCP");
}

static void look_ports(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->address_count; i++)
        look_address(patient, &patient->address[i], findings);
}

/* dnsd's own addresses: something of the node should answer on an address that is this site's. */
static void look_unicast(const struct patient *patient, struct findings *findings)
{
    size_t i;
    const json_t *listen;
    bool own = false;
    json_array_foreach(json_object_get(patient->dnsd, "listen"), i, listen) {
        struct addr addr;
        const char *text = json_string_value(json_object_get(listen, "address"));
        if (!text || addr_parse(text, 53, &addr, NULL))
            continue;
        bool service = false;
        for (unsigned a = 0; a < patient->address_count; a++)
            service |= addr_equal(&patient->address[a].addr, &addr);
        own |= !service;
    }
    if (!own)
        finding(findings, DOCTOR_NOTE, "dnsd listens on service addresses only");
}

/* dnsd says which of its addresses it takes for those of other sites, too. */
static bool is_known_as_anycast(const struct patient *patient, const struct addr *addr)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(patient->dnsd, "anycast"), i, item) {
        struct prefix prefix;
        const char *text = json_string_value(item);
        if (text && prefix_parse(text, &prefix, NULL) == 0 && prefix_contains(&prefix, addr))
            return true;
    }
    return false;
}

static void look_transfers(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->address_count; i++) {
        const struct patient_address *address = &patient->address[i];
        if (is_known_as_anycast(patient, &address->addr))
            continue;
        finding(findings, DOCTOR_NOTE, "dnsd gives zone transfers on service address %s, too",
                address->text);
        finding_fix(findings,
                    "anycast = [ \"%s\" ];  (or its whole prefix) in dnsd.conf, and restart",
                    address->text);
    }
}

/* Does dnsd listen on it by itself, and tell anycastd how many queries come there? */
static bool is_counted(const struct patient *patient, const struct addr *wanted)
{
    size_t i;
    const json_t *listen;
    json_array_foreach(json_object_get(patient->dnsd, "listen"), i, listen) {
        struct addr addr;
        const char *text = json_string_value(json_object_get(listen, "address"));
        if (i < REPORT_ADDRESSES_MAX && text && addr_parse(text, 53, &addr, NULL) == 0 &&
            addr_equal(&addr, wanted))
            return true;
    }
    return false;
}

/* Of one service alone, the node's queries are a good enough measure. */
static void look_counted(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; patient->settings->service_count > 1 && i < patient->address_count; i++) {
        const struct patient_address *address = &patient->address[i];
        char text[ADDR_TEXT_MAX];
        if (!is_counted(patient, &address->addr))
            finding(findings, DOCTOR_NOTE,
                    "dnsd does not listen on %s by itself: the queries of service %s are counted "
                    "with those of others",
                    addr_text(&address->addr, text), address->service);
    }
}

const struct doctor_check doctor_port_checks[] = {
    { "port", "dnsd, and nobody else, listens on the service addresses, over UDP and TCP",
      "With SO_REUSEPORT another server of the same user takes a part of the queries without a "
      "word; without it dnsd cannot start.",
      "add the address to listen in dnsd.conf, and restart dnsd", NEEDS_SETTINGS, look_ports },
    { "unicast-listen", "dnsd also answers on an address that is this site's alone",
      "Monitoring and transfers that ask a service address reach whichever site is nearest.",
      "listen = [ …, \"ADDRESS OF THIS SITE\" ];  in dnsd.conf", NEEDS_SETTINGS | NEEDS_DNSD,
      look_unicast },
    { "transfers", "dnsd gives zone transfers on addresses of this site alone",
      "A secondary that asks a service address gets the zone of whichever site is nearest now, and "
      "of another one in the middle of the transfer.",
      "anycast = [ \"PREFIX\" ];  in dnsd.conf, and restart dnsd", NEEDS_SETTINGS | NEEDS_DNSD,
      look_transfers },
    { "own-queries", "dnsd counts the queries of each service by themselves",
      "Behind a wildcard a drain waits for the queries of all services, and no query rate proves a "
      "change of one of them.",
      "listen = [ \"SERVICE ADDRESS\", … ];  in dnsd.conf, instead of 0.0.0.0 and ::, and restart",
      NEEDS_SETTINGS | NEEDS_DNSD, look_counted },
    { 0 },
};
