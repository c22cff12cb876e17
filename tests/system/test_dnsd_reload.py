"""New zones and new configurations under way: nothing is lost, and what is bad changes nothing."""

import signal
import socket
import threading

import pytest

from dnsd import SECONDS, example_zone, wait_for
from steady import Steady

import dns.message
import dns.query
import dns.rcode
import dns.zone


@pytest.fixture
def dnsd(new_dnsd):
    with new_dnsd() as dnsd:
        yield dnsd


def hup(dnsd):
    """SIGHUP, and waits until it is done."""
    since = len(dnsd.log_text())
    dnsd.process.send_signal(signal.SIGHUP)
    dnsd.wait_for_log(r"zones-loaded|reload-failed", since)
    return dnsd.log_text()[since:]


@pytest.mark.parametrize("reload", [lambda dnsd: dnsd.ask("reload"), hup], ids=["control", "sighup"])
def test_reloads_lose_no_query(dnsd, reload):
    clients = [Steady(dnsd), Steady(dnsd), Steady(dnsd, tcp=True)]
    for client in clients:
        client.start()
    for serial in range(2, 12):
        dnsd.write_zone("example.com", example_zone(serial))
        reload(dnsd)
        for client in clients:
            client.wait_for(serial)
    for client in clients:
        client.stop()
        assert client.lost == 0
        assert sorted(client.serials) == client.serials and set(client.serials) >= {2, 11}


def test_reply_says_what_was_done(dnsd):
    assert dnsd.ask("reload") == {"ok": True, "loaded": 0, "unchanged": 1, "failed": 0, "removed": 0,
                                  "problems": [], "restart_needed": []}
    assert dnsd.ask("reload", force=True)["loaded"] == 1
    assert dnsd.ask("reload", zone="example.com")["loaded"] == 1


def test_zone_is_added_and_removed(dnsd):
    dnsd.write_zone("other.test", example_zone(5).replace("example.com", "other.test"))
    dnsd.write_conf()
    assert dnsd.ask("reload")["loaded"] == 1
    assert dnsd.serial("other.test") == 5
    del dnsd.zones["other.test"]
    dnsd.write_conf()
    assert dnsd.ask("reload")["removed"] == 1
    assert dnsd.udp("other.test", "SOA").rcode() == dns.rcode.REFUSED
    assert dnsd.serial() == 1


def test_folder_of_zones_follows_its_files(dnsd):
    folder = dnsd.folder / "zones" / "hosted"
    folder.mkdir()
    dnsd.extra = 'zone_folders = ( { folder = "hosted"; } );'
    dnsd.write_conf()
    assert "hosted has no zone" in dnsd.command("reload")["error"]  # as if it were not mounted
    for name in ("a.test", "b.test"):
        (folder / f"{name}.zone").write_text(example_zone(7).replace("example.com", name))
    assert dnsd.ask("reload")["loaded"] == 2
    assert dnsd.serial("a.test") == dnsd.serial("b.test") == 7
    (folder / "a.test.zone").unlink()
    assert dnsd.ask("reload")["removed"] == 1
    assert dnsd.udp("a.test", "SOA").rcode() == dns.rcode.REFUSED
    (folder / "b.test.zone").unlink()
    assert "hosted has no zone" in dnsd.command("reload")["error"]
    assert dnsd.serial("b.test") == 7 and dnsd.serial() == 1


def test_bad_zone_file_leaves_the_old_version(dnsd):
    dnsd.write_zone("example.com", example_zone(2).replace("192.0.2.80", "192.0.2.800"))
    reply = dnsd.ask("reload")
    assert reply["failed"] == 1 and reply["problems"][0]["zone"] == "example.com."
    assert dnsd.serial() == 1
    zone = dnsd.zone("example.com")
    assert zone["state"] == "stale" and zone["serial"] == 1
    assert "example.com.zone:11: " in zone["error"]
    dnsd.write_zone("example.com", example_zone(3))
    assert dnsd.ask("reload")["loaded"] == 1
    zone = dnsd.zone("example.com")
    assert (zone["state"], zone["serial"], zone["error"]) == ("serving", 3, "")


def test_zone_file_that_is_gone_leaves_the_old_version(dnsd):
    dnsd.zone_file("example.com").unlink()
    assert dnsd.ask("reload")["failed"] == 1
    assert dnsd.serial() == 1 and dnsd.zone("example.com")["state"] == "stale"


@pytest.mark.parametrize("text, reason", [
    ('node = "test1"; zones = ( {', "syntax error"),
    ('node = "test1"; no_such_setting = 1;', "no_such_setting"),
    ('node = "test1"; workers = "two";', "workers"),
    ('node = "test1"; listen = ["127.0.0.1@x"];', "127.0.0.1@x"),
])
def test_bad_configuration_changes_nothing(dnsd, text, reason):
    dnsd.write_conf(text)
    dnsd.write_zone("example.com", example_zone(2))
    reply = dnsd.command("reload")
    assert not reply["ok"] and "dnsd.conf:" in reply["error"] and reason in reply["error"]
    dnsd.wait_for_log("reload-failed")
    assert "nothing changed" in hup(dnsd)
    assert dnsd.serial() == 1
    dnsd.write_conf()
    assert dnsd.ask("reload")["loaded"] == 1 and dnsd.serial() == 2


def test_what_needs_a_restart_is_said(dnsd):
    dnsd.workers = 3
    dnsd.extra = 'version = "of yesterday"; stop_timeout = "3s"; log_level = "debug";'
    dnsd.write_conf()
    for _ in range(2):  # it stays so until the restart
        assert dnsd.ask("reload")["restart_needed"] == ["workers", "version"]
    dnsd.wait_for_log("restart-needed setting=workers")
    assert len(dnsd.ask("status")["workers"]) == 2


def test_many_reloads_at_once_are_all_answered(dnsd):
    serials = []

    def reload():
        serials.append(dnsd.ask("reload", force=True)["loaded"])

    threads = [threading.Thread(target=reload) for _ in range(20)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        dnsd.process.send_signal(signal.SIGHUP)
    for thread in threads:
        thread.join(SECONDS)
    assert serials == [1] * 20


def test_client_that_leaves_before_its_reply(dnsd):
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(dnsd.control))
            client.sendall(b'{"cmd": "reload", "force": true}\n')
    wait_for(lambda: dnsd.log_text().count("zones-loaded") >= 6, "end of the reloads")
    assert dnsd.ask("reload")["unchanged"] == 1


def test_wrong_commands_are_told_what_there_is(dnsd):
    assert "status, stats, zones, reload and fail" in dnsd.command("dance")["error"]
    assert "not configured" in dnsd.command("reload", zone="other.test")["error"]
    assert "not configured" in dnsd.command("zones", zone="other.test")["error"]
    assert "in quotes" in dnsd.command("zones", zone=7)["error"]


def test_start_with_a_bad_zone_serves_the_others(new_dnsd):
    with new_dnsd(zones={"example.com": example_zone(), "bad.test": "@ SOA\n"}) as dnsd:
        assert dnsd.serial() == 1
        assert dnsd.udp("www.bad.test").rcode() == dns.rcode.SERVFAIL
        assert dnsd.zone("bad.test")["state"] == "failed"
        dnsd.write_zone("bad.test", example_zone(2).replace("example.com", "bad.test"))
        assert dnsd.ask("reload")["loaded"] == 1
        assert dnsd.serial("bad.test") == 2


LARGE = 6000  # names: smaller zones are loaded whole


def large_zone(serial, gone=(), changed=()):
    names = "".join(f"n{i} A 192.0.2.{serial if i in changed else 0}\n" for i in range(LARGE) if i not in gone)
    return example_zone(serial) + names


def transfer(dnsd):
    """All records of the zone, as text."""
    messages = dns.query.xfr("127.0.0.1", "example.com", port=dnsd.ports["127.0.0.1"], lifetime=SECONDS,
                              relativize=False)
    return dns.zone.from_xfr(messages, relativize=False).to_text(sorted=True, relativize=False)


@pytest.fixture
def large(new_dnsd):
    dnsd = new_dnsd(zones={"example.com": large_zone(1)})
    dnsd.zones["example.com"] = 'allow_transfer = [ "127.0.0.0/8" ];'
    dnsd.write_conf()
    with dnsd:
        yield dnsd


def test_reload_by_difference(large):
    assert large.zone("example.com")["from"] == "file"
    clients = [Steady(large), Steady(large, tcp=True)]
    for client in clients:
        client.start()
    for serial in range(2, 6):
        text = large_zone(serial, gone={1, serial}, changed={7, 10 * serial})
        large.write_zone("example.com", text)
        large.ask("reload")
        zone = large.zone("example.com")
        assert (zone["from"], zone["state"]) == ("difference", "serving")
        assert zone["changed"] <= 6  # the SOA's; one that is gone and one that was; n7, and one as before
        assert large.udp(f"n{serial}.example.com").rcode() == dns.rcode.NXDOMAIN
        assert large.udp("n7.example.com").answer[0][0].address == f"192.0.2.{serial}"
        want = dns.zone.from_text(text, "example.com.", relativize=False)
        assert transfer(large) == want.to_text(sorted=True, relativize=False)
    for client in clients:
        client.wait_for(5)
        client.stop()
        assert client.lost == 0
        assert client.serials == sorted(client.serials)


def test_difference_that_is_bad_changes_nothing(large):
    large.write_zone("example.com", large_zone(2) + "n5 CNAME www\n")
    large.ask("reload")
    zone = large.zone("example.com")
    assert (zone["state"], zone["serial"], large.serial()) == ("stale", 1, 1)
    assert "n5.example.com. CNAME: stands beside other data" in zone["error"]
