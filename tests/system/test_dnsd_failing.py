"""Zones that fail on purpose: clients see SERVFAIL, reports see nothing, and it ends by itself."""

import os
import subprocess

import pytest

from dnsd import wait_for

import dns.rcode


@pytest.fixture
def dnsd(new_dnsd):
    with new_dnsd() as dnsd:
        yield dnsd


def rcode(dnsd):
    return dns.rcode.to_text(dnsd.udp("www.example.com").rcode())


def test_it_answers_servfail_until_the_time_is_over(dnsd):
    assert rcode(dnsd) == "NOERROR"
    assert dnsd.ask("fail", zones=["example.com"], for_ms=4000) == {"ok": True, "zones": 1}
    assert rcode(dnsd) == "SERVFAIL"
    assert dnsd.zone("example.com")["state"] == "serving"
    assert dnsd.ask("status")["zones"]["serving"] == 1
    wait_for(lambda: rcode(dnsd) == "NOERROR", "an answer again")
    dnsd.wait_for_log("failing-ended")


def test_it_ends_when_asked_to(dnsd):
    dnsd.ask("fail", zones=["example.com"], for_ms=600_000)
    assert rcode(dnsd) == "SERVFAIL"
    dnsd.ask("reload", force=True)
    assert rcode(dnsd) == "SERVFAIL"
    dnsd.ask("fail", zones=[], for_ms=0)
    assert rcode(dnsd) == "NOERROR"


@pytest.mark.parametrize("arguments, reason", [
    ({"zones": ["example.com"], "for_ms": 600_001}, "600000"),
    ({"zones": ["example.com"]}, "for_ms"),
    ({"zones": ["other.test"], "for_ms": 1}, "not served here"),
    ({"zones": [], "for_ms": 1}, "1 to"),
    ({"zones": [7], "for_ms": 1}, "in quotes"),
    ({"for_ms": 1}, "zones"),
])
def test_what_is_wrong_changes_nothing(dnsd, arguments, reason):
    assert reason in dnsd.command("fail", **arguments)["error"]
    assert rcode(dnsd) == "NOERROR"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_others_may_look_but_not_let_zones_fail(dnsd):
    dnsd.folder.chmod(0o755)
    dnsd.control.chmod(0o666)
    ask = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
           "s.sendall(sys.argv[2].encode() + b'\\n'); print(s.makefile().readline())")
    for request, expected in (('{"cmd": "status"}', '"ok":true'),
                              ('{"cmd": "fail", "zones": ["example.com"], "for_ms": 1000}', "only root")):
        said = subprocess.run(["/usr/bin/python3", "-c", ask, str(dnsd.control), request], capture_output=True,
                              text=True, user=65534, group=65534, extra_groups=[], check=True).stdout
        assert expected in said
    assert rcode(dnsd) == "NOERROR"
