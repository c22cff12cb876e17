/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_doctor_host.c - the doctor on addresses, ports, packet filters and the kernel. */
#include "tests/unit/recorded_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESSES      "commands/ip_-j_address"
#define RULES          "commands/nft_-j_list_ruleset"
#define PLAY(ailments) machine_play(ailments, sizeof(ailments) / sizeof *(ailments))

static void test_addresses(void **state)
{
    static const struct ailment ailments[] = {
        { ADDRESSES, "\"192.0.2.53\"", "\"192.0.2.54\"", "service-address", DOCTOR_WRONG,
          "this host does not have 192.0.2.53", "ip address add 192.0.2.53/32 dev lo" },
        { ADDRESSES, "\"prefixlen\": 32", "\"prefixlen\": 24", "address-place", DOCTOR_WRONG,
          "192.0.2.53/24 on lo: the kernel has a route", "ip address del 192.0.2.53/24 dev lo" },
        { ADDRESSES, "\"link_type\": \"loopback\"", "\"link_type\": \"ether\"", "address-place",
          DOCTOR_RISKY, "192.0.2.53 is on lo", NULL },
        { ADDRESSES, "\"scope\": \"global\"", "\"scope\": \"link\"", "address-place", DOCTOR_RISKY,
          "has scope link", "scope global" },
        { ADDRESSES, "\"nodad\": true", "\"tentative\": true", "address-ready", DOCTOR_WRONG,
          "2001:db8:53::53 on lo is tentative", "nodad" },
        { ADDRESSES, "\"nodad\": true", "\"dadfailed\": true, \"tentative\": true", "address-ready",
          DOCTOR_WRONG, "somebody else on the link has it", NULL },
        { ADDRESSES, "\"2001:db8:1::2\"", "\"2001:db8:53::53\"", "unicast", DOCTOR_WRONG,
          "no IPv6 address but those of services", NULL },
        { "etc/bird/peers/up.conf", "local 198.51.100.2", "local 192.0.2.53", "unicast",
          DOCTOR_WRONG, "session up_p comes from 192.0.2.53", NULL },
        { ADDRESSES, "\"mtu\": 1500", "\"mtu\": 1279", "mtu", DOCTOR_WRONG, "e0 has an MTU of 1279",
          NULL },
        { ADDRESSES, "\"mtu\": 1500", "\"mtu\": 1420", "mtu", DOCTOR_NOTE, "e0 has an MTU of 1420",
          NULL },
        { ADDRESSES, NULL, NULL, "service-address", DOCTOR_UNSEEN, "ip_-j_address", NULL },
    };
    (void)state;
    PLAY(ailments);
}

static void test_ports(void **state)
{
    static const struct ailment ailments[] = {
        { "proc/100/comm", "dnsd", "named", "port", DOCTOR_WRONG,
          "192.0.2.53 port 53 (UDP) belongs to named, pid 100", "systemctl disable --now named" },
        { "proc/net/udp", "350200C0:0035", "350200C0:0036", "port", DOCTOR_WRONG,
          "nobody listens on 192.0.2.53 port 53 (UDP)", "listen in dnsd.conf" },
        { "proc/net/tcp6", "0A 0", "01 0", "port", DOCTOR_WRONG,
          "nobody listens on 2001:db8:53::53 port 53 (TCP)", NULL },
        /* Somebody whose descriptors cannot be seen. */
        { "proc/net/udp", "  999        0 1001", "    7        0 4711", "port", DOCTOR_UNSEEN,
          "belongs to a process of uid 7", "sudo" },
        { "proc/net/udp", NULL, NULL, "port", DOCTOR_UNSEEN, "udp", NULL },
        { "commands/dnsd_status", "198.51.100.2@53", "192.0.2.53@53", "unicast-listen", DOCTOR_NOTE,
          "service addresses only", NULL },
        { "commands/dnsd_status", "192.0.2.0/24", "192.0.2.0/28", "transfers", DOCTOR_NOTE,
          "on service address 192.0.2.53, too", "anycast = [ \"192.0.2.53\" ];" },
    };
    (void)state;
    PLAY(ailments);
}

static void test_a_wildcard_listens_too(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, "proc/net/udp", "350200C0:0035", "00000000:0035");
    struct patient *patient = machine_examine(root, "port", &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

/* With one service, whose queries they are is no question. */
static void test_services_behind_a_wildcard(void **state)
{
    static const struct ailment ailment = {
        "commands/dnsd_status",
        "\"192.0.2.53@53\"",
        "\"0.0.0.0@53\"",
        "own-queries",
        DOCTOR_NOTE,
        "dnsd does not listen on 192.0.2.53@53 by itself: the queries of service dns are",
        "listen ="
    };
    struct findings findings;
    char *root = machine_new();
    (void)state;
    machine_change(root, ailment.file, ailment.from, ailment.to);
    struct patient *patient = machine_examine(root, ailment.check, &findings);
    assert_int_equal(findings.items[0].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_change(root, ailment.file, ailment.to, ailment.from);
    machine_change(root, "etc/proxima/anycastd.conf", "} );",
                   "}, { name = \"web\"; prefixes = [ \"198.51.100.0/24\" ];\n"
                   "addresses = [ \"198.51.100.2\" ]; zones = [ \"example.com\" ]; } );");
    machine_play_on(root, &ailment);
    machine_free(root);
}

#define WAY_BACK                                                                                           \
    "{\"nftables\": [{\"rule\": {\"family\": \"inet\", \"table\": \"dns\", \"chain\": \"in\", \"expr\": [" \
    "{\"match\": {\"op\": \"==\", \"left\": {\"fib\": {\"result\": \"oif\", \"flags\": [\"saddr\", "       \
    "\"iif\"]}}, \"right\": false}}, {\"drop\": null}]}}]}"

static void test_nft(void **state)
{
    static const struct ailment ailments[] = {
        { RULES, "    53,\n", "    54,\n", "firewall", DOCTOR_RISKY,
          "inet filter, chain input, drops the rest, and nothing accepts DNS over UDP, port 53",
          "nft insert rule inet filter input udp dport 53 accept" },
        { RULES, "\"right\": 179", "\"right\": 178", "firewall", DOCTOR_RISKY, "BGP, TCP port 179",
          NULL },
        { RULES, "\"dport\"", "\"sport\"", "firewall", DOCTOR_RISKY, "accepts DNS over UDP", NULL },
        { RULES, "3784", "3785", "firewall", DOCTOR_RISKY, "BFD, UDP port 3784", NULL },
        { RULES, "4780", "4785", "firewall", DOCTOR_RISKY, "UDP port 4784", NULL },
        { RULES, "\"notrack\": null", "\"drop\": null", "firewall", DOCTOR_WRONG,
          "inet dns, chain in, drops DNS over UDP", NULL },
        { RULES, "\"notrack\": null", "\"counter\": null", "notrack", DOCTOR_RISKY,
          "tracks each query and response", "notrack" },
        { RULES, "\"output\"", "\"prerouting\"", "notrack", DOCTOR_RISKY, "each response", NULL },
        { RULES, NULL, WAY_BACK, "reverse-path", DOCTOR_RISKY,
          "inet dns, chain in, drops what would not go back", "fib" },
    };
    (void)state;
    PLAY(ailments);
}

#define IPTABLES                                                                                   \
    "# Generated\n*raw\n:PREROUTING ACCEPT [0:0]\n"                                                \
    "-A PREROUTING -p udp -m udp --dport 53 -j CT --notrack\n"                                     \
    "-A OUTPUT -p udp -m udp --sport 53 -j NOTRACK\nCOMMIT\n"                                      \
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"                                            \
    "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"                              \
    "-A INPUT -p udp -m multiport --dports 53,3784:4784 -m comment --comment dns -j ACCEPT\n"      \
    "-A INPUT -p tcp -m tcp --dport 53 -j ACCEPT\n"                                                \
    "-A INPUT -s 198.51.100.1/32 -p tcp -m tcp --dport 179 -j ACCEPT\nCOMMIT\n"

/* Where there is no nft. */
static void test_iptables(void **state)
{
    static const struct ailment ailments[] = {
        { "commands/iptables-save", "--dport 179", "--dport 178", "firewall", DOCTOR_RISKY,
          "iptables filter, chain INPUT, drops the rest, and nothing accepts BGP",
          "iptables -I INPUT -p tcp --dport 179 -j ACCEPT" },
        /* A port that packets come from is another matter. */
        { "commands/iptables-save", "--dports 53", "--sports 53", "firewall", DOCTOR_RISKY,
          "nothing accepts DNS over UDP", NULL },
        { "commands/iptables-save", "53,3784:4784", "53,3784", "firewall", DOCTOR_RISKY,
          "UDP port 4784", NULL },
        { "commands/iptables-save", "--dport 53 -j ACCEPT", "--dport 53 -j REJECT", "firewall",
          DOCTOR_WRONG, "drops DNS over TCP", NULL },
        { "commands/iptables-save", "-j CT --notrack", "-j CT", "notrack", DOCTOR_RISKY,
          "each query on", NULL },
        { "commands/iptables-save", "-j CT --notrack", "-m rpfilter --invert -j DROP",
          "reverse-path", DOCTOR_RISKY, "iptables raw, chain PREROUTING", "rpfilter" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof ailments / sizeof *ailments; i++) {
        char *root = machine_new();
        machine_change(root, RULES, NULL, NULL);
        machine_change(root, ailments[i].file, NULL, IPTABLES);
        machine_play_on(root, &ailments[i]);
        machine_free(root);
    }
}

/* A packet filter as it should be, told by iptables. */
static void test_iptables_that_are_well(void **state)
{
    (void)state;
    struct findings findings;
    char *root = machine_new();
    machine_change(root, RULES, NULL, NULL);
    machine_change(root, "commands/iptables-save", NULL, IPTABLES);
    struct patient *patient = machine_examine(root, "firewall,notrack,reverse-path", &findings);
    assert_int_equal(findings.count, 3);
    for (size_t i = 0; i < findings.count; i++)
        assert_int_equal(findings.items[i].grade, DOCTOR_OK);
    findings_free(&findings);
    patient_free(patient);
    machine_free(root);
}

static void test_kernel(void **state)
{
    static const struct ailment ailments[] = {
        { "proc/sys/net/ipv4/conf/e0/rp_filter", NULL, "1\n", "rp-filter", DOCTOR_RISKY,
          "strict on e0", "net.ipv4.conf.e0.rp_filter=0" },
        { "proc/sys/net/ipv4/conf/all/rp_filter", NULL, "1\n", "rp-filter", DOCTOR_RISKY,
          "strict on e0", NULL },
        { "proc/sys/net/ipv4/ip_forward", NULL, "1\n", "forwarding", DOCTOR_RISKY,
          "net.ipv4.ip_forward is on", "sysctl -w net.ipv4.ip_forward=0" },
        { "proc/sys/net/ipv6/conf/all/forwarding", NULL, "1\n", "forwarding", DOCTOR_RISKY,
          "net.ipv6.conf.all.forwarding is on", NULL },
        { "proc/sys/net/netfilter/nf_conntrack_count", NULL, "800000\n", "conntrack-size",
          DOCTOR_RISKY, "76 % full", NULL },
        { "proc/sys/net/netfilter/nf_conntrack_count", NULL, "1048576\n", "conntrack-size",
          DOCTOR_WRONG, "100 % full", "nf_conntrack_max=1048576" },
        { "proc/sys/net/netfilter/nf_conntrack_max", NULL, "65536\n", "conntrack-size", DOCTOR_NOTE,
          "65536 places", NULL },
        { "proc/sys/net/core/rmem_max", NULL, "212992\n", "receive-buffer", DOCTOR_NOTE,
          "212992 bytes", "net.core.rmem_max=4194304" },
        { "proc/100/limits", "size        0  ", "size        unlimited  ", "core-dump", DOCTOR_NOTE,
          "dumps its memory (to core)", "LimitCORE=0" },
        { "sys/kernel/mm/transparent_hugepage/enabled", NULL, "always madvise [never]\n",
          "huge-pages", DOCTOR_NOTE, "off", "madvise" },
        { "commands/adjtimex", NULL, "0x41\n", "clock", DOCTOR_RISKY, "not synchronised",
          "timesyncd" },
        { "commands/ip_-j_-4_route_show_default", NULL, "[]", "default-route", DOCTOR_WRONG,
          "IPv4: there is no default route", NULL },
        { "commands/ip_-j_-6_route_show_default", "\"metric\":2000",
          "\"metric\":32,\"protocol\":\"bird\"", "default-route", DOCTOR_RISKY,
          "IPv6: the only default route is BGP's", "metric 1000" },
        { "commands/ip_-j_-4_route_show_default", NULL,
          "[{\"dst\":\"default\",\"dev\":\"e0\"},{\"dst\":\"default\",\"dev\":\"e1\"}]",
          "default-route", DOCTOR_RISKY, "IPv4: two default routes", NULL },
    };
    (void)state;
    PLAY(ailments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_a_wildcard_listens_too),
        cmocka_unit_test(test_services_behind_a_wildcard),
        cmocka_unit_test(test_nft),
        cmocka_unit_test(test_iptables),
        cmocka_unit_test(test_iptables_that_are_well),
        cmocka_unit_test(test_kernel),
    };
    return cmocka_run_group_tests_name("doctor_host", tests, NULL, NULL);
}
