"""anycastd with several services, families that share their fate, external checks, and what it sees of its host: with a
real BIRD and a real dnsd."""

import pytest

from dnsd import example_zone
from node import BIRD, BOTH_NORMAL, HOST, Node, Service

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

BACKUP6 = {(4, "normal"), (6, "backup")}
BOTH_BACKUP = {(4, "backup"), (6, "backup")}


def cause_of(status, service=0, family=0):
    return status["services"][service]["families"][family]["health"]


def test_one_bad_zone_of_one_service_leaves_the_other_one_alone():
    zones = {"example.com": example_zone(), "example.org": example_zone().replace("example.com", "example.org")}
    services = {"four": Service((4,), ("example.com",)), "six": Service((6,), ("example.org",))}
    with Node(services=services, zones=zones) as node:
        node.dnsd.write_zone("example.org", "this is no zone\n")
        node.dnsd.command("reload")
        node.wait_levels(BACKUP6)
        status = node.wait_status(lambda status: cause_of(status, 1)["cause"] == "zone_stale")
        assert "example.org" in cause_of(status, 1)["evidence"] and cause_of(status, 0)["cause"] == "ok"
        node.dnsd.write_zone("example.org", zones["example.org"].replace("hostmaster 1 ", "hostmaster 2 "))
        node.dnsd.ask("reload")
        node.wait_levels(BOTH_NORMAL)
        node.wait_event("level", service="six", to="backup")
        assert {event["service"] for event in node.events("level") if event["to"] == "backup"} == {"six"}


def check(folder, **settings):
    """A check in anycastd.conf that fails while there is a file `bad` in the folder, and says what stands in it."""
    text = "; ".join(f'{key} = "{value}"' for key, value in settings.items())
    script = f"test ! -e {folder}/bad || {{ cat {folder}/bad; exit 1; }}"
    return (f'{{ name = "mine"; command = [ "/bin/sh", "-c", "{script}" ]; interval = "50ms"; fall = 1; rise = 1; {text}; }}')


def test_a_soft_check_leads_to_backup_and_back(tmp_path):
    with Node(extra=f"checks = ( {check(tmp_path, timeout='20s')} );") as node:
        (tmp_path / "bad").write_text("the disk is warm\n")
        node.wait_levels(BOTH_BACKUP)
        health = cause_of(node.wait_status(lambda status: cause_of(status)["cause"] == "check_soft"))
        assert health["evidence"] == "check mine: exit status 1: the disk is warm"
        row, = node.wait_status(lambda status: status["checks"][0]["state"] == "fails")["checks"]
        assert (row["name"], row["class"], row["service"]) == ("mine", "soft", "")
        (tmp_path / "bad").unlink()
        node.wait_levels(BOTH_NORMAL)


def test_a_check_of_class_alarm_changes_nothing(tmp_path):
    with Node(extra=f"checks = ( {check(tmp_path, **{'class': 'alarm', 'timeout': '20s'})} );") as node:
        (tmp_path / "bad").write_text("look at me\n")
        status = node.wait_status(lambda status: any("external check" in alarm for alarm in status["alarms"]))
        assert cause_of(status)["cause"] == "check_alarm" and not status["healthy"]
        assert node.bird.levels() == BOTH_NORMAL


def test_what_cannot_be_run_is_an_alarm(tmp_path):
    wrong = 'checks = ( { name = "gone"; command = [ "/nowhere/at/all" ]; class = "wrong"; interval = "50ms"; } );'
    with Node(extra=wrong) as node:
        status = node.wait_status(lambda status: cause_of(status)["cause"] == "check_alarm")
        assert cause_of(status)["evidence"] == "check gone: it cannot be run: No such file or directory"
        assert node.bird.levels() == BOTH_NORMAL


def test_checks_are_awaited_before_anything_is_announced(tmp_path):
    waiting = f'checks = ( {{ name = "slow"; command = [ "/bin/sh", "-c", "while ! test -e {tmp_path}/go; do sleep 0.05; done" ]; ' \
              'timeout = "1m"; } );'
    node = Node(extra=waiting)
    try:
        node.bird.start()
        node.start_guard()
        node.start_anycastd()
        node.dnsd.start()
        node.wait_status(lambda status: status["dnsd"]["connected"] and
                         cause_of(status)["evidence"] == "check slow: not ended yet")
        assert node.bird.levels() == set()
        (tmp_path / "go").touch()
        node.wait_levels(BOTH_NORMAL)
    finally:
        node.end()


def fake_proc(folder, count):
    at = folder / "proc/sys/net/netfilter"
    at.mkdir(parents=True, exist_ok=True)
    (at / "nf_conntrack_max").write_text("1000\n")
    (at / "nf_conntrack_count").write_text(f"{count}\n")


def test_a_full_table_of_connections_leads_to_backup(tmp_path):
    fake_proc(tmp_path, 10)
    with Node(host=HOST.replace("};", f'proc = "{tmp_path}/proc"; interval = "50ms"; }};')) as node:
        fake_proc(tmp_path, 990)
        node.wait_levels(BOTH_BACKUP)
        rows = {row["check"]: row for row in node.status()["host"]}
        assert rows["conntrack"] == {"check": "conntrack", "state": "bad", "detail": "990 of 1000 connections (99 %)"}
        node.wait_log("anycastd", 'host check=conntrack state=bad detail="990 of 1000')
        assert rows["addresses"]["state"] in ("good", "unknown") and rows["route4"]["state"] == "off"
        fake_proc(tmp_path, 10)
        node.wait_levels(BOTH_NORMAL)


def start_dnsd_without_ipv4(node):
    node.kill("dnsd")
    node.wait_levels(set())
    node.dnsd.listen = [address for address in node.addresses if ":" in address]
    node.dnsd.write_conf()
    node.dnsd.start()


def test_families_are_judged_apart():
    with Node() as node:
        start_dnsd_without_ipv4(node)
        node.wait_levels({(6, "normal")})
        node.wait_status(lambda status: cause_of(status, family=0)["cause"] == "port_closed")


def test_families_share_their_fate_if_told_so():
    with Node(services={"dns": Service(more='fate = "together";')}) as node:
        start_dnsd_without_ipv4(node)
        health = cause_of(node.wait_status(lambda status: cause_of(status, family=1)["cause"] == "port_closed"), family=1)
        assert health["evidence"].startswith("IPv6 shares the fate of IPv4: 127.0.0.53 over UDP: ")
        assert node.bird.levels() == set()
